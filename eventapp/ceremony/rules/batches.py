"""Which agreements are signed together, and in what order the batches come on stage.

A proposal keeps the hard rules (nobody twice in a batch, no more agreements than tables, pins,
precedence), then wants few batches, then few people who have to walk on, then rank. It is found
by a construction that looks back and an annealing of a fixed number of steps: the same agreements
and the same seed give the same proposal on every machine.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eventapp.ceremony.rules.search import NODES, STEPS, Board, Patience, Puzzle, anneal, construct

MOST_TABLES = 10
"""Tables, or places to stand, that one stage may have."""
TRIES = 12
"""Constructions that are begun before a batch more is granted."""


@dataclass(frozen=True, slots=True)
class ToSign:
    """An agreement as the order of batches sees it.

    `people` are those who sign it, by any numbers that tell them apart. `pin` is the batch,
    counted from 1, in which it must be; `table` the place that a pinned one keeps.
    """

    id: int
    people: frozenset[int]
    pin: int | None = None
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agreement is signed: the batch and the table, both counted from 1."""

    batch: int
    table: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What an order costs: batches, and people on stage who were not there the batch before."""

    batches: int
    entries: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Why it cannot be fewer batches: a person who signs that many, else the tables or a pin."""

    batches: int
    person: int | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A proposed order: where each agreement is signed, what it costs, and why not in less."""

    places: dict[int, Place]
    figures: Figures
    bound: Bound


def propose(
    agreements: Sequence[ToSign],
    tables: int,
    before: Iterable[tuple[int, int]] = (),
    seed: int = 1,
    steps: int = STEPS,
) -> Order | None:
    """Propose an order of batches; None where pins and precedence leave none, or none was found.

    `agreements` come in order of rank. A pair (a, b) in `before` means that a's batch does not
    come after b's.
    """
    if not agreements:
        return Order({}, Figures(0, 0), Bound(0))
    bound = bound_of(agreements, tables)
    puzzle, patience = _puzzle(agreements, tables, before), Patience()
    for batches in range(bound.batches, len(agreements) + bound.batches + 1):
        board = _begin(puzzle, batches, seed, patience)
        if board is not None:
            anneal(board, random.Random(seed), steps)  # noqa: S311 - a search, not a secret
            return _order(agreements, board, bound, tables)
    return None


def bound_of(agreements: Sequence[ToSign], tables: int) -> Bound:
    """Tell how many batches there must be at least, and on whose account."""
    by_tables = -(-len(agreements) // tables)
    by_pins = max((one.pin for one in agreements if one.pin), default=0)
    load = Counter(person for one in agreements for person in sorted(one.people))
    person, busiest = max(load.items(), key=lambda pair: (pair[1], -pair[0]), default=(None, 0))
    if busiest >= max(by_tables, by_pins) and busiest > 1:
        return Bound(busiest, person)
    return Bound(max(by_tables, by_pins), None, by_pins > by_tables)


def figures_of(agreements: Iterable[ToSign], places: dict[int, Place]) -> Figures:
    """Count the batches of an order that is there, and the people who have to walk on."""
    on_stage: dict[int, set[int]] = {}
    for one in agreements:
        if one.id in places:
            on_stage.setdefault(places[one.id].batch, set()).update(one.people)
    rows = [set[int](), *(on_stage[batch] for batch in sorted(on_stage))]
    return Figures(len(on_stage), sum(len(now - past) for past, now in pairwise(rows)))


def _puzzle(agreements: Sequence[ToSign], tables: int, before: Iterable[tuple[int, int]]) -> Puzzle:
    numbers = {
        person: number
        for number, person in enumerate(sorted({p for one in agreements for p in one.people}))
    }
    index = {one.id: place for place, one in enumerate(agreements)}
    return Puzzle(
        masks=tuple(sum(1 << numbers[p] for p in one.people) for one in agreements),
        tables=tables,
        pins=tuple(one.pin or 0 for one in agreements),
        before=tuple(
            (index[first], index[second])
            for first, second in sorted(set(before))
            if first in index and second in index and first != second
        ),
    )


def _begin(puzzle: Puzzle, batches: int, seed: int, patience: Patience) -> Board | None:
    for attempt in range(TRIES):
        before = patience.left
        if before <= 0:
            return None
        chance = random.Random(seed * TRIES + attempt)  # noqa: S311 - a search, not a secret
        board = construct(puzzle, batches, chance, patience)
        if board is not None or before - patience.left < NODES:
            return board  # whoever did not run out of placings has tried them all
    return None


def _order(agreements: Sequence[ToSign], board: Board, bound: Bound, tables: int) -> Order:
    used = sorted(set(board.at))
    # A batch in which nothing is signed is no batch; only a pin can leave one open.
    number = {batch: batch if any(board.puzzle.pins) else n for n, batch in enumerate(used, 1)}
    places: dict[int, Place] = {}
    seated: dict[int, int] = {}
    for batch in used:
        rows = [one for one, at in zip(agreements, board.at, strict=True) if at == batch]
        seats = _tables(rows, seated, tables)
        seated = {person: seats[one.id] for one in rows for person in one.people}
        places |= {one.id: Place(number[batch], seats[one.id]) for one in rows}
    return Order(places, figures_of(agreements, places), bound)


def _tables(rows: Sequence[ToSign], seated: dict[int, int], tables: int) -> dict[int, int]:
    """Give each agreement of a batch a table: who stays keeps the chair, then rank."""
    seats: dict[int, int] = {}
    free = set(range(1, tables + 1))
    for one in rows:
        if one.pin and one.table in free:
            seats[one.id] = one.table
            free.discard(one.table)
    for _, place, table in sorted(
        (-sum(seated.get(person) == table for person in one.people), place, table)
        for place, one in enumerate(rows)
        for table in range(1, tables + 1)
    ):
        one = rows[place]
        if one.id not in seats and table in free:
            seats[one.id] = table
            free.discard(table)
    return seats
