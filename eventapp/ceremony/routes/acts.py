"""Planning plaques, unveilings, appointments and launches."""

from typing import Any

from flask import redirect, render_template, request, url_for

from eventapp.agenda.rules import Kind
from eventapp.alliance.queries import people_of
from eventapp.ceremony import queries, service
from eventapp.ceremony.forms import FEWEST_NAMES, EditActForm
from eventapp.ceremony.queries import ActRow
from eventapp.ceremony.routes.blueprint import (
    DESK,
    Known,
    Page,
    bp,
    heading,
    known_to,
    names_in,
    offer_items,
    offer_rows,
    unit_named,
)
from eventapp.ceremony.rules import ActKind
from eventapp.ceremony.service import NameIn
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

ONE = f"{DESK}/acts/<int:act_id>"


@bp.get(f"{DESK}/acts/new")
@requires(Permission.MANAGE_CEREMONY)
def new_act(meeting: str) -> str:
    """Ask for a new act of the kind in the address."""
    found = meeting_by_slug(meeting)
    return _page(found, _form(found, None), None)


@bp.post(f"{DESK}/acts/new")
@requires(Permission.MANAGE_CEREMONY)
def add_act(meeting: str) -> Page:
    """Plan a new act."""
    found = meeting_by_slug(meeting)
    form = _form(found, None)

    def add() -> None:
        kind, item_id = ActKind(form.kind.data), form.item_id.data
        values = _values(found, form)
        service.add_act(actor(), found.id, item_id=item_id, kind=kind, **values)

    if not attempt(form, add):
        return _page(found, form, None), 422
    say(N_("已添加。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


@bp.get(ONE)
@requires(Permission.MANAGE_CEREMONY)
def show_act(meeting: str, act_id: int) -> str:
    """Show an act to be changed."""
    found = meeting_by_slug(meeting)
    row = queries.act_in(found.id, act_id)
    return _page(found, _form(found, row), row)


@bp.post(ONE)
@requires(Permission.MANAGE_CEREMONY)
def change_act(meeting: str, act_id: int) -> Page:
    """Change an act that was not done yet."""
    found = meeting_by_slug(meeting)
    row = queries.act_in(found.id, act_id)
    form = _form(found, row)

    def change() -> None:
        service.change_act(actor(), found.id, act_id, **_values(found, form))

    if not attempt(form, change):
        return _page(found, form, row), 422
    say(N_("已保存。"))
    return redirect(url_for("ceremony.show_ceremony", meeting=meeting), 303)


def _form(meeting: Meeting, row: ActRow | None) -> EditActForm:
    form = EditActForm(data=_data(row) if row else {"kind": _asked_kind().value})
    if row is not None:
        form.kind.data, form.item_id.data = row.kind.value, row.item_id
    offer_items(form.item_id, meeting, Kind(form.kind.data or ActKind.PLAQUE))
    if not form.is_submitted():
        offer_rows(form.presenters, FEWEST_NAMES)
        offer_rows(form.recipients, FEWEST_NAMES)
    return form


def _asked_kind() -> ActKind:
    asked = request.args.get("kind", "")
    return ActKind(asked) if asked in set(ActKind) else ActKind.PLAQUE


def _data(row: ActRow) -> dict[str, Any]:
    return {
        "title": row.title,
        "group": row.group,
        "cue": row.cue,
        "presenters": [{"name": one.name, "title": one.title} for one in row.presenting],
        "recipients": [
            {"unit": one.unit, "name": one.name, "title": one.title} for one in row.receiving
        ],
    }


def _values(meeting: Meeting, form: EditActForm) -> dict[str, Any]:
    known = known_to(meeting)
    return {
        "title": form.title.data or "",
        "group": form.group.data or 1,
        "cue": form.cue.data or "",
        "presenters": names_in(known, form.presenters),
        "recipients": list(_recipients(known, form)),
    }


def _recipients(known: Known, form: EditActForm) -> list[NameIn]:
    """Read who receives: a unit, somebody of it, or a person by name alone."""
    found: list[NameIn] = []
    for row in form.recipients:
        one = row.form
        typed = one.unit.data or ""
        unit = unit_named(known.units, typed, "recipients") if typed else None
        somebody = known.somebody(one.name.data or "", one.title.data or "", unit)
        if somebody is not None:
            found.append(somebody)
        elif unit is not None:
            found.append(NameIn(organisation_id=unit))
    return found


def _page(meeting: Meeting, form: EditActForm, row: ActRow | None) -> str:
    return render_template(
        "ceremony/show_act.html",
        **heading(meeting),
        form=form,
        act=row,
        known=known_to(meeting),
        people=people_of(meeting.alliance_id),
    )
