"""Planning at the desk: one list, its items, and publishing it."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields import (
    SelectChoice,  # pyright: ignore[reportAttributeAccessIssue] - newer than its stubs
)

from eventapp.agenda import queries, service
from eventapp.agenda.forms import BLANK_ROWS, EditItemForm, MoveItemForm
from eventapp.agenda.queries import Item
from eventapp.agenda.routes.blueprint import bp, heading
from eventapp.agenda.rules import ROLE_LABEL, Finding, Kind, refuses_publishing
from eventapp.agenda.service import PersonIn
from eventapp.alliance.models import Person
from eventapp.alliance.queries import organisation_names, people_of
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.names import clean_name
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, rooms_of
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say, to_local, to_utc
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/agenda"
ONE = f"{HERE}/<int:item_id>"
Page = Response | str | tuple[str, int]


@bp.get(HERE)
@requires(Permission.MANAGE_AGENDA)
def show_agenda(meeting: str) -> str:
    """Show the plan in one list, with what clashes where it is."""
    return _list(meeting_by_slug(meeting), BaseForm(formdata=None))


def _list(meeting: Meeting, form: BaseForm) -> str:
    findings = queries.findings_of(meeting.id)
    editions = queries.editions_of(meeting.id)
    return render_template(
        "agenda/show_agenda.html",
        **heading(meeting),
        form=form,
        items=queries.items_of(meeting.id),
        findings=findings,
        by_item=_by_item(findings),
        blocked=any(refuses_publishing(found.severity) for found in findings),
        editions=editions,
    )


def _by_item(findings: list[Finding]) -> dict[int, list[Finding]]:
    found: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        for subject in finding.subjects:
            if subject.kind == "item":
                found[subject.id].append(finding)
    return found


@bp.get(f"{HERE}/new")
@requires(Permission.MANAGE_AGENDA)
def new_item(meeting: str) -> str:
    """Ask for a new item."""
    found = meeting_by_slug(meeting)
    return _form_page(found, _form(found, None), None)


@bp.post(f"{HERE}/new")
@requires(Permission.MANAGE_AGENDA)
def add_item(meeting: str) -> Page:
    """Put a new item at the end of the list."""
    found = meeting_by_slug(meeting)
    form = _form(found, None)
    if not attempt(form, lambda: service.add_item(actor(), found.id, **_values(found, form))):
        return _form_page(found, form, None), 422
    say(N_("已添加。"))
    return _back(meeting)


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
    """Change an item, unless somebody else was quicker."""
    found = meeting_by_slug(meeting)
    item = queries.item_in(found.id, item_id)
    form = _form(found, item)

    def change() -> None:
        typed = form.version.data or ""
        version = int(typed) if typed.isdecimal() else 0
        values = _values(found, form)
        service.change_item(actor(), found.id, item_id, version=version, **values)

    if not attempt(form, change):
        return _form_page(found, form, item), 422
    say(N_("已保存。"))
    return _back(meeting)


@bp.post(f"{ONE}/move")
@requires(Permission.MANAGE_AGENDA)
def move_item(meeting: str, item_id: int) -> Page:
    """Move an item to a position."""
    form = MoveItemForm()
    found = meeting_by_slug(meeting)
    place = form.position.data or 1
    return _done(found, form, lambda: service.move_item(actor(), found.id, item_id, place))


@bp.post(f"{ONE}/remove")
@requires(Permission.MANAGE_AGENDA)
def remove_item(meeting: str, item_id: int) -> Page:
    """Take a planned item out."""
    found = meeting_by_slug(meeting)
    return _done(found, BaseForm(), lambda: service.remove_item(actor(), found.id, item_id))


def _done(meeting: Meeting, form: BaseForm, act: Callable[[], Any]) -> Page:
    meeting_id, slug = meeting.id, meeting.slug
    if not attempt(form, act):
        return _list(meeting_by_slug(slug), form), 422
    say(N_("已完成，共 %(count)s 项。"), count=len(queries.items_of(meeting_id)))
    return _back(slug)


def _back(slug: str) -> Response:
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
        "room_id": item.room_id or 0,
        "detail": item.detail,
        "people": [{"name": one.name, "title": one.title, "role": one.role} for one in item.people],
    }


def _values(meeting: Meeting, form: EditItemForm) -> dict[str, Any]:
    fixed_at = form.fixed_at.data
    return {
        "kind": Kind(form.kind.data),
        "title": form.title.data or "",
        "minutes": form.minutes.data or 0,
        "fixed_at": to_utc(fixed_at, meeting.zone) if fixed_at else None,
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


def _form_page(meeting: Meeting, form: EditItemForm, item: Item | None) -> str:
    return render_template(
        "agenda/show_item.html",
        **heading(meeting),
        form=form,
        item=item,
        known=_known(meeting.alliance_id),
    )
