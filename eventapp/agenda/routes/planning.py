"""Planning at the desk: one list, its items, and publishing it."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda import queries, service
from eventapp.agenda.forms import BLANK_ROWS, CopyAgendaForm, EditItemForm
from eventapp.agenda.queries import Item
from eventapp.agenda.routes.blueprint import bp, heading
from eventapp.agenda.routes.wording import compared, marks_of, stored, tally
from eventapp.agenda.rules import (
    CHANGE_LABEL,
    OFFERED_ROLES,
    ROLE_LABEL,
    Kind,
    refuses_publishing,
    side_by_side,
)
from eventapp.agenda.service import PersonIn
from eventapp.alliance.models import Person
from eventapp.alliance.queries import organisation_names, people_of
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.names import clean_name
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, rooms_of
from eventapp.web.doors import requires
from eventapp.web.filters import long_date
from eventapp.web.forms import BaseForm, attempt, say, to_local, to_utc
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/agenda"
ONE = f"{HERE}/<int:item_id>"
Page = Response | str | tuple[str, int]
MAIN_ROOM = N_("主会场")


@bp.get(HERE)
@requires(Permission.MANAGE_AGENDA)
def show_agenda(meeting: str) -> str:
    """Show the plan in one list, with what is wrong where it is."""
    return show_list(meeting_by_slug(meeting), BaseForm(formdata=None))


def show_list(meeting: Meeting, form: BaseForm, copying: CopyAgendaForm | None = None) -> str:
    """Draw the whole page; every change checks the whole plan anew, so no mark is ever old."""
    items, rooms = queries.items_of(meeting.id), rooms_of(meeting.id)
    findings = queries.findings_of(meeting.id, items)
    used = {item.room_id or 0 for item in items}
    columns = [(room.id, room.name) for room in rooms if room.id in used]
    if 0 in used and columns:
        columns.insert(0, (0, gettext(MAIN_ROOM)))
    return render_template(
        "agenda/show_agenda.html",
        **heading(meeting),
        form=form,
        items=items,
        marks=marks_of(findings, items, {room.id: room.name for room in rooms}, meeting.zone),
        tally=tally(findings),
        blocked=any(refuses_publishing(found.severity) for found in findings),
        columns=columns if len(columns) > 1 else [],
        grid=side_by_side(items, [room_id for room_id, _ in columns]) if len(columns) > 1 else [],
        changes=queries.changes_of(meeting.id, 1),
        change_words=CHANGE_LABEL,
        editions=queries.editions_of(meeting.id),
        copying=copying or copy_form(meeting),
    )


def copy_form(meeting: Meeting) -> CopyAgendaForm:
    """Offer the agendas of the alliance's other meetings."""
    form = CopyAgendaForm()
    form.from_id.choices = [
        SelectChoice(str(one.id), f"{long_date(one.starts_at, one.zone)} {one.title}")
        for one in queries.meetings_to_copy(meeting.alliance_id, meeting.id)
    ]
    return form


@bp.get(f"{HERE}/new")
@requires(Permission.MANAGE_AGENDA)
def new_item(meeting: str) -> str:
    """Ask for a new item; with a kind in the address, for what such an item needs."""
    found = meeting_by_slug(meeting)
    form = _form(found, None)
    if (kind := request.args.get("kind", "")) in list(Kind):
        form.kind.data = kind
        for row, role in zip(form.people, OFFERED_ROLES[Kind(kind)], strict=False):
            row.form.role.data = role
    return _form_page(found, form, None)


@bp.post(f"{HERE}/new")
@requires(Permission.MANAGE_AGENDA)
def add_item(meeting: str) -> Page:
    """Put a new item at the end of the list."""
    found = meeting_by_slug(meeting)
    form = _form(found, None)
    if not attempt(form, lambda: service.add_item(actor(), found.id, **_values(found, form))):
        return _form_page(found, form, None), 422
    say(N_("已添加。"))
    return back(meeting)


@bp.get(ONE)
@requires(Permission.MANAGE_AGENDA)
def show_item(meeting: str, item_id: int) -> str:
    """Show an item to be changed."""
    found = meeting_by_slug(meeting)
    item = queries.item_in(found.id, item_id)
    return _form_page(found, _form(found, item), item)


@bp.post(ONE)
@requires(Permission.MANAGE_AGENDA)
def change_item(meeting: str, item_id: int) -> Page:
    """Change an item; who was slower is shown both and chooses, field by field."""
    found = meeting_by_slug(meeting)
    item = queries.item_in(found.id, item_id)
    form = _form(found, item)
    typed = form.version.data or ""
    version = int(typed) if typed.isdecimal() else 0

    def change() -> None:
        values, theirs = _values(found, form), stored(item)
        chosen = set(request.form.getlist("theirs")) & theirs.keys()
        values.update({name: theirs[name] for name in chosen})
        service.change_item(actor(), found.id, item_id, version=version, **values)

    if not attempt(form, change):
        return _conflict_page(found.slug, item_id, form, version), 422
    say(N_("已保存。"))
    return back(meeting)


def _conflict_page(slug: str, item_id: int, form: EditItemForm, version: int) -> str:
    """Show what was typed, and beside it what somebody else has saved since, if so."""
    found = meeting_by_slug(slug)
    item = queries.item_in(found.id, item_id)
    differing = []
    if item.version != version and form.form_errors:
        rooms = {room.id: room.name for room in rooms_of(found.id)}
        differing = compared(_values(found, form), stored(item), rooms, found.zone)
        form.version.data = str(item.version)
    return _form_page(found, form, item, differing)


def done(meeting: Meeting, form: BaseForm, act: Callable[[], Any], said: str = "") -> Page:
    """Run a verb and show the whole plan; a script is given it at once, a form is sent there."""
    meeting_id, slug = meeting.id, meeting.slug
    if not attempt(form, act):
        return show_list(meeting_by_slug(slug), form), 422
    if said:
        say(said)
    else:
        say(N_("已完成，共 %(count)s 项。"), count=len(queries.items_of(meeting_id)))
    if request.headers.get("X-Requested-With") == "fetch":
        return show_list(meeting_by_slug(slug), BaseForm(formdata=None))
    return back(slug)


def back(slug: str) -> Response:
    """Send to the list."""
    return redirect(url_for("agenda.show_agenda", meeting=slug), 303)


def _form(meeting: Meeting, item: Item | None) -> EditItemForm:
    form = EditItemForm(data=_data(meeting, item)) if item else EditItemForm()
    rooms = [SelectChoice(str(room.id), room.name) for room in rooms_of(meeting.id)]
    form.room_id.choices = [*form.room_id.choices, *rooms]  # type: ignore[misc]
    if not form.is_submitted():
        for _ in range(BLANK_ROWS):
            form.people.append_entry()
    for row in form.people:
        _offer_roles(row.form.role, item)
    return form


def _offer_roles(field: Any, item: Item | None) -> None:
    """Let a field keep a role that came with the item in words of its own."""
    own = {one.role for one in item.people} - ROLE_LABEL.keys() if item else set()
    field.choices = [*field.choices, *(SelectChoice(word, word) for word in sorted(own))]


def _data(meeting: Meeting, item: Item) -> dict[str, Any]:
    return {
        "version": str(item.version),
        "kind": item.kind.value,
        "title": item.title,
        "minutes": item.minutes,
        "fixed_at": to_local(item.fixed_at, meeting.zone) if item.fixed_at else None,
        "over_by": to_local(item.over_by, meeting.zone) if item.over_by else None,
        "room_id": item.room_id or 0,
        "detail": item.detail,
        "people": [{"name": one.name, "title": one.title, "role": one.role} for one in item.people],
    }


def _values(meeting: Meeting, form: EditItemForm) -> dict[str, Any]:
    fixed_at, over_by = form.fixed_at.data, form.over_by.data
    return {
        "kind": Kind(form.kind.data),
        "title": form.title.data or "",
        "minutes": form.minutes.data or 0,
        "fixed_at": to_utc(fixed_at, meeting.zone) if fixed_at else None,
        "over_by": to_utc(over_by, meeting.zone) if over_by else None,
        "room_id": form.room_id.data or None,
        "detail": form.detail.data or "",
        "people": _people(meeting, form),
    }


def _people(meeting: Meeting, form: EditItemForm) -> list[PersonIn]:
    known = _known(meeting.alliance_id)
    people: list[PersonIn] = []
    for row in form.people:
        typed = clean_name(row.form.name.data or "")
        if not typed:
            continue
        person, title = known.get(typed), row.form.title.data or ""
        people.append(
            PersonIn(
                row.form.role.data,
                person.name if person else typed,
                title or (person.titles if person else ""),
                person.id if person else None,
            )
        )
    return people


def _known(alliance_id: int) -> dict[str, Person]:
    """Map what a field offers to the person meant; namesakes carry their unit."""
    people = people_of(alliance_id)
    units = organisation_names({one.organisation_id for one in people if one.organisation_id})
    count: defaultdict[str, int] = defaultdict(int)
    for one in people:
        count[one.name] += 1
    return {
        one.name
        if count[one.name] == 1
        else f"{one.name}（{units.get(one.organisation_id or 0, one.id)}）": one
        for one in people
    }


def _form_page(
    meeting: Meeting,
    form: EditItemForm,
    item: Item | None,
    differing: list[tuple[str, str, str, str]] | None = None,
) -> str:
    return render_template(
        "agenda/show_item.html",
        **heading(meeting),
        form=form,
        item=item,
        known=_known(meeting.alliance_id),
        differing=differing or [],
        count=len(queries.items_of(meeting.id)) if item else 0,
    )
