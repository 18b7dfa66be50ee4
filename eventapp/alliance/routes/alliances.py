"""Doors of an alliance itself and its seats."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from eventapp.alliance.forms import (
    AddSeatForm,
    CreateAllianceForm,
    DescribeAllianceForm,
    EmptyForm,
)
from eventapp.alliance.queries import (
    alliance_by_slug,
    leads_of,
    lists_of,
    members_of,
    seat_in,
    seats_of,
)
from eventapp.alliance.routes.base import bp, crumbs
from eventapp.alliance.rules import LIST_STATE_LABEL
from eventapp.alliance.service import (
    SeatIn,
    add_seat,
    arrange_seats,
    change_alliance,
    create_alliance,
    remove_seat,
)
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor


@bp.get("/alliances/new")
@requires(Permission.MANAGE_INSTALLATION)
def new_alliance() -> str:
    """Show the form that founds an alliance."""
    return render_template("alliance/new_alliance.html", form=CreateAllianceForm())


@bp.post("/alliances/new", endpoint="create_alliance")
@requires(Permission.MANAGE_INSTALLATION)
def found() -> ResponseReturnValue:
    """Found an alliance."""
    form = CreateAllianceForm()

    def act() -> None:
        create_alliance(
            actor(),
            slug=form.slug.data or "",
            name=form.name.data or "",
            short_name=form.short_name.data or "",
            aims=form.lines(),
        )

    if not attempt(form, act):
        return render_template("alliance/new_alliance.html", form=form), 422
    say(N_("联合体已建立，请导入成员单位。"))
    return redirect(url_for("alliance.show_alliance", alliance=form.slug.data), 303)


@bp.get("/a/<alliance>")
@requires(Permission.SEE_DESK)
def show_alliance(alliance: str) -> str:
    """Show an alliance at a glance: units by seat, lead units, lists."""
    row = alliance_by_slug(alliance)
    members = members_of(row.id)
    seats = seats_of(row.id)
    return render_template(
        "alliance/show_alliance.html",
        alliance=row,
        slug=alliance,
        members=members,
        leads=leads_of(members),
        seats=[(seat, sum(one.seat_id == seat.id for one in members)) for seat in seats],
        lists=lists_of(row.id),
        list_states=LIST_STATE_LABEL,
    )


@bp.get("/a/<alliance>/edit")
@requires(Permission.MANAGE_ALLIANCE)
def edit_alliance(alliance: str) -> str:
    """Show the form that describes an alliance."""
    row = alliance_by_slug(alliance)
    data = {"name": row.name, "short_name": row.short_name, "aims": "\n".join(row.aims)}
    return _edit_page(alliance, DescribeAllianceForm(data=data))


@bp.post("/a/<alliance>/edit", endpoint="change_alliance")
@requires(Permission.MANAGE_ALLIANCE)
def describe(alliance: str) -> ResponseReturnValue:
    """Change what an alliance is called and what it is for."""
    alliance_id = alliance_by_slug(alliance).id
    form = DescribeAllianceForm()

    def act() -> None:
        name, short = form.name.data or "", form.short_name.data or ""
        change_alliance(actor(), alliance_id, name=name, short_name=short, aims=form.lines())

    if not attempt(form, act):
        return _edit_page(alliance, form), 422
    say(N_("已保存。"))
    return redirect(url_for("alliance.show_alliance", alliance=alliance), 303)


def _edit_page(slug: str, form: DescribeAllianceForm) -> str:
    way = crumbs(slug, alliance_by_slug(slug))
    return render_template("alliance/edit_alliance.html", form=form, crumbs=way)


@bp.get("/a/<alliance>/seats")
@requires(Permission.MANAGE_ALLIANCE)
def edit_seats(alliance: str) -> str:
    """Show an alliance's seats in one table."""
    return _seats_page(alliance, EmptyForm(formdata=None), AddSeatForm(formdata=None))


@bp.post("/a/<alliance>/seats", endpoint="arrange_seats")
@requires(Permission.MANAGE_ALLIANCE)
def arrange(alliance: str) -> ResponseReturnValue:
    """Name and order all seats."""
    alliance_id = alliance_by_slug(alliance).id
    form = EmptyForm()
    if not attempt(form, lambda: arrange_seats(actor(), alliance_id, _typed_seats(alliance_id))):
        return _seats_page(alliance, form, AddSeatForm(formdata=None)), 422
    return _seats_done(alliance)


def _typed_seats(alliance_id: int) -> list[SeatIn]:
    placed: list[tuple[int, SeatIn]] = []
    for seat in seats_of(alliance_id):
        place = request.form.get(f"place-{seat.id}", "", str)
        placed.append(
            (
                int(place) if place.isdecimal() and len(place) < 5 else 10**4,
                SeatIn(
                    seat.id,
                    request.form.get(f"label-{seat.id}", "")[:40],
                    f"votes-{seat.id}" in request.form,
                ),
            )
        )
    return [row for _place, row in sorted(placed, key=lambda pair: pair[0])]


@bp.post("/a/<alliance>/seats/add", endpoint="add_seat")
@requires(Permission.MANAGE_ALLIANCE)
def add(alliance: str) -> ResponseReturnValue:
    """Add a seat below the others."""
    alliance_id = alliance_by_slug(alliance).id
    form = AddSeatForm()

    def act() -> None:
        votes = bool(form.votes_in_council.data)
        add_seat(actor(), alliance_id, label=form.label.data or "", votes_in_council=votes)

    if not attempt(form, act):
        return _seats_page(alliance, EmptyForm(formdata=None), form), 422
    return _seats_done(alliance)


@bp.post("/a/<alliance>/seats/<int:seat_id>/remove", endpoint="remove_seat")
@requires(Permission.MANAGE_ALLIANCE)
def remove(alliance: str, seat_id: int) -> ResponseReturnValue:
    """Remove a seat that nobody uses."""
    alliance_id = alliance_by_slug(alliance).id
    seat_in(alliance_id, seat_id)
    form = EmptyForm()
    if not attempt(form, lambda: remove_seat(actor(), alliance_id, seat_id)):
        return _seats_page(alliance, form, AddSeatForm(formdata=None)), 422
    return _seats_done(alliance)


def _seats_done(slug: str) -> ResponseReturnValue:
    say(N_("席位已更新。"))
    return redirect(url_for("alliance.edit_seats", alliance=slug), 303)


def _seats_page(slug: str, table: BaseForm, form: AddSeatForm) -> str:
    row = alliance_by_slug(slug)
    return render_template(
        "alliance/edit_seats.html",
        seats=seats_of(row.id),
        slug=slug,
        table_form=table,
        form=form,
        crumbs=crumbs(slug, row),
    )
