"""Doors of an alliance's units."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from eventapp.alliance.forms import PasteRowsForm, UnitForm
from eventapp.alliance.queries import (
    alliance_by_slug,
    alliance_of,
    members_of,
    membership_in,
    organisation_in,
    seats_of,
)
from eventapp.alliance.routes.base import bp, chosen_ordering, crumbs, paste
from eventapp.alliance.rules import ORDERING_LABEL
from eventapp.alliance.service import (
    UnitIn,
    add_unit,
    add_units,
    change_unit,
    remove_unit,
)
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX, workbook


@bp.get("/a/<alliance>/units")
@requires(Permission.SEE_DESK)
def show_units(alliance: str) -> str:
    """List an alliance's units in the order that the address asks for."""
    return _units_page(alliance, UnitForm(formdata=None))


@bp.post("/a/<alliance>/units", endpoint="add_unit")
@requires(Permission.MANAGE_ALLIANCE)
def add(alliance: str) -> ResponseReturnValue:
    """Take one unit in."""
    alliance_id = alliance_by_slug(alliance).id
    form = UnitForm()
    form.offer(seats_of(alliance_id))

    def act() -> None:
        add_unit(
            actor(),
            alliance_id,
            name=form.name.data or "",
            credit_code=form.credit_code.data or "",
            seat_key=form.seat.data,
            lead_ordinal=form.lead_ordinal.data,
            ordinal=form.ordinal.data,
        )

    if not attempt(form, act):
        return _units_page(alliance, form), 422
    say(N_("单位已添加。"))
    return redirect(url_for("alliance.show_units", alliance=alliance), 303)


def _units_page(slug: str, form: UnitForm) -> str:
    row = alliance_by_slug(slug)
    seats = seats_of(row.id)
    form.offer(seats)
    ordering = chosen_ordering()
    return render_template(
        "alliance/show_units.html",
        slug=slug,
        members=members_of(row.id, ordering=ordering),
        seat_labels={seat.id: seat.label for seat in seats},
        ordering=ordering,
        orderings=ORDERING_LABEL,
        form=form,
        crumbs=crumbs(slug, row),
    )


@bp.get("/a/<alliance>/units.xlsx")
@requires(Permission.SEE_DESK)
def export_units(alliance: str) -> ResponseReturnValue:
    """Send the list of units as a spreadsheet, in the order that the address asks for."""
    row = alliance_by_slug(alliance)
    seats = {seat.id: gettext(seat.label) for seat in seats_of(row.id)}
    heads = [gettext("单位名称"), gettext("席位"), gettext("统一社会信用代码")]
    rows = [
        (one.name, seats.get(one.seat_id or one.proposed_seat_id or 0, ""), one.credit_code)
        for one in members_of(row.id, ordering=chosen_ordering())
    ]
    data = workbook(gettext("成员单位"), heads, rows)
    name = gettext("%(alliance)s成员单位.xlsx", alliance=row.short_name or row.name)
    return download(data, name=name, media_type=XLSX)


@bp.get("/a/<alliance>/units/paste")
@requires(Permission.MANAGE_ALLIANCE)
def paste_units(alliance: str) -> str:
    """Show the field for rows of units."""
    return _paste_page(alliance, PasteRowsForm(formdata=None))


@bp.post("/a/<alliance>/units/paste", endpoint="add_units")
@requires(Permission.MANAGE_ALLIANCE)
def add_pasted(alliance: str) -> ResponseReturnValue:
    """Take pasted units in, all or none."""
    alliance_id = alliance_by_slug(alliance).id
    form = PasteRowsForm()
    taken, wrong = paste(
        form,
        3,
        lambda rows: add_units(actor(), alliance_id, [UnitIn(*row) for row in rows]),
    )
    if not taken:
        return _paste_page(alliance, form, wrong=wrong), 422
    say(N_("单位已全部导入。"))
    return redirect(url_for("alliance.show_units", alliance=alliance), 303)


def _paste_page(slug: str, form: PasteRowsForm, **more: object) -> str:
    row = alliance_by_slug(slug)
    way = crumbs(slug, row)
    seats = [seat.label for seat in seats_of(row.id)]
    return render_template("alliance/paste_units.html", form=form, crumbs=way, seats=seats, **more)


@bp.get("/a/<alliance>/units/<int:organisation_id>")
@requires(Permission.MANAGE_ALLIANCE)
def edit_unit(alliance: str, organisation_id: int) -> str:
    """Show what is known about a unit."""
    row = alliance_by_slug(alliance)
    unit = organisation_in(row.id, organisation_id)
    membership = membership_in(row.id, organisation_id)
    seats = {seat.id: seat.key for seat in seats_of(row.id)}
    data = {
        "name": unit.name,
        "credit_code": unit.credit_code,
        "seat": seats.get(membership.proposed_seat_id or 0, ""),
        "ordinal": membership.ordinal or None,
        "lead_ordinal": membership.lead_ordinal,
    }
    return _unit_page(alliance, row.id, organisation_id, UnitForm(data=data))


@bp.post("/a/<alliance>/units/<int:organisation_id>", endpoint="change_unit")
@requires(Permission.MANAGE_ALLIANCE)
def change(alliance: str, organisation_id: int) -> ResponseReturnValue:
    """Correct a unit's name and code, and set its places."""
    alliance_id = alliance_by_slug(alliance).id
    membership_in(alliance_id, organisation_id)
    form = UnitForm()
    form.offer(seats_of(alliance_id))

    def act() -> None:
        change_unit(
            actor(),
            alliance_id,
            organisation_id,
            name=form.name.data or "",
            credit_code=form.credit_code.data or "",
            ordinal=form.ordinal.data,
            lead_ordinal=form.lead_ordinal.data,
            seat_key=form.seat.data,
        )

    if not attempt(form, act):
        return _unit_page(alliance, alliance_id, organisation_id, form), 422
    say(N_("已保存。"))
    return redirect(url_for("alliance.show_units", alliance=alliance), 303)


def _unit_page(slug: str, alliance_id: int, organisation_id: int, form: UnitForm) -> str:
    form.offer(seats_of(alliance_id))
    way = crumbs(slug, alliance_of(alliance_id))
    return render_template(
        "alliance/edit_unit.html",
        form=form,
        slug=slug,
        unit=organisation_in(alliance_id, organisation_id),
        crumbs=[*way, (url_for("alliance.show_units", alliance=slug), gettext("成员单位"))],
    )


@bp.post("/a/<alliance>/units/<int:organisation_id>/remove", endpoint="remove_unit")
@requires(Permission.MANAGE_ALLIANCE)
def remove(alliance: str, organisation_id: int) -> ResponseReturnValue:
    """End a unit's membership."""
    remove_unit(actor(), alliance_by_slug(alliance).id, organisation_id)
    say(N_("单位已移出；它在会议和名单里的记录仍然保留。"))
    return redirect(url_for("alliance.show_units", alliance=alliance), 303)
