"""What minutes state as fact: one plain value, read from records and never typed.

Every field is text, a whole number, a truth or a tuple of such, so that the same facts always
give the same canonical JSON. Instants are ISO 8601 in UTC; an empty text is "not recorded".
Words such as a rule or a result are those of the paper, in Chinese, the language of the record.
"""

from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints


class Presence(StrEnum):
    """Whether a unit that was expected came."""

    PRESENT = "present"
    LEAVE = "leave"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Overview:
    """When, where, under whom, and how many.

    `as_planned`: no item's time was recorded, so the times are those of the invitation.
    """

    alliance: str
    issuer: str
    meeting: str
    kind: str
    zone: str
    began_at: str
    ended_at: str
    as_planned: bool
    venue: str
    host: str
    units_entitled: int
    units_present: int
    people_entitled: int
    people_present: int


LATER = "later"


def later(default: Any) -> Any:
    """Declare a field that records lack which were frozen before it was there.

    It is written only where it says something, so that the digest of an older record stays.
    """
    return field(default=default, metadata={LATER: True})


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody named in the published programme, with title and part."""

    role: str
    name: str
    title: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody who took another's part in an item, when and why."""

    role: str
    left: str
    came: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the agenda as it really ran, with those who took another's part in it."""

    id: int
    number: str
    kind: str
    title: str
    state: str
    reason: str
    planned_at: str
    began_at: str
    ended_at: str
    people: tuple[Named, ...]
    stand_ins: tuple[StandIn, ...] = later(())


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that was expected, and who came for it."""

    id: int
    name: str
    presence: Presence
    by_proxy: bool
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """People of one unit, or of none."""

    unit: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """What one unit said in a named ballot."""

    unit_id: int
    unit: str
    choice: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A declared ballot: the question, the rule, the figures, and the sentence they give.

    `text_code` names the text that was voted on, `record_code` the outcome's own record;
    `roll_called_at` is when the roll-call was confirmed that the presence rests on, if any.
    """

    ballot_id: int
    number: str
    title: str
    mode: str
    rule: str
    entitled: int
    present: int
    yes: int
    no: int
    abstain: int
    needed: int
    result: str
    sentence: str
    resolution: str
    text_code: str
    record_code: str
    declared_at: str
    declared_by: str
    casts: tuple[Cast, ...]
    roll_called_at: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A unit that signed, and the person who signed for it."""

    role: str
    unit: str
    signatory: str
    title: str


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody signed for a unit in another's stead."""

    unit: str
    gone: str
    come: str


@dataclass(frozen=True, slots=True)
class Signing:
    """An agreement that was signed, before witnesses; a secret one has no title for the press."""

    item_id: int
    title: str
    signed_at: str
    parties: tuple[Party, ...]
    secret: bool = later(False)
    witnesses: tuple[str, ...] = later(())
    substitutions: tuple[Substitution, ...] = later(())


@dataclass(frozen=True, slots=True)
class SolemnAct:
    """A plaque or a letter that was handed over, a plate that was unveiled, or a launch."""

    item_id: int
    object: str
    unit: str
    people: str
    done_at: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that minutes state as fact."""

    overview: Overview
    items: tuple[Item, ...]
    units: tuple[Unit, ...]
    others: tuple[Group, ...]
    observers: tuple[Group, ...]
    votes: tuple[Vote, ...]
    signings: tuple[Signing, ...]
    plaques: tuple[SolemnAct, ...]
    unveilings: tuple[SolemnAct, ...]
    appointments: tuple[SolemnAct, ...] = later(())
    launches: tuple[SolemnAct, ...] = later(())

    def of(self, presence: Presence) -> list[Unit]:
        """List the expected units that came, excused themselves or stayed away."""
        return [unit for unit in self.units if unit.presence is presence]


def record_of(value: Any) -> dict[str, Any]:
    """Give a value of these kinds as plain JSON."""
    return _plain(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        told = {one.name: (one, getattr(value, one.name)) for one in fields(value)}
        return {
            name: _plain(inner)
            for name, (one, inner) in told.items()
            if not (LATER in one.metadata and inner == one.default)
        }
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, StrEnum) else value


def facts_from(record: dict[str, Any]) -> Facts:
    """Read facts back from their JSON; what was frozen is shown from here, not asked again."""
    return read(Facts, record)


def read(kind: Any, record: Any) -> Any:
    """Read a value of a dataclass, a tuple of them, or a plain one back from JSON.

    What was frozen before a field was there has its default.
    """
    if get_origin(kind) is tuple:
        return tuple(read(get_args(kind)[0], one) for one in record)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        said = [one.name for one in fields(kind) if one.name in record]
        return kind(**{name: read(hints[name], record[name]) for name in said})  # pyright: ignore[reportCallIssue]
    return kind(record) if isinstance(kind, type) and issubclass(kind, StrEnum) else record


def public_facts(facts: Facts) -> Facts:
    """Leave out what the press is not told: who came, how each unit voted, what is secret.

    Units stay, and so do people of the published programme: speakers, signatories, the host and
    the chair who declared a result, whose parts in the meeting were public.
    """
    return replace(
        facts,
        units=tuple(replace(unit, people=()) for unit in facts.units),
        others=_units_only(facts.others),
        observers=_units_only(facts.observers),
        votes=tuple(replace(vote, casts=()) for vote in facts.votes),
        signings=tuple(replace(one, title="") if one.secret else one for one in facts.signings),
    )


def _units_only(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(Group(group.unit, ()) for group in groups if group.unit)
