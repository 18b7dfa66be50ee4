"""Doors of announcements: written, shown, taken away, and mailed after a look at the letter."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventapp.accounts.queries import link_of
from eventapp.core.access import Role
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.document import letter_to_person
from eventapp.notices.forms import AnnounceForm, SeenForm
from eventapp.notices.queries import recipients_of
from eventapp.notices.queries.announcements import announcement_in, announcements_of
from eventapp.notices.routes.blueprint import MANAGE, bp
from eventapp.notices.rules import Kind
from eventapp.notices.service import (
    announce,
    end_announcement,
    mail_announcement,
    show_announcement,
)
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/announcements"
ONE = f"{HERE}/<int:announcement_id>"


@bp.get(HERE)
@MANAGE
def show_announcements(meeting: str) -> str:
    """List what was announced, and ask for a new sentence."""
    return _list(meeting_by_slug(meeting), AnnounceForm(formdata=None))


def _list(found: Meeting, form: AnnounceForm) -> str:
    return render_template(
        "notices/show_announcements.html",
        announcements=announcements_of(found.id),
        form=form,
        meeting=found,
    )


@bp.post(HERE)
@MANAGE
def add_announcement(meeting: str) -> Response | tuple[str, int]:
    """Keep an announcement; show it at once, or go on to its letter."""
    found, form = meeting_by_slug(meeting), AnnounceForm()
    meeting_id, shows = found.id, request.form.get("then") != "mail"
    made: list[int] = []

    def act() -> None:
        made.append(announce(actor(), meeting_id, form.text.data or "", show=shows).id)

    if not attempt(form, act):
        return _list(meeting_by_slug(meeting), form), 422
    if shows:
        say(N_("公告已显示在公开页和大屏上。"))
        return _back(meeting)
    where = url_for("notices.preview_announcement", meeting=meeting, announcement_id=made[0])
    return redirect(where, 303)


@bp.post(f"{ONE}/show")
@MANAGE
def put_up_announcement(meeting: str, announcement_id: int) -> Response:
    """Show an announcement, again if it was taken away."""
    show_announcement(actor(), meeting_by_slug(meeting).id, announcement_id)
    say(N_("公告已显示在公开页和大屏上。"))
    return _back(meeting)


@bp.post(f"{ONE}/end")
@MANAGE
def take_down_announcement(meeting: str, announcement_id: int) -> Response:
    """Take an announcement away."""
    end_announcement(actor(), meeting_by_slug(meeting).id, announcement_id)
    say(N_("公告已撤下。"))
    return _back(meeting)


@bp.get(f"{ONE}/mail")
@MANAGE
def preview_announcement(meeting: str, announcement_id: int) -> str:
    """Show how the letter reads to the first of those who would get it, and how many they are."""
    return _preview(meeting_by_slug(meeting), announcement_id, SeenForm(formdata=None))


def _preview(found: Meeting, announcement_id: int, form: SeenForm) -> str:
    made = announcement_in(found.id, announcement_id)
    people = recipients_of(found, Kind.ANNOUNCEMENT)
    reached = [row for row in people if row.email]
    form.seen.data = str(len(reached))
    letter = None
    if reached:
        link = link_of(found.scope_id, Role.DELEGATE, reached[0].id)
        letter = letter_to_person(Kind.ANNOUNCEMENT, found, reached[0], link, announced=made.text)
    return render_template(
        "notices/preview_announcement.html",
        announcement=made,
        letter=letter,
        total=len(people),
        with_address=len(reached),
        form=form,
        meeting=found,
    )


@bp.post(f"{ONE}/mail")
@MANAGE
def send_announcement(meeting: str, announcement_id: int) -> Response | tuple[str, int]:
    """Mail an announcement to all who are registered."""
    found, form = meeting_by_slug(meeting), SeenForm()
    meeting_id, typed = found.id, form.seen.data or ""
    seen, sent = int(typed) if typed.isdecimal() else 0, list[int]()
    if not attempt(
        form,
        lambda: sent.append(mail_announcement(actor(), meeting_id, announcement_id, seen=seen)),
    ):
        return _preview(meeting_by_slug(meeting), announcement_id, form), 422
    say(N_("正在发给 %(count)s 人。"), count=sent[0])
    return _back(meeting)


def _back(meeting: str) -> Response:
    return redirect(url_for("notices.show_announcements", meeting=meeting), 303)
