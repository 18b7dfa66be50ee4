"""Doors of lists: send one, see what becomes of each row, correct the columns, take it once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.queries import Known, known_people, members_of
from eventapp.core.access import Permission
from eventapp.core.db import db
from eventapp.core.errors import N_
from eventapp.core.jobs import Job, JobState
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import worded_row
from eventapp.registration.queries import all_fields_of, fields_of
from eventapp.registration.rules import Category
from eventapp.registration.service import note_export
from eventapp.roster.document import FATE_LABEL, empty_list, marked_copy, say_note
from eventapp.roster.forms import (
    ADD,
    OpenRosterForm,
    SetColumnsForm,
    SetPeopleForm,
    SetUnitsForm,
    TakeRosterForm,
)
from eventapp.roster.models import Roster
from eventapp.roster.queries import fates_of, roster_in, rosters_of, rows_of
from eventapp.roster.rules import Fate, ReadRow, RosterState, Severity
from eventapp.roster.rules.answers import asked_in_lists
from eventapp.roster.service import (
    KEPT,
    NEW_PERSON,
    STEPS,
    Terms,
    ask_for_check,
    ask_to_take,
    discard_roster,
    open_roster,
    set_columns,
    set_people,
    set_units,
)
from eventapp.web.doors import demand, requires
from eventapp.web.download import download
from eventapp.web.filters import masked
from eventapp.web.forms import attempt, say
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX

bp = Blueprint("roster", __name__)
MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
HERE = "/m/<meeting>/desk/registrations/import"
ONE = f"{HERE}/<int:roster_id>"
A_PAGE = 50
WARNED = "warned"
"""The filter for rows that will be taken and that somebody should look at."""


def _list_page(meeting: str, form: OpenRosterForm) -> str:
    found = meeting_by_slug(meeting)
    return render_template(
        "roster/show_rosters.html",
        form=form,
        rosters=rosters_of(found.id),
        days=KEPT.days,
        meeting=found,
    )


@bp.get(HERE)
@MANAGE
def show_rosters(meeting: str) -> str:
    """Ask for a list, and show those that were sent."""
    return _list_page(meeting, OpenRosterForm())


@bp.post(HERE)
@MANAGE
def send_roster(meeting: str) -> BaseResponse | tuple[str, int]:
    """Keep a list and have it checked."""
    form, meeting_id = OpenRosterForm(), meeting_by_slug(meeting).id
    made: list[int] = []

    def act() -> None:
        upload = request.files.get("file")
        data, name = (upload.read(), upload.filename or "") if upload else (b"", "")
        made.append(open_roster(actor(), meeting_id, data=data, file_name=name))
        ask_for_check(actor(), meeting_id, made[0])

    if attempt(form, act):
        return redirect(url_for("roster.show_roster", meeting=meeting, roster_id=made[0]), 303)
    return _list_page(meeting, form), 422


@bp.get(f"{HERE}/template.xlsx")
@MANAGE
def download_template(meeting: str) -> Response:
    """Send an empty list with drop-downs, to be filled by offices."""
    found = meeting_by_slug(meeting)
    units = [member.name for member in members_of(found.alliance_id)]
    return download(
        empty_list(units, asked_in_lists(fields_of(found.id))),
        name=f"{gettext('参会人员名单模板')}.xlsx",
        media_type=XLSX,
    )


@bp.get(ONE)
@MANAGE
def show_roster(meeting: str, roster_id: int) -> str | Response:
    """Show how far a list has come, then what becomes of each row and why."""
    found = meeting_by_slug(meeting)
    roster = roster_in(found.id, roster_id)
    if "part" in request.args:
        return conditional(_version(roster), lambda: _part(meeting, roster))
    return _page(meeting, roster)


def _job_of(roster: Roster) -> Job | None:
    return db.session.get(Job, roster.totals["job"]) if roster.totals.get("job") else None


def _version(roster: Roster) -> str:
    job = _job_of(roster)
    return f"{roster.state}-{job.id}-{job.state}-{job.done}-{job.total}" if job else roster.state


def _part(meeting: str, roster: Roster) -> str:
    return render_template("roster/_roster.html", **_values(meeting, roster))


def _page(meeting: str, roster: Roster, **forms: Any) -> str:
    return render_template("roster/show_roster.html", **_values(meeting, roster, **forms))


def _values(
    meeting: str,
    roster: Roster,
    columns_form: SetColumnsForm | None = None,
    take_form: TakeRosterForm | None = None,
    units_form: SetUnitsForm | None = None,
    people_form: SetPeopleForm | None = None,
) -> dict[str, Any]:
    """Gather what the page of a list shows."""
    job = _job_of(roster)
    is_busy = job is not None and job.state in (JobState.WAITING, JobState.RUNNING)
    values: dict[str, Any] = {
        "meeting": meeting_by_slug(meeting),
        "roster": roster,
        "job": job,
        "is_busy": is_busy,
        "is_failed": job is not None and job.state is JobState.FAILED,
        "steps": STEPS,
        "is_open": roster.state is RosterState.OPEN,
    }
    if is_busy or roster.state is RosterState.DISCARDED:
        return values
    counts = fates_of(roster.id)
    chosen = request.args.get("fate", "")
    chosen = chosen if chosen in {*Fate, WARNED} else ""
    rows = _rows(roster.id, chosen)
    fields = all_fields_of(roster.meeting_id)
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * A_PAGE
    return values | {
        "counts": counts,
        "chosen": chosen,
        "rows": rows[first : first + A_PAGE],
        "first": first + 1 if rows else 0,
        "total": len(rows),
        "page": page,
        "pages": pages,
        "page_url": lambda number: url_for(
            "roster.show_roster",
            meeting=meeting,
            roster_id=roster.id,
            fate=chosen or None,
            page=number,
        ),
        "filters": _filters(roster, counts),
        "fate_label": FATE_LABEL,
        "say_note": lambda note: say_note(note, fields),
        "say_answers": lambda row: worded_row(fields, row.answers, hidden=True),
        "columns_form": columns_form or _columns_form(roster),
        "take_form": take_form or _take_form(),
        "units_form": units_form or _units_form(roster),
        "people_form": people_form or _people_form(values["meeting"], roster),
    }


def _rows(roster_id: int, chosen: str) -> list[Any]:
    if chosen != WARNED:
        return rows_of(roster_id, Fate(chosen) if chosen else None)
    return [
        row
        for row in rows_of(roster_id)
        if row.fate in (Fate.NEW, Fate.TAKEN)
        and any(note.severity is Severity.WARNING for note in row.notes)
    ]


def _filters(roster: Roster, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """List the filters that would show something: value, words, how many rows."""
    found = [("", gettext("全部"), sum(counts.values()))]
    found += [(fate.value, gettext(FATE_LABEL[fate]), counts.get(fate, 0)) for fate in Fate]
    found.append((WARNED, gettext("请留意"), roster.totals.get("warned", 0)))
    return [one for one in found if one[2] or not one[0]]


def _columns_form(roster: Roster) -> SetColumnsForm:
    heads = roster.totals.get("heads", [])
    given = [*roster.columns, *[""] * len(heads)][: len(heads)]
    form = SetColumnsForm(header_row=roster.header_row, columns=given)
    while len(form.columns) < len(heads):
        form.columns.append_entry("")
    form.offer(heads, asked_in_lists(fields_of(roster.meeting_id)), html_lang())
    return form


def _near(roster: Roster) -> dict[str, list[str]]:
    """Tell which members each unit may be that is none, and which it was said to be."""
    chosen = {unit: [name] for unit, name in roster.totals.get("meant", {}).items()}
    return {**chosen, **roster.totals.get("near", {})}


def _units_form(roster: Roster) -> SetUnitsForm:
    near, meant = _near(roster), roster.totals.get("meant", {})
    form = SetUnitsForm(units=[meant.get(unit, "") for unit in near])
    while len(form.units) < len(near):
        form.units.append_entry("")
    while len(form.units) > len(near):
        form.units.pop_entry()
    form.offer(near)
    return form


MOST_ASKED = 100
"""Rows that are asked about at once; those beyond stay open until these are answered."""


def _people_form(meeting: Meeting, roster: Roster) -> SetPeopleForm:
    """Ask of each row that may be somebody known who it is."""
    alike, said = _asked(roster), roster.totals.get("said", {})
    given = {number: str(one or NEW_PERSON) for number, one in said.items()}
    form = SetPeopleForm(people=[given.get(number, "") for number in alike])
    while len(form.people) < len(alike):
        form.people.append_entry("")
    while len(form.people) > len(alike):
        form.people.pop_entry()
    known = known_people(meeting.alliance_id, {one for near in alike.values() for one in near})
    rows = {str(row.number): row for row in rows_of(roster.id)} if alike else {}
    form.offer(
        [
            (
                gettext(
                    "第 %(row)s 行 %(name)s（%(unit)s）",
                    row=number,
                    name=rows[number].values.get("name", ""),
                    unit=rows[number].values.get("unit", "") or gettext("无单位"),
                ),
                [(str(one), _described(known[one])) for one in near if one in known]
                + (
                    [(NEW_PERSON, gettext("是另外一个人"))]
                    if _may_be_new(rows[number], near, known)
                    else []
                ),
            )
            for number, near in alike.items()
        ]
    )
    return form


def _asked(roster: Roster) -> dict[str, list[int]]:
    alike, said = roster.totals.get("alike", {}), roster.totals.get("said", {})
    return dict(sorted(alike.items(), key=lambda one: (one[0] in said, int(one[0])))[:MOST_ASKED])


def _may_be_new(row: ReadRow, near: Sequence[int], known: Mapping[int, Known]) -> bool:
    """Tell whether a row may be somebody new: who has another's phone cannot be noted."""
    phone = row.values.get("phone", "")
    return not phone or all(known[one].phone != phone for one in near if one in known)


def _described(known: Known) -> str:
    told = gettext("、").join(text for text in (known.titles, masked(known.phone)) if text)
    if not told:
        return gettext("就是已有的%(name)s", name=known.name)
    return gettext("就是已有的%(name)s（%(told)s）", name=known.name, told=told)


def _take_form() -> TakeRosterForm:
    form = TakeRosterForm()
    form.offer()
    return form


@bp.post(f"{ONE}/columns")
@MANAGE
def correct_columns(meeting: str, roster_id: int) -> BaseResponse | tuple[str, int]:
    """Set by hand what the columns mean, and have the list checked anew."""
    meeting_id = meeting_by_slug(meeting).id
    form = _columns_form(roster_in(meeting_id, roster_id))

    def act() -> None:
        set_columns(
            actor(),
            meeting_id,
            roster_id,
            header_row=form.header_row.data or 0,
            columns=form.columns.data,
        )

    if attempt(form, act):
        return redirect(url_for("roster.show_roster", meeting=meeting, roster_id=roster_id), 303)
    return _page(meeting, roster_in(meeting_id, roster_id), columns_form=form), 422


@bp.post(f"{ONE}/units")
@MANAGE
def match_units(meeting: str, roster_id: int) -> BaseResponse | tuple[str, int]:
    """Say which members units are, and have the list checked anew."""
    meeting_id = meeting_by_slug(meeting).id
    roster = roster_in(meeting_id, roster_id)
    form, written = _units_form(roster), list(_near(roster))

    def act() -> None:
        set_units(actor(), meeting_id, roster_id, dict(zip(written, form.units.data, strict=True)))

    if attempt(form, act):
        return redirect(url_for("roster.show_roster", meeting=meeting, roster_id=roster_id), 303)
    return _page(meeting, roster_in(meeting_id, roster_id), units_form=form), 422


@bp.post(f"{ONE}/people")
@MANAGE
def match_people(meeting: str, roster_id: int) -> BaseResponse | tuple[str, int]:
    """Say who rows are that may be somebody known, and have the list checked anew."""
    found = meeting_by_slug(meeting)
    roster = roster_in(found.id, roster_id)
    form, asked, meeting_id = _people_form(found, roster), list(_asked(roster)), found.id

    def act() -> None:
        said = dict(zip(map(int, asked), form.people.data, strict=True))
        set_people(actor(), meeting_id, roster_id, said)

    if attempt(form, act):
        return redirect(url_for("roster.show_roster", meeting=meeting, roster_id=roster_id), 303)
    return _page(meeting, roster_in(meeting_id, roster_id), people_form=form), 422


@bp.post(f"{ONE}/take")
@MANAGE
def take_roster(meeting: str, roster_id: int) -> BaseResponse | tuple[str, int]:
    """Have the people of a list registered."""
    meeting_id, form = meeting_by_slug(meeting).id, _take_form()

    def act() -> None:
        terms = Terms(Category(form.category.data), form.units.data == ADD)
        ask_to_take(actor(), meeting_id, roster_id, terms)

    if attempt(form, act):
        return redirect(url_for("roster.show_roster", meeting=meeting, roster_id=roster_id), 303)
    return _page(meeting, roster_in(meeting_id, roster_id), take_form=form), 422


@bp.post(f"{ONE}/discard")
@MANAGE
def drop_roster(meeting: str, roster_id: int) -> BaseResponse:
    """Drop a list with its file."""
    discard_roster(actor(), meeting_by_slug(meeting).id, roster_id)
    say(N_("名单已删除，已经导入的人员不受影响。"))
    return redirect(url_for("roster.show_rosters", meeting=meeting), 303)


@bp.post(f"{ONE}/marked.xlsx")
@MANAGE
def download_marked(meeting: str, roster_id: int) -> Response:
    """Send the list with every row marked; it holds telephone numbers, so it is recorded."""
    demand(Permission.EXPORT_CONTACTS)
    meeting_id = meeting_by_slug(meeting).id
    rows = rows_of(roster_in(meeting_id, roster_id).id)
    note_export(actor(), meeting_id, rows=len(rows), contacts=True)
    roster = roster_in(meeting_id, roster_id)
    stem = roster.file_name.rpartition(".")[0]
    return download(
        marked_copy(rows, roster.columns, roster.sheet, all_fields_of(meeting_id)),
        name=f"{gettext('%(file)s-核对结果', file=stem)}.xlsx",
        media_type=XLSX,
    )
