"""The order of a signing: taken from a proposal in one act and taken back, or moved by hand."""

from collections.abc import Mapping
from enum import StrEnum

import sqlalchemy as sa

from eventapp.agenda.queries import item_in
from eventapp.ceremony.models import Agreement, SigningStage
from eventapp.ceremony.queries import AgreementRow, agreements_at, staged
from eventapp.ceremony.rules import MOST_TABLES, AgreementState, Place, order_problems
from eventapp.ceremony.service.held import engage_all, held, note
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting


class Direction(StrEnum):
    """Where a button moves an agreement."""

    EARLIER = "earlier"
    LATER = "later"
    LEFT = "left"
    RIGHT = "right"


def set_signing(
    actor: Actor, meeting_id: int, item_id: int, *, tables: int, standing: bool, version: int
) -> None:
    """Say at how many tables, or in how many places standing, an item's agreements are signed."""
    if not 1 <= tables <= MOST_TABLES:
        raise Invalid(
            "tables", N_("台数应在 1 到 %(most)s 之间。"), field="tables", most=MOST_TABLES
        )
    with transaction():
        meeting, stage = _hold(meeting_id, item_id, version)
        stage.tables, stage.standing = tables, standing
        _note(actor, meeting, "signing.set", stage, tables=tables, standing=standing)


def apply_order(
    actor: Actor,
    meeting_id: int,
    item_id: int,
    places: Mapping[int, Place],
    *,
    version: int,
    seed: int = 1,
) -> None:
    """Take an order for all agreements of an item, in one act that can be taken back.

    Raises Conflict where the order is not for what is there now, or breaks a hard rule.
    """
    with transaction():
        meeting, stage = _hold(meeting_id, item_id, version)
        rows = agreements_at(meeting_id, item_id)
        _ensure_sound(rows, places, stage.tables)
        stage.displaced = [
            [row.id, *((row.place.batch, row.place.table) if row.place else (None, None))]
            for row in rows
        ]
        stage.seed = seed
        _put(actor, meeting, dict(places))
        order = [[key, place.batch, place.table] for key, place in sorted(places.items())]
        _note(actor, meeting, "signing.ordered", stage, seed=seed, order=order)


def undo_order(actor: Actor, meeting_id: int, item_id: int, *, version: int) -> None:
    """Bring back the order that the last proposal displaced, until something is moved by hand."""
    with transaction():
        meeting, stage = _hold(meeting_id, item_id, version)
        if not stage.displaced:
            raise Conflict("nothing_displaced", N_("没有可以撤销的排序。"))
        open_now = {row.id for row in agreements_at(meeting_id, item_id)}
        _put(
            actor,
            meeting,
            {
                key: Place(batch, table) if batch else None
                for key, batch, table in stage.displaced
                if key in open_now
            },
        )
        stage.displaced = []
        _note(actor, meeting, "signing.restored", stage)


def move_agreement(
    actor: Actor, meeting_id: int, agreement_id: int, direction: Direction, *, version: int
) -> Place:
    """Move an agreement to the batch before or after, or to the table beside it.

    Who stands there changes places with it. What has no place yet gets one in the first batch
    that has a table free. A pinned or signed agreement does not move, nor does one move it.
    """
    with transaction():
        agreement = held(meeting_id, agreement_id)
        meeting, stage = _hold(meeting_id, agreement.item_id, version)
        rows = {row.id: row for row in agreements_at(meeting_id, agreement.item_id)}
        if agreement_id not in rows:
            raise Conflict("agreement_over", N_("这份协议已经撤回，不再排序。"))
        places = {row.id: row.place for row in rows.values() if row.place}
        new = _target(places, agreement_id, direction, stage.tables)
        moved: dict[int, Place | None] = {agreement_id: new}
        for other, place in places.items():
            if place == new and other != agreement_id:
                moved[other] = places.get(agreement_id)
        for key in moved:
            _ensure_loose(rows[key])
        _put(actor, meeting, moved)
        _close_gaps(actor, meeting, agreement.item_id)
        stage.displaced = []
        note(actor, meeting, "agreement.moved", agreement, batch=new.batch, table=new.table)
    return new


def pin_agreement(actor: Actor, meeting_id: int, agreement_id: int, *, pinned: bool = True) -> None:
    """Fix an agreement to its batch, so that no proposal moves it; or let it go again."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        if pinned and agreement.batch is None:
            raise Conflict("not_placed", N_("还没有排入批次，不能固定。"))
        agreement.pinned = pinned
        note(actor, meeting, "agreement.pinned", agreement, pinned=pinned)


def rank_agreement(actor: Actor, meeting_id: int, agreement_id: int, *, up: bool) -> None:
    """Let an agreement and its neighbour in rank change places; at the end nothing happens."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        agreement = held(meeting_id, agreement_id)
        order = db.session.scalars(
            sa.select(Agreement)
            .where(Agreement.item_id == agreement.item_id)
            .order_by(Agreement.ordinal, Agreement.id)
        ).all()
        place = order.index(agreement)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            beside = order[other]
            agreement.ordinal, beside.ordinal = beside.ordinal, agreement.ordinal
            note(actor, meeting, "agreement.ranked", agreement, rank=agreement.ordinal)


def _hold(meeting_id: int, item_id: int, version: int) -> tuple[Meeting, SigningStage]:
    """Hold an item's stage as it was seen, and count the change; raises Conflict if it is newer."""
    meeting = lock(Meeting, meeting_id)
    item_in(meeting_id, item_id)
    stage = db.session.get(SigningStage, item_id)
    if stage is None:
        stage = SigningStage(
            item_id=item_id,
            meeting_id=meeting_id,
            tables=1,
            standing=False,
            seed=1,
            version=0,
            displaced=[],
        )
        db.session.add(stage)
    if stage.version != version:
        raise Conflict(
            "signing_changed", N_("批次刚刚有别人改过，请看过现在的安排再改；您的改动没有保存。")
        )
    stage.version += 1
    db.session.flush()
    return meeting, stage


def _ensure_sound(rows: list[AgreementRow], places: Mapping[int, Place], tables: int) -> None:
    signed_elsewhere = [
        row
        for row in rows
        if row.state is AgreementState.SIGNED and row.place and places.get(row.id) != row.place
    ]
    if set(places) != {row.id for row in rows} or signed_elsewhere:
        raise Conflict("order_outdated", N_("协议已经有变动，请重新生成排序建议。"))
    for problem in order_problems([staged(row, places[row.id]) for row in rows], tables):
        raise Conflict(problem.code, problem.message, **problem.params)


def _ensure_loose(row: AgreementRow) -> None:
    if row.pinned:
        raise Conflict("pinned", N_("“%(title)s”已固定在这一批，请先取消固定。"), title=row.title)
    if row.state is AgreementState.SIGNED:
        raise Conflict("signed", N_("“%(title)s”已经签署，不再移动。"), title=row.title)


def _target(
    places: Mapping[int, Place], agreement_id: int, direction: Direction, tables: int
) -> Place:
    last = max((place.batch for place in places.values()), default=0)
    now = places.get(agreement_id)
    if now is None:
        return _first_free(places, 1, tables)
    match direction:
        case Direction.EARLIER:
            new = Place(now.batch - 1, now.table)
        case Direction.LATER:
            new = Place(min(now.batch, last) + 1, now.table)
        case Direction.LEFT:
            new = Place(now.batch, now.table - 1)
        case Direction.RIGHT:
            new = Place(now.batch, now.table + 1)
    if new.batch < 1 or not 1 <= new.table <= tables:
        raise Conflict("no_further", N_("已经到头了，不能再移。"))
    if new.batch == now.batch or new not in places.values():
        return new
    free = _free_table(places, new.batch, tables)
    return Place(new.batch, free) if free else new


def _free_table(places: Mapping[int, Place], batch: int, tables: int) -> int | None:
    taken = {place.table for place in places.values() if place.batch == batch}
    return next((table for table in range(1, tables + 1) if table not in taken), None)


def _first_free(places: Mapping[int, Place], batch: int, tables: int) -> Place:
    table = _free_table(places, batch, tables)
    return Place(batch, table) if table else _first_free(places, batch + 1, tables)


def _close_gaps(actor: Actor, meeting: Meeting, item_id: int) -> None:
    """Renumber the batches where one has become empty, unless something is fixed to its number."""
    rows = [row for row in agreements_at(meeting.id, item_id) if row.place]
    used = sorted({row.place.batch for row in rows if row.place})
    held_fast = any(row.pinned or row.state is AgreementState.SIGNED for row in rows)
    if used == list(range(1, len(used) + 1)) or held_fast:
        return
    number = {batch: new for new, batch in enumerate(used, 1)}
    _put(
        actor,
        meeting,
        {
            row.id: Place(number[row.place.batch], row.place.table)
            for row in rows
            if row.place and number[row.place.batch] != row.place.batch
        },
    )


def _put(actor: Actor, meeting: Meeting, places: Mapping[int, Place | None]) -> None:
    """Write places; the tables that are wanted are told to the agenda."""
    for agreement_id, place in places.items():
        agreement = held(meeting.id, agreement_id)
        old = agreement.table_number
        agreement.batch = place.batch if place else None
        agreement.table_number = place.table if place else None
        if agreement.table_number != old:
            engage_all(actor, meeting, agreement)
    db.session.flush()


def _note(actor: Actor, meeting: Meeting, verb: str, stage: SigningStage, **data: object) -> None:
    audit(actor, meeting.scope_id, verb, f"item:{stage.item_id}", **data)
