"""An hour at the door as a list: scans of four devices, and what the desk does between them."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from eventapp.checkin.queries import sessions_of
from eventapp.checkin.rules import Direction
from eventapp.checkin.service import change_gate, change_session
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.registration.rules import Category
from eventapp.registration.service import cancel_registration, reissue_pass
from tests.arena import GATES, Arena
from tests.factories_checkin import pass_text

DEVICES = 4


class Deed(StrEnum):
    """What the desk changes while people come."""

    REISSUE = "reissue"
    CANCEL = "cancel"
    KEEP_FOR_GUESTS = "keep_for_guests"
    CLOSE = "close"
    OPEN = "open"
    FILL = "fill"
    WIDEN = "widen"


@dataclass(frozen=True, slots=True)
class Act:
    """A deed on the pass or the gate of this number."""

    deed: Deed
    about: int


@dataclass(frozen=True, slots=True)
class Step:
    """A scan: who shows which edition of a pass to which device."""

    scan_id: str
    device: int
    holder: int
    edition: int
    direction: Direction


def make_schedule(passes: int, seed: int = 7) -> list[Act | Step]:
    """Write the hour: each pass is shown to every device, in a mixed order, with acts between.

    No device sees a pass enter twice: what it says then depends on how quick one was.
    """
    chance = Random(seed)  # noqa: S311 - the same again
    scans = [(device, holder) for device in range(DEVICES) for holder in range(passes)]
    chance.shuffle(scans)
    editions, cancelled = [1] * passes, set[int]()
    schedule: list[Act | Step] = []
    for number, (device, holder) in enumerate(scans):
        if number % 5 == 4:
            act = _act(chance, passes)
            if act.deed in {Deed.REISSUE, Deed.CANCEL} and act.about in cancelled:
                act = Act(Deed.OPEN, act.about % DEVICES)
            if act.deed is Deed.REISSUE:
                editions[act.about] += 1
            if act.deed is Deed.CANCEL:
                cancelled.add(act.about)
            schedule.append(act)
        edition = chance.randint(max(1, editions[holder] - 1), editions[holder])
        leaves = chance.random() < 0.2
        direction = Direction.EXIT if leaves else Direction.ENTRY
        schedule.append(Step(f"step-{number:06d}", device, holder, edition, direction))
    return schedule


def _act(chance: Random, passes: int) -> Act:
    deed = chance.choices(list(Deed), [6, 2, 2, 2, 5, 2, 3])[0]
    most = passes if deed in {Deed.REISSUE, Deed.CANCEL} else DEVICES
    return Act(deed, chance.randrange(most))


def _hold(arena: Arena, capacity: int | None) -> None:
    hall = sessions_of(arena.meeting_id)[0]
    change_session(SYSTEM, arena.meeting_id, hall.id, name=hall.name, capacity=capacity)


def perform(arena: Arena, act: Act) -> str:
    """Do what the desk does; a new pass's text is told. Needs an app context."""
    match act.deed:
        case Deed.REISSUE:
            registration_id = arena.registrations[act.about]
            reissue_pass(SYSTEM, arena.meeting_id, registration_id)
            return pass_text(registration_id)
        case Deed.CANCEL:
            cancel_registration(SYSTEM, arena.meeting_id, arena.registrations[act.about])
        case Deed.FILL:
            _hold(arena, 8)
        case Deed.WIDEN:
            _hold(arena, None)
        case _:
            guests = act.deed is Deed.KEEP_FOR_GUESTS
            change_gate(
                SYSTEM,
                arena.meeting_id,
                arena.gates[act.about],
                name=GATES[act.about],
                categories=[Category.GUEST] if guests else [],
                closes_at=clock.now() if act.deed is Deed.CLOSE else None,
            )
    return ""
