"""The order of a signing: its batches, the proposal beside what is there, and moves by hand."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for

from eventapp.ceremony import queries, service
from eventapp.ceremony.forms import ApplyOrderForm, MoveForm, PinForm, SigningForm, VersionForm
from eventapp.ceremony.queries import Signing
from eventapp.ceremony.routes.blueprint import DESK, Page, bp, heading
from eventapp.ceremony.service import Direction
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

ITEM = f"{DESK}/signing/<int:item_id>"
MOST_SEED = 9999


@bp.get(ITEM)
@requires(Permission.MANAGE_CEREMONY)
def show_signing(meeting: str, item_id: int) -> str:
    """Show what is signed when and at which table, and what is wrong with it."""
    found = meeting_by_slug(meeting)
    return _page(found, queries.signing_of(found.id, item_id), BaseForm(formdata=None))


@bp.post(ITEM)
@requires(Permission.MANAGE_CEREMONY)
def set_signing(meeting: str, item_id: int) -> Page:
    """Say at how many tables, or in how many places, agreements are signed."""
    found, form = meeting_by_slug(meeting), SigningForm()
    return _done(
        found,
        item_id,
        form,
        lambda: service.set_signing(
            actor(),
            found.id,
            item_id,
            tables=form.tables.data or 1,
            standing=bool(form.standing.data),
            version=form.version.data or 0,
        ),
    )


@bp.get(f"{ITEM}/proposal")
@requires(Permission.MANAGE_CEREMONY)
def show_proposal(meeting: str, item_id: int) -> str:
    """Show a proposed order with its reasons and what it would change; nothing is changed."""
    found = meeting_by_slug(meeting)
    return _proposal(found, item_id, BaseForm(formdata=None))


@bp.post(f"{ITEM}/proposal")
@requires(Permission.MANAGE_CEREMONY)
def apply_order(meeting: str, item_id: int) -> Page:
    """Take the order that was shown."""
    found, form = meeting_by_slug(meeting), ApplyOrderForm()
    signing, seed = queries.signing_of(found.id, item_id), _bounded(form.seed.data)

    def take() -> None:
        proposal = queries.proposal_of(signing, seed)
        if proposal is None:
            raise Conflict("no_order", N_("按现在固定的批次和先后要求，排不出次序。"))
        places, version = proposal.order.places, form.version.data or 0
        service.apply_order(actor(), found.id, item_id, places, version=version, seed=seed)

    if not attempt(form, take):
        return _proposal(meeting_by_slug(meeting), item_id, form), 422
    say(N_("已按建议排好，可以撤销。"))
    return redirect(url_for("ceremony.show_signing", meeting=meeting, item_id=item_id), 303)


@bp.post(f"{ITEM}/undo")
@requires(Permission.MANAGE_CEREMONY)
def undo_order(meeting: str, item_id: int) -> Page:
    """Bring back the order that the last proposal displaced."""
    found, form = meeting_by_slug(meeting), VersionForm()
    version = form.version.data or 0
    return _done(
        found,
        item_id,
        form,
        lambda: service.undo_order(actor(), found.id, item_id, version=version),
    )


@bp.post(f"{DESK}/agreements/<int:agreement_id>/move")
@requires(Permission.MANAGE_CEREMONY)
def move_agreement(meeting: str, agreement_id: int) -> Page:
    """Move an agreement to the batch before or after, or to the table beside it."""
    found, form = meeting_by_slug(meeting), MoveForm()
    row = queries.agreement_in(found.id, agreement_id)

    def move() -> None:
        if form.direction.data not in set(Direction):
            raise Invalid("direction", N_("没有这个方向。"), field="direction")
        direction, version = Direction(form.direction.data), form.version.data or 0
        service.move_agreement(actor(), found.id, agreement_id, direction, version=version)

    return _done(found, row.item_id, form, move, at=agreement_id)


@bp.post(f"{DESK}/agreements/<int:agreement_id>/pin")
@requires(Permission.MANAGE_CEREMONY)
def pin_agreement(meeting: str, agreement_id: int) -> Page:
    """Fix an agreement to its batch, or let it go again."""
    found, form = meeting_by_slug(meeting), PinForm()
    row, pinned = queries.agreement_in(found.id, agreement_id), bool(form.on.data)
    return _done(
        found,
        row.item_id,
        form,
        lambda: service.pin_agreement(actor(), found.id, agreement_id, pinned=pinned),
        at=agreement_id,
    )


def _done(
    meeting: Meeting, item_id: int, form: BaseForm, act: Callable[[], Any], at: int | None = None
) -> Page:
    slug = meeting.slug
    if not attempt(form, act):
        found = meeting_by_slug(slug)
        return _page(found, queries.signing_of(found.id, item_id), form), 422
    anchor = f"agreement-{at}" if at else None
    return redirect(
        url_for("ceremony.show_signing", meeting=slug, item_id=item_id, _anchor=anchor), 303
    )


def _page(meeting: Meeting, signing: Signing, form: BaseForm) -> str:
    setting = signing.setting
    data = {"tables": setting.tables, "standing": setting.standing, "version": setting.version}
    return render_template(
        "ceremony/show_signing.html",
        **heading(meeting),
        signing=signing,
        form=form,
        setting_form=form if isinstance(form, SigningForm) else SigningForm(None, data=data),
    )


def _proposal(meeting: Meeting, item_id: int, form: BaseForm) -> str:
    signing = queries.signing_of(meeting.id, item_id)
    seed = _bounded(request.values.get("seed", signing.setting.seed, type=int))
    return render_template(
        "ceremony/show_proposal.html",
        **heading(meeting),
        signing=signing,
        proposal=queries.proposal_of(signing, seed),
        seed=seed,
        form=form,
    )


def _bounded(seed: int | None) -> int:
    """Keep a seed from the address among those that are offered."""
    return max(1, min(MOST_SEED, seed or 1))
