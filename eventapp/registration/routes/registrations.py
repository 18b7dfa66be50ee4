"""Doors of the organiser's list: filtered by its address, decided for many at once, exported."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.queries import members_of, phones_in_doubt
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Conflict, DomainError
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import registrations_sheet
from eventapp.registration.forms import category_choices
from eventapp.registration.queries import counts_of, registration_in
from eventapp.registration.queries.lists import (
    Choice,
    all_of,
    count_of,
    ids_of,
    last_act,
    lines_of,
    page_of,
)
from eventapp.registration.queries.own import corrections_of
from eventapp.registration.routes.blueprint import bp, duplicates_url
from eventapp.registration.routes.desk import HERE, MANAGE
from eventapp.registration.routes.invitations import say_reminded
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    CHANNEL_LABEL,
    STATE_LABEL,
    WAITING_LABEL,
    Category,
    State,
    Waiting,
    standing_of,
)
from eventapp.registration.service import note_export
from eventapp.registration.service.bulk import UNDO_WINDOW, decide_many, undo_many
from eventapp.registration.service.invitations import remind_invited
from eventapp.web.doors import demand
from eventapp.web.download import download
from eventapp.web.errors import status_of, text_of
from eventapp.web.forms import LARGEST, say
from eventapp.web.session import actor
from eventapp.web.sheets import CSV, XLSX

A_PAGE = 100
SLIPS_AT_ONCE = 60
"""More slips than this are printed in the background."""
ACTS = {"approve": State.APPROVED, "decline": State.DECLINED, "cancel": State.CANCELLED}


def _filter() -> dict[str, str]:
    """Read the filter from the address; what is no choice is no filter."""
    unit = request.args.get("unit", "")
    chosen = {
        "text": request.args.get("text", "").replace("\x00", "").strip()[:60],
        "unit": unit if unit.isascii() and unit.isdigit() and len(unit) < 10 else "",
    }
    closed: dict[str, set[str]] = {
        "category": {one.value for one in Category},
        "state": {one.value for one in State},
        "channel": set(CHANNEL_LABEL),
        "waiting": {one.value for one in Waiting},
    }
    for name, words in closed.items():
        word = request.args.get(name, "")
        chosen[name] = word if word in words else ""
    return chosen


def _choice(chosen: dict[str, str]) -> Choice:
    unit = int(chosen["unit"]) if chosen["unit"] else None
    values: dict[str, Any] = {**chosen, "unit": unit}
    return Choice(**values)


def _kept(chosen: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in chosen.items() if value}


def _here(meeting: str, chosen: dict[str, str]) -> str:
    page = request.args.get("page", 1, type=int)
    kept = {**_kept(chosen), "page": page if page > 1 else None}
    return url_for("registration.show_registrations", meeting=meeting, **kept)


def _page(meeting: Meeting, chosen: dict[str, str], *, problem: str = "") -> str:
    choice, kept = _choice(chosen), _kept(chosen)
    total = count_of(meeting.id, choice)
    pages = max(1, -(-total // A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * A_PAGE
    rows = page_of(meeting.id, choice, first, A_PAGE)
    return render_template(
        "registration/show_registrations.html",
        rows=rows,
        duplicates_url=duplicates_url(meeting),
        in_doubt=phones_in_doubt(meeting.alliance_id),
        lines=lines_of(meeting.id, rows),
        corrections=corrections_of(meeting.id),
        first=first + 1 if rows else 0,
        total=total,
        page=page,
        pages=pages,
        chosen=chosen,
        kept=kept,
        counts=counts_of(meeting.id),
        done=last_act(actor(), meeting.id, UNDO_WINDOW),
        done_words=_done_words,
        problem=problem,
        picked=set(request.form.getlist("id", type=int)),
        picked_all="all" in request.form,
        reasons={act: _reason(act) for act in ("decline", "cancel")},
        page_url=lambda number: url_for(
            "registration.show_registrations", meeting=meeting.slug, page=number, **kept
        ),
        filters=_filters(meeting, chosen),
        category_label=CATEGORY_LABEL,
        standing_of=standing_of,
        slips_at_once=SLIPS_AT_ONCE,
        meeting=meeting,
    )


def _filters(meeting: Meeting, chosen: dict[str, str]) -> list[tuple[Any, ...]]:
    every = ("", gettext("全部"))
    units = [(str(one.organisation_id), one.name) for one in members_of(meeting.alliance_id)]
    return [
        (name, label, [every, *options], chosen[name])
        for name, label, options in (
            ("category", gettext("类别"), category_choices(Category)),
            ("state", gettext("状态"), [(one.value, gettext(STATE_LABEL[one])) for one in State]),
            (
                "waiting",
                gettext("等什么"),
                [(one.value, gettext(WAITING_LABEL[one])) for one in Waiting],
            ),
            ("unit", gettext("单位"), units),
            (
                "channel",
                gettext("报名方式"),
                [(word, gettext(label)) for word, label in CHANNEL_LABEL.items()],
            ),
        )
    ]


def _done_words(state: State, count: int) -> str:
    if state is State.APPROVED:
        return ngettext("已通过 %(num)s 份报名。", "已通过 %(num)s 份报名。", count)
    if state is State.DECLINED:
        return ngettext("已将 %(num)s 份报名标为未通过。", "已将 %(num)s 份报名标为未通过。", count)
    return ngettext("已取消 %(num)s 份报名。", "已取消 %(num)s 份报名。", count)


@bp.get(HERE)
@MANAGE
def show_registrations(meeting: str) -> str:
    """List who has registered, newest first, filtered by the address."""
    return _page(meeting_by_slug(meeting), _filter())


@bp.post(f"{HERE}/decide")
@MANAGE
def decide_registrations(meeting: str) -> BaseResponse | tuple[str, int]:
    """Approve, decline, cancel or remind the marked registrations, or all that the filter shows."""
    found, chosen = meeting_by_slug(meeting), _filter()
    meeting_id, ids = found.id, list[int]()
    try:
        ids = _marked(meeting_id, _choice(chosen))
        _act(meeting_id, ids)
    except DomainError as error:
        problem = _named(meeting_id, ids, error)
        return _page(meeting_by_slug(meeting), chosen, problem=problem), status_of(error)
    return redirect(_here(meeting, chosen), 303)


def _act(meeting_id: int, ids: list[int]) -> None:
    act = request.form.get("act", "")
    if act == "remind":
        reminded = remind_invited(actor(), meeting_id, ids)
        say_reminded(reminded, len(ids))
        return
    reason = "" if act == "approve" else _reason(act)
    decide_many(actor(), meeting_id, ids, ACTS.get(act, State.REPLACED), reason=reason)


def _reason(act: str) -> str:
    return request.form.get(f"{act}-reason", "").replace("\x00", "").strip()[:200]


def _marked(meeting_id: int, choice: Choice) -> list[int]:
    """Tell which registrations are meant: the marked ones, or all that the filter showed."""
    if "all" not in request.form:
        return [one for one in request.form.getlist("id", type=int) if one <= LARGEST]
    ids = ids_of(meeting_id, choice)
    if len(ids) != request.form.get("total", 0, type=int):
        raise Conflict(
            "filter_changed",
            N_("符合条件的报名刚刚有变化，现在是 %(count)s 份，请看过再选。"),
            count=len(ids),
        )
    return ids


def _named(meeting_id: int, ids: list[int], error: DomainError) -> str:
    """Say an error with the name of the person whose registration it is about."""
    if error.row is None:
        return text_of(error)
    row = registration_in(meeting_id, sorted(set(ids))[error.row])
    return gettext(
        "%(name)s（%(unit)s）：%(problem)s",
        name=row.name,
        unit=row.organisation or gettext("无单位"),
        problem=text_of(error),
    )


@bp.post(f"{HERE}/decisions/<int:action_id>/undo")
@MANAGE
def undo_decision(meeting: str, action_id: int) -> BaseResponse | tuple[str, int]:
    """Take an act on many registrations back."""
    found, chosen = meeting_by_slug(meeting), _filter()
    meeting_id = found.id
    try:
        undone = undo_many(actor(), meeting_id, action_id)
    except Conflict as error:
        return _page(meeting_by_slug(meeting), chosen, problem=text_of(error)), 409
    say(N_("已撤销，%(count)s 份报名恢复了原来的状态。"), count=undone)
    return redirect(_here(meeting, chosen), 303)


@bp.post(f"{HERE}/export")
@MANAGE
def export_registrations(meeting: str) -> Response:
    """Send the filtered list as a table, with whole contacts if asked; who took it is recorded."""
    as_csv, contacts = request.form.get("as") == "csv", "contacts" in request.form
    if contacts:
        demand(Permission.EXPORT_CONTACTS)
    meeting_id = meeting_by_slug(meeting).id
    rows = all_of(meeting_id, _choice(_filter()))
    note_export(actor(), meeting_id, rows=len(rows), contacts=contacts)
    found = meeting_by_slug(meeting)
    return download(
        registrations_sheet(found, rows, as_csv=as_csv, contacts=contacts),
        name=f"{gettext('报名-%(meeting)s', meeting=found.title)}.{'csv' if as_csv else 'xlsx'}",
        media_type=CSV if as_csv else XLSX,
    )
