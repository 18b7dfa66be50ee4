"""Doors of the people of an alliance."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from eventapp.alliance.forms import EditPersonForm, PasteRowsForm, PersonForm
from eventapp.alliance.models import Person
from eventapp.alliance.queries import (
    Known,
    alliance_by_slug,
    count_people,
    members_of,
    person_in,
    search_people,
)
from eventapp.alliance.routes.base import bp, chosen_ordering, crumbs, paste
from eventapp.alliance.rules import LIKENESS_LABEL, ORDERING_LABEL, Likeness, Ordering
from eventapp.alliance.service import (
    PersonRowIn,
    SpellingIn,
    add_people,
    note_contact_shown,
    note_export,
)
from eventapp.alliance.service.duplicates import LikelySame, correct_person, note_person
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.names import initials_of, pinyin_of, strokes_of
from eventapp.web.doors import demand, requires
from eventapp.web.download import download
from eventapp.web.filters import masked
from eventapp.web.forms import LARGEST, attempt, say
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX, workbook

A_PAGE = 100
Alike = Sequence[tuple[Known, Likeness]]


@bp.get("/a/<alliance>/people")
@requires(Permission.MANAGE_ALLIANCE)
def show_people(alliance: str) -> str:
    """List an alliance's people, one unit's, or those found by a text; phones are masked."""
    return _people_page(alliance, PersonForm(formdata=None))


@bp.post("/a/<alliance>/people", endpoint="add_person")
@requires(Permission.MANAGE_ALLIANCE)
def add(alliance: str) -> ResponseReturnValue:
    """Note one person, unless somebody may be the same."""
    alliance_id = alliance_by_slug(alliance).id
    form = PersonForm()
    form.offer(members_of(alliance_id))
    added, alike = _attempt(
        form,
        lambda apart: note_person(actor(), alliance_id, told_apart=apart, **form.values()),
    )
    if not added:
        return _people_page(alliance, form, alike), 422
    say(N_("人员已添加。"))
    return redirect(url_for("alliance.show_people", alliance=alliance), 303)


def _attempt(form: PersonForm, act: Callable[[list[int]], object]) -> tuple[bool, Alike]:
    """Run a verb with those who were told apart; tell who may be the same where it refuses."""
    found: list[Alike] = []

    def run() -> None:
        seen = request.form.getlist("seen", type=int)
        try:
            act([one for one in seen if one <= LARGEST] if form.apart.data else [])
        except LikelySame as error:
            found.append(error.people)
            raise

    done = attempt(form, run)
    return done, found[0] if found else ()


def _people_page(slug: str, form: PersonForm, alike: Alike = ()) -> str:
    row = alliance_by_slug(slug)
    members = members_of(row.id)
    form.offer(members)
    unit_id, ordering = request.args.get("unit", type=int), chosen_ordering(Ordering.PINYIN)
    text = request.args.get("text", "").replace("\x00", "").strip()[:60]
    total = count_people(row.id, text, unit_id)
    pages = max(1, -(-total // A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (page - 1) * A_PAGE
    kept = {"alliance": slug, "text": text or None, "unit": unit_id}
    return render_template(
        "alliance/show_people.html",
        slug=slug,
        people=search_people(
            row.id, text, organisation_id=unit_id, ordering=ordering, first=first, most=A_PAGE
        ),
        units={one.organisation_id: one.name for one in members},
        unit_id=unit_id,
        text=text,
        first=first + 1,
        total=total,
        page=page,
        pages=pages,
        page_url=lambda number: url_for(
            "alliance.show_people", order=ordering.value, page=number, **kept
        ),
        ordering=ordering,
        orderings={key: ORDERING_LABEL[key] for key in (Ordering.PINYIN, Ordering.STROKES)},
        form=form,
        alike=alike,
        likeness_label=LIKENESS_LABEL,
        crumbs=crumbs(slug, row),
    )


@bp.post("/a/<alliance>/people.xlsx")
@requires(Permission.MANAGE_ALLIANCE)
def export_people(alliance: str) -> ResponseReturnValue:
    """Send the list of people, with whole contacts if asked; that it was taken is recorded."""
    contacts = "contacts" in request.form
    if contacts:
        demand(Permission.EXPORT_CONTACTS)
    shown = str if contacts else masked
    row = alliance_by_slug(alliance)
    units = {one.organisation_id: one.name for one in members_of(row.id)}
    heads = [gettext(head) for head in ("姓名", "职务", "电话", "邮箱", "单位")]
    rows = [
        (
            one.name,
            one.titles,
            shown(one.phone),
            shown(one.email),
            units.get(one.organisation_id or 0, ""),
        )
        for one in search_people(row.id, ordering=chosen_ordering(Ordering.PINYIN))
    ]
    data = workbook(gettext("人员"), heads, rows)
    name = gettext("%(alliance)s人员.xlsx", alliance=row.short_name or row.name)
    note_export(actor(), row.id, "contacts" if contacts else "people")
    return download(data, name=name, media_type=XLSX)


@bp.get("/a/<alliance>/people/paste")
@requires(Permission.MANAGE_ALLIANCE)
def paste_people(alliance: str) -> str:
    """Show the field for rows of people."""
    way = crumbs(alliance, alliance_by_slug(alliance))
    form = PasteRowsForm(formdata=None)
    return render_template("alliance/paste_people.html", form=form, crumbs=way)


@bp.post("/a/<alliance>/people/paste", endpoint="add_people")
@requires(Permission.MANAGE_ALLIANCE)
def add_pasted(alliance: str) -> ResponseReturnValue:
    """Note pasted people, all or none."""
    row = alliance_by_slug(alliance)
    way, alliance_id = crumbs(alliance, row), row.id
    form = PasteRowsForm()
    taken, wrong = paste(
        form,
        5,
        lambda rows: add_people(actor(), alliance_id, [PersonRowIn(*cells) for cells in rows]),
    )
    if not taken:
        return render_template(
            "alliance/paste_people.html", form=form, crumbs=way, wrong=wrong
        ), 422
    say(N_("人员已全部导入。"))
    return redirect(url_for("alliance.show_people", alliance=alliance), 303)


@bp.get("/a/<alliance>/people/<int:person_id>")
@requires(Permission.MANAGE_ALLIANCE)
def edit_person(alliance: str, person_id: int) -> ResponseReturnValue:
    """Show what is known about a person; who was merged leads to whom they became."""
    person = person_in(alliance_by_slug(alliance).id, person_id)
    if person.id != person_id:
        return redirect(url_for("alliance.edit_person", alliance=alliance, person_id=person.id))
    data = {
        "name": person.name,
        "organisation_id": person.organisation_id or 0,
        "titles": person.titles,
        "phone": masked(person.phone),
        "email": masked(person.email),
        **person.spelling,
    }
    return _person_page(alliance, person_id, EditPersonForm(data=data))


@bp.post("/a/<alliance>/people/<int:person_id>/contact")
@requires(Permission.MANAGE_ALLIANCE)
def show_contact(alliance: str, person_id: int) -> str:
    """Show telephone number and address in full beside what is typed; who looked is recorded."""
    alliance_id = alliance_by_slug(alliance).id
    person = person_in(alliance_id, person_id)
    note_contact_shown(actor(), alliance_id, person_id)
    form = EditPersonForm()
    kept = _as_kept(form, person)
    form.phone.data, form.email.data = kept["phone"], kept["email"]
    return _person_page(alliance, person_id, form)


def _as_kept(form: EditPersonForm, person: Person) -> dict[str, Any]:
    """Give what was typed; a mask that was left as it is stands for what is kept behind it."""
    values = form.values()
    for field in ("phone", "email"):
        kept = getattr(person, field)
        values[field] = kept if values[field] == masked(kept) else values[field]
    return values


@bp.post("/a/<alliance>/people/<int:person_id>", endpoint="change_person")
@requires(Permission.MANAGE_ALLIANCE)
def change(alliance: str, person_id: int) -> ResponseReturnValue:
    """Correct what is known about a person, unless that makes them like somebody else."""
    alliance_id = alliance_by_slug(alliance).id
    person = person_in(alliance_id, person_id)
    form = EditPersonForm()
    form.offer(members_of(alliance_id))
    changed, alike = _attempt(
        form,
        lambda apart: correct_person(
            actor(),
            alliance_id,
            person_id,
            told_apart=apart,
            spelling=SpellingIn(**form.said()),
            **_as_kept(form, person),
        ),
    )
    if not changed:
        return _person_page(alliance, person_id, form, alike), 422
    say(N_("已保存。"))
    return redirect(url_for("alliance.show_people", alliance=alliance), 303)


def _person_page(slug: str, person_id: int, form: EditPersonForm, alike: Alike = ()) -> str:
    row = alliance_by_slug(slug)
    form.offer(members_of(row.id))
    way = [
        *crumbs(slug, row),
        (url_for("alliance.show_people", alliance=slug), gettext("人员")),
    ]
    name = person_in(row.id, person_id).name
    return render_template(
        "alliance/edit_person.html",
        form=form,
        slug=slug,
        alike=alike,
        likeness_label=LIKENESS_LABEL,
        masked_contacts="**" in f"{form.phone.data}{form.email.data}",
        worked_out={
            "pinyin": pinyin_of(name),
            "initials": initials_of(name),
            "strokes": strokes_of(name),
        },
        crumbs=way,
    )
