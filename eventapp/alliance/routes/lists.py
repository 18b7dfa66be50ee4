"""Doors of the lists that make a council."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from eventapp.alliance.forms import CreateListForm, EmptyForm
from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import (
    alliance_by_slug,
    entries_of,
    list_edition_in,
    list_in,
    lists_of,
    members_of,
    seats_of,
)
from eventapp.alliance.routes.base import bp, crumbs
from eventapp.alliance.rules import LIST_STATE_LABEL
from eventapp.alliance.service import add_list_edition, create_list, set_entries, table_list
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor


@bp.get("/a/<alliance>/lists")
@requires(Permission.SEE_DESK)
def show_lists(alliance: str) -> str:
    """List an alliance's lists with their editions."""
    return _lists_page(alliance, CreateListForm(formdata=None))


@bp.post("/a/<alliance>/lists", endpoint="create_list")
@requires(Permission.MANAGE_ALLIANCE)
def begin(alliance: str) -> ResponseReturnValue:
    """Begin a list and go to its first draft."""
    alliance_id = alliance_by_slug(alliance).id
    form = CreateListForm()
    if not attempt(form, lambda: create_list(actor(), alliance_id, form.title.data or "")):
        return _lists_page(alliance, form), 422
    edition_id = lists_of(alliance_id)[0].editions[0].id
    return redirect(url_for("alliance.show_list", alliance=alliance, edition_id=edition_id), 303)


def _lists_page(slug: str, form: CreateListForm) -> str:
    row = alliance_by_slug(slug)
    return render_template(
        "alliance/show_lists.html",
        slug=slug,
        lists=lists_of(row.id),
        states=LIST_STATE_LABEL,
        form=form,
        crumbs=crumbs(slug, row),
    )


@bp.get("/a/<alliance>/lists/<int:edition_id>")
@requires(Permission.SEE_DESK)
def show_list(alliance: str, edition_id: int) -> str:
    """Show an edition of a list; a draft as a table to fill."""
    return _list_page(alliance, edition_id, EmptyForm(formdata=None))


@bp.post("/a/<alliance>/lists/<int:edition_id>", endpoint="set_entries")
@requires(Permission.MANAGE_ALLIANCE)
def fill(alliance: str, edition_id: int) -> ResponseReturnValue:
    """Replace a draft's lines by the table that was sent."""
    alliance_id = alliance_by_slug(alliance).id
    list_edition_in(alliance_id, edition_id)
    lines = _typed_lines(alliance_id)
    form = EmptyForm()
    if not attempt(form, lambda: set_entries(actor(), edition_id, lines)):
        return _list_page(alliance, edition_id, form), 422
    say(N_("名单已保存。"))
    return redirect(url_for("alliance.show_list", alliance=alliance, edition_id=edition_id), 303)


def _typed_lines(alliance_id: int) -> list[tuple[int, str, int]]:
    """Read the chosen seat of each unit; among equals they stand as the units do."""
    return [
        (member.organisation_id, seat_key, place)
        for place, member in enumerate(members_of(alliance_id), start=1)
        if (seat_key := request.form.get(f"seat-{member.organisation_id}", ""))
    ]


@bp.post("/a/<alliance>/lists/<int:edition_id>/table", endpoint="table_list")
@requires(Permission.MANAGE_ALLIANCE)
def put_forward(alliance: str, edition_id: int) -> ResponseReturnValue:
    """Freeze a draft so that it can be voted on."""
    list_edition_in(alliance_by_slug(alliance).id, edition_id)
    form = EmptyForm()
    if not attempt(form, lambda: table_list(actor(), edition_id)):
        return _list_page(alliance, edition_id, form), 422
    say(N_("名单已提交审议，内容不再改动。"))
    return redirect(url_for("alliance.show_list", alliance=alliance, edition_id=edition_id), 303)


@bp.post("/a/<alliance>/lists/<int:list_id>/edition", endpoint="add_list_edition")
@requires(Permission.MANAGE_ALLIANCE)
def begin_edition(alliance: str, list_id: int) -> ResponseReturnValue:
    """Begin the next draft of a list."""
    edition_id = add_list_edition(actor(), alliance_by_slug(alliance).id, list_id).id
    return redirect(url_for("alliance.show_list", alliance=alliance, edition_id=edition_id), 303)


def _list_page(slug: str, edition_id: int, form: BaseForm) -> str:
    row = alliance_by_slug(slug)
    edition = list_edition_in(row.id, edition_id)
    return render_template(
        "alliance/show_list.html",
        slug=slug,
        list=list_in(row.id, edition.list_id),
        edition=edition,
        entries=entries_of(edition_id),
        table=_table(row, edition_id) if edition.state == "draft" else [],
        seats=seats_of(row.id),
        states=LIST_STATE_LABEL,
        form=form,
        crumbs=[
            *crumbs(slug, row),
            (url_for("alliance.show_lists", alliance=slug), gettext("名单")),
        ],
    )


def _table(row: Alliance, edition_id: int) -> list[tuple[int, str, str]]:
    """Give every unit with its seat on the draft; an empty draft starts from the proposals."""
    lines = {entry.organisation_id: entry.seat_key for entry in entries_of(edition_id)}
    return [
        (
            one.organisation_id,
            one.name,
            lines.get(one.organisation_id, "")
            if lines
            else one.proposed_seat_key or one.seat_key or "",
        )
        for one in members_of(row.id)
    ]
