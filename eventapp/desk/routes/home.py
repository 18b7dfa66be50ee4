"""Doors of the organiser's desk: one's own places, today at a glance, the side list of rooms."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, g, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from eventapp.alliance.queries import alliance_by_slug
from eventapp.core import clock, feed, installation
from eventapp.core.access import ActorKind, Permission
from eventapp.core.errors import N_
from eventapp.core.scope import ROOT
from eventapp.desk.queries import MeetingPlace, places_of, today_of
from eventapp.meetings.queries import meeting_by_slug
from eventapp.meetings.rules import STATE_LABEL
from eventapp.web.doors import may, requires, signed_in
from eventapp.web.filters import clock_time, long_date
from eventapp.web.polling import conditional
from eventapp.web.session import actor

bp = Blueprint("desk", __name__)
P = Permission


@dataclass(frozen=True, slots=True)
class Way:
    """One line of the side list: shown to whoever may go there."""

    endpoint: str
    label: str
    icon: str
    permission: Permission
    under: tuple[str, ...] = ()
    """Endpoints, or blueprints, that lie behind this line though their addresses do not."""


MEETING_WAYS = (
    Way("desk.show_today", N_("今天"), "sun", P.SEE_DESK),
    Way("hall.show_stage", N_("现场"), "play", P.RUN_AGENDA),
    Way(
        "registration.show_registrations",
        N_("报名"),
        "users",
        P.MANAGE_REGISTRATIONS,
        ("registration", "badges", "notices", "delegation"),
    ),
    Way("checkin.show_door", N_("签到"), "scan-line", P.SCAN_PASSES),
    Way(
        "checkin.show_presence",
        N_("到会情况"),
        "door-open",
        P.SEE_PRESENCE,
        (
            "checkin.list_gates",
            "checkin.list_devices",
            "checkin.show_device",
            "checkin.list_conflicts",
            "checkin.edit_gate",
            "checkin.change_gate",
            "checkin.add_session",
            "checkin.edit_session",
            "checkin.change_session",
            "checkin.start_rehearsal",
            "checkin.end_rehearsal",
            "checkin.set_signing",
            "checkin.show_missing",
            "checkin.show_roll_calls",
            "checkin.show_roll_call",
        ),
    ),
    Way("agenda.show_agenda", N_("议程"), "list-ordered", P.MANAGE_AGENDA),
    Way("ceremony.show_ceremony", N_("签约与授牌"), "signature", P.MANAGE_CEREMONY),
    Way("seating.show_plans", N_("座次"), "armchair", P.MANAGE_CEREMONY),
    Way("voting.show_ballots", N_("表决"), "vote", P.SEE_DESK),
    Way("minutes.show_minutes", N_("纪要"), "file-text", P.SEE_DESK),
    Way("minutes.show_press_room", N_("新闻"), "newspaper", P.READ_RELEASED_MINUTES),
    Way("meetings.edit_settings", N_("会议设置"), "settings", P.MANAGE_MEETING, ("meetings",)),
    Way("accounts.show_meeting_staff", N_("会务人员"), "user-cog", P.MANAGE_GRANTS),
)
ALLIANCE_WAYS = (
    Way("alliance.show_alliance", N_("联合体"), "building-2", P.SEE_DESK),
    Way("alliance.show_units", N_("成员单位"), "factory", P.SEE_DESK),
    Way("alliance.show_people", N_("人员"), "users", P.MANAGE_ALLIANCE),
    Way("alliance.show_lists", N_("名单"), "clipboard-list", P.SEE_DESK),
    Way("meetings.show_meetings", N_("会议"), "calendar-days", P.SEE_DESK),
    Way("charter.show_charter", N_("章程"), "book-open", P.SEE_DESK),
    Way("privacy.show_requests", N_("个人信息"), "shield-check", P.ERASE_PEOPLE, ("privacy",)),
    Way("accounts.show_alliance_staff", N_("会务人员"), "user-cog", P.MANAGE_GRANTS),
)


def register(app: Flask) -> None:
    """Give every page of the desk its side list, and every page the demo's clock."""
    app.context_processor(_frame)


def _frame() -> dict[str, object]:
    frame: dict[str, object] = {"demo_clock": _demo_clock()}
    who = g.get("actor")
    if who is None or who.kind is not ActorKind.USER:
        return frame
    arguments = request.view_args or {}
    frame["desk_user"] = who.label
    frame["brand_url"] = url_for("desk.home")
    if "meeting" in arguments:
        meeting = meeting_by_slug(arguments["meeting"])
        day = long_date(meeting.starts_at, meeting.zone)
        frame["meeting_title"] = meeting.title
        frame["meeting_line"] = f"{day} · {gettext(STATE_LABEL[meeting.state])}"
        frame["desk_nav"] = _ways(MEETING_WAYS, meeting=arguments["meeting"])
    elif "alliance" in arguments:
        frame["meeting_title"] = alliance_by_slug(arguments["alliance"]).name
        frame["desk_nav"] = _ways(ALLIANCE_WAYS, alliance=arguments["alliance"])
    return frame


def _ways(ways: tuple[Way, ...], **slug: Any) -> list[tuple[str, str, bool, str]]:
    """List the lines of the side list; the nearest one above this page is the current one."""
    urls = {way: url_for(way.endpoint, **slug) for way in ways}
    names = {request.endpoint, request.blueprint}

    def nearness(way: Way) -> tuple[bool, int]:
        is_above = f"{request.path}/".startswith(f"{urls[way]}/")
        return bool(names & set(way.under)), len(urls[way]) if is_above else 0

    current = max(ways, key=nearness)
    return [
        (urls[way], gettext(way.label), way is current, way.icon)
        for way in ways
        if may(way.permission)
    ]


def _demo_clock() -> str:
    if not installation.is_demo():
        return ""
    at = clock.now()
    return gettext("演示时钟 %(at)s", at=f"{long_date(at)} {clock_time(at)}")


def _links(place: MeetingPlace) -> list[tuple[str, str]]:
    """List where somebody may go in a meeting, the desk first."""
    return [
        (url_for(way.endpoint, meeting=place.slug), gettext(way.label))
        for way in MEETING_WAYS
        if way.endpoint in FIRST_WAYS and actor().may(way.permission, place.scope_ids)
    ]


FIRST_WAYS = frozenset(
    {
        "desk.show_today",
        "hall.show_stage",
        "checkin.show_door",
        "voting.show_ballots",
        "minutes.show_minutes",
        "minutes.show_press_room",
    }
)
"""What the list of meetings offers at once; the rest is behind each meeting's desk."""


@bp.get("/desk")
@signed_in
def home() -> str:
    """Show the places where somebody with an account has a part."""
    return render_template(
        "desk/home.html",
        places=places_of(actor()),
        administrator=actor().may(P.MANAGE_INSTALLATION, [ROOT]),
        links=_links,
        state_label=STATE_LABEL,
        manages=lambda place: actor().may(P.MANAGE_ALLIANCE, place.scope_ids),
    )


@bp.get("/m/<meeting>/desk")
@requires(P.SEE_DESK)
def show_today(meeting: str) -> str:
    """Show today at a glance: who came, what runs, what is missing."""
    found = meeting_by_slug(meeting)
    return render_template("desk/show_today.html", meeting=found, today=today_of(found))


@bp.get("/m/<meeting>/desk/now")
@requires(P.SEE_DESK)
def show_today_now(meeting: str) -> Response:
    """Give the living part of today's page, or nothing where nothing changed."""
    found = meeting_by_slug(meeting)
    version = f"{feed.version_of(found.scope_id)}-{clock.now():%H%M}"
    return conditional(
        version,
        lambda: render_template("desk/_today.html", meeting=found, today=today_of(found)),
    )
