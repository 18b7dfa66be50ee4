"""The demo programme: what a public report states, and what was invented around it.

Data only. Reading it writes nothing and draws nothing at random, so two machines that load it
show the same demo. Whatever the report does not state carries `invented` or lives in a type
whose docstring says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Source = Literal["report", "invented"]

NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class Alliance:
    """The alliance as the report names it, its four aims in order."""

    name: str
    short_name: str
    aims: tuple[str, ...]
    lead_units: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """A member unit; `seat` is the key of one of the alliance's default seats."""

    order: int
    name: str
    kind: str
    seat: str
    source: Source
    seat_source: Source

    @property
    def on_list(self) -> bool:
        """Whether the unit stands on the proposed list of the first council."""
        return self.seat != "member"


@dataclass(frozen=True)
class OutsideUnit:
    """An invented unit that sends press or staff and is no member."""

    name: str
    kind: str


@dataclass(frozen=True)
class Guest:
    """One of the six people the report names; the time of arrival is invented."""

    name: str
    title: str
    unit: str | None
    founding_at: datetime


@dataclass(frozen=True)
class Delegate:
    """An invented person. `*_at` say when they enter; None means that they never come."""

    name: str
    unit: str
    title: str
    phone: str
    category: str
    email: str | None = None
    mandate: bool = False
    preparatory_at: datetime | None = None
    founding_at: datetime | None = None


@dataclass(frozen=True)
class Absence:
    """A listed unit that is not at the preparatory meeting; `leave` is its reason if it sent one.

    A unit on leave stays away from both meetings. Invented.
    """

    unit: str
    leave: str | None


@dataclass(frozen=True)
class Room:
    """An invented room; capacity in persons."""

    name: str
    capacity: int


@dataclass(frozen=True)
class Venue:
    """Where both meetings are held. Invented."""

    name: str
    address: str
    rooms: tuple[Room, ...]
    gates: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """An agenda item; its times are invented even where the item itself is reported."""

    kind: str
    title: str
    minutes: int
    began_at: datetime
    ended_at: datetime
    source: Source
    key: str | None = None
    speaker: str | None = None
    cue: str = ""
    responsible: str = ""


@dataclass(frozen=True)
class Meeting:
    """One of the two meetings, planned (`starts_at`, `ends_at`) and as it went."""

    slug: str
    kind: str
    title: str
    room: str
    doors_open_at: datetime
    starts_at: datetime
    ends_at: datetime
    began_at: datetime
    ended_at: datetime
    chair: str | None
    host: str | None
    items: tuple[Item, ...]

    def item(self, key: str) -> Item:
        """Give the item with this key; KeyError when there is none."""
        for item in self.items:
            if item.key == key:
                return item
        raise KeyError(key)


@dataclass(frozen=True)
class Count:
    """What a ballot came to, in units. Invented."""

    present: int
    yes: int
    no: int
    abstain: int


@dataclass(frozen=True)
class Papers:
    """Paper ballots given out, handed in, and invalid among those. Invented."""

    issued: int
    returned: int
    invalid: int


@dataclass(frozen=True)
class Ballot:
    """A ballot of the preparatory meeting. Invented; the report says only 审议并通过.

    `rule` has the form of a voting rule's record. Only a named ballot says who abstained;
    every other unit present voted yes.
    """

    motion: str
    item: str
    mode: str
    rule: Mapping[str, Any]
    count: Count
    opened_at: datetime
    closed_at: datetime
    declared_at: datetime
    abstaining: tuple[str, ...] = ()
    papers: Papers | None = None


@dataclass(frozen=True)
class Signatory:
    """Who signs for a party. Invented."""

    unit: str
    name: str


@dataclass(frozen=True)
class Agreement:
    """A reported agreement; batch, time, copies and signatories are invented."""

    title: str
    parties: tuple[str, ...]
    batch: int
    signed_at: datetime
    copies: int
    signatories: tuple[Signatory, ...]


@dataclass(frozen=True)
class Article:
    """An article; a paragraph that begins with （一） and so on is an item of the one before."""

    number: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter of the charter."""

    number: int
    title: str
    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Charter:
    """The demo's charter. An invented text: the report does not print the real one."""

    title: str
    chapters: tuple[Chapter, ...]

    def as_text(self) -> str:
        """Give the charter as people type it: 第一章　总则, 第一条　…, one paragraph a line."""
        lines: list[str] = []
        for chapter in self.chapters:
            lines.append(f"第{chinese_numeral(chapter.number)}章\u3000{chapter.title}")
            for article in chapter.articles:
                first, *rest = article.paragraphs
                lines += [f"第{chinese_numeral(article.number)}条\u3000{first}", *rest]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Procedure:
    """The preparatory meeting's own rules of voting. Invented."""

    title: str
    clauses: tuple[str, ...]

    def as_text(self) -> str:
        """Give the clauses numbered 一、二、…, one a line."""
        numbered = enumerate(self.clauses, 1)
        return "".join(f"{chinese_numeral(n)}、{clause}\n" for n, clause in numbered)


@dataclass(frozen=True)
class Byline:
    """Who published the report, wrote it, edited it (责编) and approved it (审签). Reported."""

    outlet: str
    reporter: str
    editor: str
    approver: str


@dataclass(frozen=True)
class Stage:
    """A moment at which the demo can stand; each contains the ones before it. Invented."""

    name: str
    title: str
    clock_at: datetime
    description: str


@dataclass(frozen=True)
class Programme:
    """All of the demo: two meetings, those who come, what they decide and what they sign."""

    alliance: Alliance
    timezone: str
    units: tuple[Unit, ...]
    outside_units: tuple[OutsideUnit, ...]
    guests: tuple[Guest, ...]
    delegates: tuple[Delegate, ...]
    absences: tuple[Absence, ...]
    venue: Venue
    preparatory: Meeting
    founding: Meeting
    charter: Charter
    procedure: Procedure
    list_title: str
    scrutineers: tuple[str, ...]
    tellers: tuple[str, ...]
    ballots: tuple[Ballot, ...]
    agreements: tuple[Agreement, ...]
    plaque_seats: tuple[str, ...]
    plates: tuple[str, ...]
    on_stage: tuple[str, ...]
    byline: Byline
    stages: tuple[Stage, ...]

    @property
    def listed_units(self) -> tuple[Unit, ...]:
        """The units of the proposed council list, in its order."""
        return tuple(unit for unit in self.units if unit.on_list)

    @property
    def plaque_units(self) -> tuple[Unit, ...]:
        """The units that are given a plaque, in order of protocol."""
        return tuple(unit for unit in self.units if unit.seat in self.plaque_seats)

    def stage(self, name: str) -> Stage:
        """Give the stage of this name; KeyError when there is none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(name)

    def representative(self, unit: str) -> Delegate:
        """Give the person who speaks for a listed unit; KeyError for any other unit."""
        for delegate in self.delegates:
            if delegate.mandate and delegate.unit == unit:
                return delegate
        raise KeyError(unit)

    def preparatory_arrivals(self, until: datetime) -> tuple[Delegate, ...]:
        """Give those who have entered the preparatory meeting before `until`, in that order."""
        came = [d for d in self.delegates if d.preparatory_at and d.preparatory_at < until]
        return tuple(sorted(came, key=lambda d: (d.preparatory_at, d.phone)))

    def founding_arrivals(self, until: datetime) -> tuple[Delegate | Guest, ...]:
        """Give those who have entered the founding meeting before `until`, in that order."""
        everyone = (*self.guests, *self.delegates)
        came = [(p.founding_at, n, p) for n, p in enumerate(everyone) if p.founding_at]
        return tuple(person for at, _, person in sorted(came, key=lambda c: c[:2]) if at < until)


def chinese_numeral(number: int) -> str:
    """Write 1 to 99 as 一 to 九十九, as chapters and articles are numbered."""
    if not 1 <= number <= 99:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    lead = "" if tens < 2 else NUMERALS[tens]
    return lead + ("十" if tens else "") + (NUMERALS[ones] if ones else "")
