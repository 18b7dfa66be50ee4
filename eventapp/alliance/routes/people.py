"""Doors of the people of an alliance."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from eventapp.alliance.forms import PasteRowsForm, PersonForm
from eventapp.alliance.queries import alliance_by_slug, members_of, people_of, person_in
from eventapp.alliance.routes.base import bp, chosen_ordering, crumbs, paste
from eventapp.alliance.rules import ORDERING_LABEL, Ordering
from eventapp.alliance.service import (
    PersonRowIn,
    add_people,
    add_person,
    change_person,
    note_export,
)
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX, workbook


@bp.get("/a/<alliance>/people")
@requires(Permission.MANAGE_ALLIANCE)
def show_people(alliance: str) -> str:
    """List an alliance's people, or one unit's; phones are masked."""
    return _people_page(alliance, PersonForm(formdata=None))


@bp.post("/a/<alliance>/people", endpoint="add_person")
@requires(Permission.MANAGE_ALLIANCE)
def add(alliance: str) -> ResponseReturnValue:
    """Note one person."""
    alliance_id = alliance_by_slug(alliance).id
    form = PersonForm()
    form.offer(members_of(alliance_id))
    if not attempt(form, lambda: add_person(actor(), alliance_id, **form.values())):
        return _people_page(alliance, form), 422
    say(N_("人员已添加。"))
    return redirect(url_for("alliance.show_people", alliance=alliance), 303)


def _people_page(slug: str, form: PersonForm) -> str:
    row = alliance_by_slug(slug)
    members = members_of(row.id)
    form.offer(members)
    unit_id = request.args.get("unit", type=int)
    ordering = chosen_ordering(Ordering.PINYIN)
    return render_template(
        "alliance/show_people.html",
        slug=slug,
        people=people_of(row.id, unit_id, ordering=ordering),
        units={one.organisation_id: one.name for one in members},
        unit_id=unit_id,
        ordering=ordering,
        orderings={key: ORDERING_LABEL[key] for key in (Ordering.PINYIN, Ordering.STROKES)},
        form=form,
        crumbs=crumbs(slug, row),
    )


@bp.post("/a/<alliance>/people.xlsx")
@requires(Permission.MANAGE_ALLIANCE)
def export_people(alliance: str) -> ResponseReturnValue:
    """Send the list of people with their phones; that it was taken is recorded."""
    row = alliance_by_slug(alliance)
    units = {one.organisation_id: one.name for one in members_of(row.id)}
    heads = [gettext(head) for head in ("姓名", "职务", "电话", "邮箱", "单位")]
    rows = [
        (one.name, one.titles, one.phone, one.email, units.get(one.organisation_id or 0, ""))
        for one in people_of(row.id, ordering=chosen_ordering(Ordering.PINYIN))
    ]
    data = workbook(gettext("人员"), heads, rows)
    name = gettext("%(alliance)s人员.xlsx", alliance=row.short_name or row.name)
    note_export(actor(), row.id, "people")
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
def edit_person(alliance: str, person_id: int) -> str:
    """Show what is known about a person."""
    row = alliance_by_slug(alliance)
    person = person_in(row.id, person_id)
    data = {
        "name": person.name,
        "organisation_id": person.organisation_id or 0,
        "titles": person.titles,
        "phone": person.phone,
        "email": person.email,
    }
    return _person_page(alliance, PersonForm(data=data))


@bp.post("/a/<alliance>/people/<int:person_id>", endpoint="change_person")
@requires(Permission.MANAGE_ALLIANCE)
def change(alliance: str, person_id: int) -> ResponseReturnValue:
    """Correct what is known about a person."""
    alliance_id = alliance_by_slug(alliance).id
    person_in(alliance_id, person_id)
    form = PersonForm()
    form.offer(members_of(alliance_id))
    if not attempt(form, lambda: change_person(actor(), alliance_id, person_id, **form.values())):
        return _person_page(alliance, form), 422
    say(N_("已保存。"))
    return redirect(url_for("alliance.show_people", alliance=alliance), 303)


def _person_page(slug: str, form: PersonForm) -> str:
    row = alliance_by_slug(slug)
    form.offer(members_of(row.id))
    way = [
        *crumbs(slug, row),
        (url_for("alliance.show_people", alliance=slug), gettext("人员")),
    ]
    return render_template("alliance/edit_person.html", form=form, crumbs=way)
