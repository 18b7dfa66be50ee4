"""What stands for one registration once everything that was scanned is known.

Devices decide alone when they cannot hear the server, and tell it later, in any order. What stands
is a function of two sets only: what the server acknowledged when it was asked, and what devices
uploaded. It does not look at the order of arrival (docs/adr/0018).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from eventapp.core.errors import N_


class Reason(StrEnum):
    """Why an uploaded scan does not fit."""

    DOUBLE_ENTRY = "double_entry"
    REFUSED = "refused"
    REVOKED_DEVICE = "revoked_device"


REASON_LABEL: dict[Reason, str] = {
    Reason.DOUBLE_ENTRY: N_("同一凭证放行了两次"),
    Reason.REFUSED: N_("断网时放行，按规则不该放行"),
    Reason.REVOKED_DEVICE: N_("设备停用之后才传来"),
}


class Resolution(StrEnum):
    """What became of a conflict: a person decided, or what came later explained it."""

    LET_STAND = "let_stand"
    TAKEN_BACK = "taken_back"
    SETTLED = "settled"


RESOLUTION_LABEL: dict[Resolution, str] = {
    Resolution.LET_STAND: N_("维持放行"),
    Resolution.TAKEN_BACK: N_("收回放行"),
    Resolution.SETTLED: N_("后到的记录已说明"),
}


class What(StrEnum):
    """What a scan does to a stay."""

    ACKNOWLEDGED = "acknowledged"
    """An entry that the server admitted when it was asked: it stands for ever."""
    UPLOADED = "uploaded"
    """An entry that a device admitted alone, and that the rules bear when it arrives."""
    SEEN = "seen"
    """Somebody saw them inside: at a roll-call, or at a staffed scan of somebody who waited."""
    SILENT = "silent"
    """A roll-call was not answered: they wait until somebody sees them."""
    EXIT = "exit"
    """Somebody went out, whether the server was asked or told, and whether it understood."""
    UNDONE = "undone"
    """What let them in was taken back: they are where they were before it."""


Key = tuple[str, str]
"""A scan: its device and its number there."""


@dataclass(frozen=True, slots=True)
class Event:
    """One scan of a registration that may change where its holder is.

    `at` is the corrected time before it is held to when it was received, so that a late upload
    has the time that it always had.
    """

    at: datetime
    device: str
    scan_id: str
    what: What
    session_id: int
    staffed: bool = True

    @property
    def key(self) -> Key:
        """Name the scan."""
        return self.device, self.scan_id


@dataclass(frozen=True, slots=True)
class Settled:
    """Where the holder is, by which entry, and what each uploaded scan came to.

    `admitted` are the entries that began a stay and keep it; `conflicts` name for each uploaded
    entry that does not the entry that does; `seen` are the uploaded entries by which somebody who
    waited inside was seen; `ended` are the exits that ended a stay. `confirmed`: whoever is inside
    was seen by somebody.
    """

    inside: Event | None = None
    confirmed: bool = False
    admitted: frozenset[Key] = frozenset()
    seen: frozenset[Key] = frozenset()
    conflicts: dict[Key, Key] = field(default_factory=dict)
    ended: frozenset[Key] = frozenset()


def ordered_at(claimed_at: datetime, offset_ms: int | None, synced_at: datetime | None) -> datetime:
    """Correct a device's time by what it knew of ours, not before it last heard of us.

    Raises OverflowError for a time that no calendar has.
    """
    corrected = claimed_at + timedelta(milliseconds=offset_ms or 0)
    return corrected if synced_at is None else max(corrected, synced_at)


def settle(events: Iterable[Event]) -> Settled:
    """Tell what stands after all these scans of one registration, in whatever order they come.

    Nobody is in two sessions: entering another ends the stay in the first.
    """
    walk = _Walk()
    for event in sorted(events, key=lambda one: (one.at, one.device, one.scan_id)):
        walk.take(event)
    inside, confirmed = walk.led[-1] if walk.led else (None, False)
    return Settled(
        inside,
        confirmed,
        frozenset(walk.admitted),
        frozenset(walk.seen),
        walk.conflicts,
        frozenset(walk.ended),
    )


@dataclass(slots=True)
class _Walk:
    """What stands so far.

    `led` are the entries that led the holder to where they are, the newest last, each with whether
    somebody saw them there.
    """

    led: list[tuple[Event, bool]] = field(default_factory=list)
    admitted: set[Key] = field(default_factory=set)
    seen: set[Key] = field(default_factory=set)
    conflicts: dict[Key, Key] = field(default_factory=dict)
    ended: set[Key] = field(default_factory=set)

    def take(self, event: Event) -> None:
        inside, confirmed = self.led[-1] if self.led else (None, False)
        here = inside is not None and inside.session_id == event.session_id
        if event.what is What.SILENT:
            self.led = [(entry, False) for entry, _ in self.led]
        elif event.what in {What.EXIT, What.UNDONE}:
            if here:
                self.led = self.led[:-1] if event.what is What.UNDONE else []
                self.ended.add(event.key)
        elif event.what is What.SEEN:
            self.led[len(self.led) - here :] = [(inside if inside and here else event, True)]
        elif inside is None or not here or inside.what is What.SEEN:
            self.led.append((event, event.staffed or (here and confirmed)))
            self.admitted.add(event.key)
        else:
            self._enter_again(event, inside, confirmed=confirmed)

    def _enter_again(self, event: Event, inside: Event, *, confirmed: bool) -> None:
        if event.what is What.UPLOADED and event.staffed and not confirmed:
            self.led[-1] = (inside, True)
            self.seen.add(event.key)
        elif event.what is What.UPLOADED:
            self.conflicts[event.key] = inside.key
        elif inside.what is What.UPLOADED:
            self.conflicts[inside.key] = event.key
            self.admitted.discard(inside.key)
            self.admitted.add(event.key)
            self.led[-1] = (event, event.staffed or confirmed)
        else:
            self.led[-1] = (inside, event.staffed or confirmed)
