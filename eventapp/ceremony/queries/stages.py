"""Reads of a signing as it is arranged: its batches, what is wrong, and a proposed order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventapp.agenda.queries import Item, item_in
from eventapp.agenda.rules import ItemState
from eventapp.ceremony.models import SigningStage
from eventapp.ceremony.queries.agreements import AgreementRow, agreements_of
from eventapp.ceremony.rules import (
    AgreementState,
    Bound,
    Figures,
    Order,
    Place,
    Problem,
    Somebody,
    StagedAgreement,
    Staging,
    ToSign,
    figures_of,
    find_problems,
    is_due,
    propose,
)
from eventapp.checkin.queries import arrivals_of
from eventapp.core import clock
from eventapp.core.db import db


@dataclass(frozen=True, slots=True)
class Setting:
    """How agreements of an item are signed; `can_undo` tells whether an order was displaced."""

    tables: int = 1
    standing: bool = False
    seed: int = 1
    version: int = 0
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What is signed at once, by table; and who stays on stage or comes on for it."""

    number: int
    agreements: tuple[AgreementRow, ...]
    staying: tuple[Somebody, ...]
    entering: tuple[Somebody, ...]


@dataclass(frozen=True, slots=True)
class Signing:
    """An item's signing: its batches, what has no batch yet, and what is wrong."""

    item: Item
    setting: Setting
    agreements: tuple[AgreementRow, ...]
    batches: tuple[BatchRow, ...]
    unplaced: tuple[AgreementRow, ...]
    figures: Figures
    problems: tuple[Problem, ...]

    @property
    def places(self) -> dict[int, Place]:
        """Map the agreements that have a place to it."""
        return {row.id: row.place for row in self.agreements if row.place}


@dataclass(frozen=True, slots=True)
class Step:
    """What a proposal would change for one agreement."""

    agreement: AgreementRow
    old: Place | None
    new: Place

    @property
    def changes(self) -> bool:
        """Tell whether it would be signed elsewhere or at another time."""
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed order with its reasons: what it costs, why not less, and what it changes."""

    order: Order
    batches: tuple[BatchRow, ...]
    steps: tuple[Step, ...]
    bound: Bound
    busiest: str
    """Who signs as many agreements as there must be batches; empty where it is the tables."""

    @property
    def is_same(self) -> bool:
        """Tell whether the order that is there is the proposed one."""
        return not any(step.changes for step in self.steps)


def setting_of(item_id: int) -> Setting:
    """Read how an item's agreements are signed; one table where nobody has said so."""
    row = db.session.get(SigningStage, item_id)
    if row is None:
        return Setting()
    return Setting(row.tables, row.standing, row.seed, row.version, bool(row.displaced))


def agreements_at(meeting_id: int, item_id: int) -> list[AgreementRow]:
    """List what is to be signed at an item, in order of rank; what was withdrawn is left out."""
    return [
        row
        for row in agreements_of(meeting_id)
        if row.item_id == item_id and row.state is not AgreementState.WITHDRAWN
    ]


def signing_of(meeting_id: int, item_id: int) -> Signing:
    """Read a signing as it is arranged; raises NotFound for an item of another meeting."""
    item = item_in(meeting_id, item_id)
    rows, setting = agreements_at(meeting_id, item_id), setting_of(item_id)
    places = {row.id: row.place for row in rows if row.place}
    here = _here(meeting_id, item, clock.now())
    staging = Staging(tuple(staged(row, row.place) for row in rows), setting.tables, here)
    return Signing(
        item,
        setting,
        tuple(rows),
        tuple(_batches(rows, places)),
        tuple(row for row in rows if row.place is None),
        figures_of(to_sign(rows), places),
        tuple(find_problems(staging)),
    )


def proposal_of(signing: Signing, seed: int) -> Proposal | None:
    """Propose an order for a signing; None where pins and precedence leave none."""
    rows = signing.agreements
    before = [(row.after_id, row.id) for row in rows if row.after_id]
    order = propose(to_sign(rows), signing.setting.tables, before, seed)
    if order is None:
        return None
    return Proposal(
        order,
        tuple(_batches(rows, order.places)),
        tuple(Step(row, row.place, order.places[row.id]) for row in rows),
        order.bound,
        _name_of(rows, order.bound.person),
    )


def staged(row: AgreementRow, place: Place | None) -> StagedAgreement:
    """Give what is looked at in an agreement that stands at a place."""
    return StagedAgreement(
        row.id,
        row.title,
        place,
        row.signatories,
        tuple(one.somebody for one in row.witnesses),
        row.after_id,
        row.state is not AgreementState.SIGNED,
        tuple(row.problems),
        sum(1 for party in row.parties if party.signatory and party.capacity is None),
        row.ticked,
    )


def to_sign(rows: Sequence[AgreementRow]) -> list[ToSign]:
    """Give agreements as the order of batches sees them; what was signed stays where it was."""
    numbers = _numbers(rows)
    return [
        ToSign(
            row.id,
            frozenset(numbers[person.key] for person in row.signatories),
            *_pin(row),
        )
        for row in rows
    ]


def _pin(row: AgreementRow) -> tuple[int | None, int | None]:
    if row.place and (row.pinned or row.state is AgreementState.SIGNED):
        return row.place.batch, row.place.table
    return None, None


def _numbers(rows: Sequence[AgreementRow]) -> dict[int | str, int]:
    keys = dict.fromkeys(person.key for row in rows for person in row.signatories)
    return {key: number for number, key in enumerate(keys)}


def _name_of(rows: Sequence[AgreementRow], number: int | None) -> str:
    numbers = _numbers(rows)
    names = (one.name for row in rows for one in row.signatories if numbers[one.key] == number)
    return next(names, "")


def _batches(rows: Sequence[AgreementRow], places: dict[int, Place]) -> list[BatchRow]:
    batches: list[BatchRow] = []
    past: set[int | str] = set()
    for number in sorted({place.batch for place in places.values()}):
        here = [row for row in rows if row.id in places and places[row.id].batch == number]
        here.sort(key=lambda row: places[row.id].table)
        people = {one.key: one for row in here for one in row.signatories}
        batches.append(
            BatchRow(
                number,
                tuple(here),
                tuple(one for key, one in people.items() if key in past),
                tuple(one for key, one in people.items() if key not in past),
            )
        )
        past = set(people)
    return batches


def _here(meeting_id: int, item: Item, at: datetime) -> set[int] | None:
    """Tell who was let in, once those who sign should be there; None before and afterwards."""
    if item.state in {ItemState.DONE, ItemState.SKIPPED} or not is_due(item.starts_at, at):
        return None
    return {row.person_id for row in arrivals_of(meeting_id)}
