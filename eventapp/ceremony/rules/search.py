"""The search behind an order of batches: people as bits of a number, batches as sums of them.

Nobody is twice in a batch, so the appearances on stage are a constant, and an entry is saved for
everybody whom two neighbouring batches share: the search raises that overlap.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

NODES = 4_000
"""Placings that one construction may try before it gives up."""
PATIENCE = 60_000
"""Placings that all constructions of a proposal may try together."""
STEPS, STEPS_EACH = 160_000, 8_000
"""Moves that an annealing tries at most, and for each agreement: well below two seconds."""
WARM, COLD = 1.2, 0.12
"""Temperatures, in entries, at which it begins and ends."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """What is fixed: who signs what (bits), tables, pins (0: none), and what is not after what."""

    masks: tuple[int, ...]
    tables: int
    pins: tuple[int, ...]
    before: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Board:
    """An order while it is searched: batches 1 to `batches`, with an empty one at either end."""

    puzzle: Puzzle
    batches: int
    at: list[int]
    people: list[int] = field(init=False)
    held: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        """Add up who is on stage in each batch."""
        self.people = [0] * (self.batches + 2)
        self.held = [[] for _ in range(self.batches + 2)]
        for agreement, batch in enumerate(self.at):
            self.people[batch] |= self.puzzle.masks[agreement]
            self.held[batch].append(agreement)

    def overlap(self) -> int:
        """Count who stays on stage from one batch to the next."""
        row = self.people
        return sum((row[n] & row[n + 1]).bit_count() for n in range(1, self.batches))

    def distance(self) -> int:
        """Tell how far those of rank stand from the beginning: less is better."""
        size = len(self.at)
        return sum((size - place) * batch for place, batch in enumerate(self.at))

    def keeps_order(self) -> bool:
        """Answer whether everything that must not come later does not."""
        return all(self.at[first] <= self.at[second] for first, second in self.puzzle.before)


@dataclass(slots=True)
class Patience:
    """How many placings may still be tried."""

    left: int = PATIENCE


def construct(
    puzzle: Puzzle, batches: int, chance: random.Random, patience: Patience
) -> Board | None:
    """Place what has the fewest batches left, and go back where nothing fits; None: not found."""
    builder = _Builder(puzzle, batches, chance)
    found = builder.place()
    patience.left -= NODES - builder.nodes
    return Board(puzzle, batches, builder.at) if found else None


class _Builder:
    def __init__(self, puzzle: Puzzle, batches: int, chance: random.Random) -> None:
        self.puzzle, self.batches, self.chance = puzzle, batches, chance
        self.at = [0] * len(puzzle.masks)
        self.people = [0] * (batches + 1)
        self.count = [0] * (batches + 1)
        self.nodes = NODES
        self.weight = [mask.bit_count() for mask in puzzle.masks]

    def place(self) -> bool:
        """Place all that is not placed yet, with what is placed standing."""
        choice = self._tightest()
        if choice is None:
            return True
        one, fitting = choice
        mask = self.puzzle.masks[one]
        for batch in fitting:
            if self.nodes == 0:
                return False
            self.nodes -= 1
            self.at[one] = batch
            self.people[batch] |= mask
            self.count[batch] += 1
            if self.place():
                return True
            self.at[one] = 0
            self.people[batch] ^= mask
            self.count[batch] -= 1
        return False

    def _tightest(self) -> tuple[int, list[int]] | None:
        best: tuple[float, int, list[int]] | None = None
        for one, batch in enumerate(self.at):
            if batch:
                continue
            fitting = self._fitting(one)
            key = len(fitting) - self.weight[one] / 100 + self.chance.random() / 100
            if best is None or key < best[0]:
                best = (key, one, fitting)
                if not fitting:
                    break
        return (best[1], best[2]) if best else None

    def _fitting(self, one: int) -> list[int]:
        """List the batches that would take it, fullest first."""
        low, high = 1, self.batches
        if pin := self.puzzle.pins[one]:
            low = high = pin
        for first, second in self.puzzle.before:
            if first == one and self.at[second]:
                high = min(high, self.at[second])
            if second == one and self.at[first]:
                low = max(low, self.at[first])
        mask, tables = self.puzzle.masks[one], self.puzzle.tables
        fitting = [
            batch
            for batch in range(low, high + 1)
            if self.count[batch] < tables and not self.people[batch] & mask
        ]
        return sorted(fitting, key=lambda batch: (-self.count[batch], batch))


def anneal(board: Board, chance: random.Random, steps: int = STEPS) -> None:
    """Raise the overlap of a board by moves that keep all hard rules, then its order of rank."""
    best, best_at = board.overlap(), list(board.at)
    now = best
    draw, log = chance.random, math.log
    steps = min(steps, STEPS_EACH * len(board.at))
    cooling = (COLD / WARM) ** (1 / steps)
    heat = WARM
    movable = [n for n, pin in enumerate(board.puzzle.pins) if not pin]
    if movable:
        for _ in range(steps):
            heat *= cooling
            # What a step may lose is drawn before the step: a move then tells only whether.
            floor = heat * log(draw() or 1e-9)
            if draw() < TURNING:
                gain = _turn(board, draw, floor)
            else:
                gain = _exchange(board, movable[int(draw() * len(movable))], draw, floor)
            now += gain
            if now > best:
                best, best_at = now, list(board.at)
    board.at = best_at
    board.__post_init__()
    _rank(board)


TURNING = 0.1
"""How much of the search turns whole stretches of batches round."""


def _exchange(board: Board, one: int, draw: Callable[[], float], floor: float) -> int:
    """Move an agreement to another batch, and back in its stead whatever stands against it."""
    old, new = board.at[one], 1 + int(draw() * board.batches)
    masks, tables = board.puzzle.masks, board.puzzle.tables
    mask, there = masks[one], board.held[new]
    if new == old:
        return 0
    out = [other for other in there if masks[other] & mask] if board.people[new] & mask else []
    if not out and (len(there) >= tables or draw() < 0.3) and there:
        out = [there[int(draw() * len(there))]]
    if len(there) - len(out) >= tables or len(board.held[old]) - 1 + len(out) > tables:
        return 0
    back = sum(masks[other] for other in out)
    left = board.people[old] ^ mask
    if left & back or any(board.puzzle.pins[other] for other in out):
        return 0
    gain = _gain(board, old, left | back, new, (board.people[new] ^ back) | mask)
    if gain < floor:
        return 0
    _move(board, one, old, new, out)
    if board.puzzle.before and not board.keeps_order():
        _undo(board, one, old, new, out)
        return 0
    board.people[old], board.people[new] = left | back, (board.people[new] ^ back) | mask
    return gain


def _move(board: Board, one: int, old: int, new: int, out: list[int]) -> None:
    board.at[one] = new
    board.held[old].remove(one)
    board.held[new].append(one)
    for other in out:
        board.at[other] = old
        board.held[new].remove(other)
        board.held[old].append(other)


def _undo(board: Board, one: int, old: int, new: int, out: list[int]) -> None:
    board.at[one] = old
    board.held[new].remove(one)
    board.held[old].append(one)
    for other in out:
        board.at[other] = new
        board.held[old].remove(other)
        board.held[new].append(other)


def _gain(board: Board, one: int, people_one: int, two: int, people_two: int) -> int:
    """Tell how the overlap changes when two batches hold these people instead."""
    row = board.people
    if one > two:
        one, people_one, two, people_two = two, people_two, one, people_one
    a, b, c, d = row[one - 1], row[one], row[two], row[two + 1]
    before = (a & b).bit_count() + (c & d).bit_count()
    after = (a & people_one).bit_count() + (people_two & d).bit_count()
    if two == one + 1:
        return after + (people_one & people_two).bit_count() - before - (b & c).bit_count()
    e, f = row[one + 1], row[two - 1]
    before += (b & e).bit_count() + (f & c).bit_count()
    return after + (people_one & e).bit_count() + (f & people_two).bit_count() - before


def _turn(board: Board, draw: Callable[[], float], floor: float) -> int:
    """Turn a stretch of batches round; what is pinned does not turn along."""
    one, two = 1 + int(draw() * board.batches), 1 + int(draw() * board.batches)
    first, last = min(one, two), max(one, two)
    if first == last or _holds_pin(board, first, last):
        return 0
    row = board.people
    gain = (row[first - 1] & row[last]).bit_count() + (row[first] & row[last + 1]).bit_count()
    gain -= (row[first - 1] & row[first]).bit_count() + (row[last] & row[last + 1]).bit_count()
    if gain < floor:
        return 0
    _reverse(board, first, last)
    if board.puzzle.before and not board.keeps_order():
        _reverse(board, first, last)
        return 0
    return gain


def _reverse(board: Board, first: int, last: int) -> None:
    stretch = slice(first, last + 1)
    board.people[stretch] = board.people[stretch][::-1]
    board.held[stretch] = board.held[stretch][::-1]
    for batch in range(first, last + 1):
        for one in board.held[batch]:
            board.at[one] = batch


def _holds_pin(board: Board, first: int, last: int) -> bool:
    return any(first <= pin <= last for pin in board.puzzle.pins)


def _rank(board: Board) -> None:
    """Bring those of rank forward wherever it costs no entry: turn stretches, exchange two."""
    batches, size = range(1, board.batches + 1), range(len(board.at))
    improved = True
    while improved:
        turned = [
            _turns_better(board, first, last)
            for first in batches
            for last in range(first + 1, board.batches + 1)
        ]
        exchanged = [_stands_better(board, one, other) for one in size for other in size[one + 1 :]]
        improved = any(turned) or any(exchanged)


def _turns_better(board: Board, first: int, last: int) -> bool:
    if _holds_pin(board, first, last):
        return False
    overlap, distance = board.overlap(), board.distance()
    _reverse(board, first, last)
    if board.overlap() >= overlap and board.distance() < distance and board.keeps_order():
        return True
    _reverse(board, first, last)
    return False


def _stands_better(board: Board, one: int, other: int) -> bool:
    """Let the one of higher rank have the earlier batch of two, if nothing is lost by it."""
    early, late = board.at[other], board.at[one]
    masks, pins = board.puzzle.masks, board.puzzle.pins
    if early >= late or pins[one] or pins[other]:
        return False
    left, right = board.people[early] ^ masks[other], board.people[late] ^ masks[one]
    if left & masks[one] or right & masks[other]:
        return False
    if _gain(board, early, left | masks[one], late, right | masks[other]) < 0:
        return False
    _move(board, one, late, early, [other])
    if not board.keeps_order():
        _undo(board, one, late, early, [other])
        return False
    board.people[early], board.people[late] = left | masks[one], right | masks[other]
    return True
