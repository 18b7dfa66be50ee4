"""What a row means beside what a meeting and its alliance know already."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from eventapp.alliance.rules import Likeness
from eventapp.core.names import name_key
from eventapp.roster.rules.columns import Column
from eventapp.roster.rules.notes import Note, Severity
from eventapp.roster.rules.reading import ReadRow
from eventapp.roster.rules.states import Fate

NEAR = 0.8
"""How alike two names of units must be to ask whether one was meant (0 to 1)."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of the alliance: known by phone, or else by unit and name.

    `stands` tells whether they are registered for the meeting: True alive, False ended, None no.
    """

    person_id: int
    name: str
    stands: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known before a list is taken; names of people and units are compared by their keys.

    `nameless` are people without a phone by unit and name, `present` the names registered for
    the meeting, each with the key of its unit.
    """

    members: Mapping[str, int]
    member_names: Collection[str]
    phones: Mapping[str, Someone]
    nameless: Mapping[tuple[int | None, str], Someone]
    present: Collection[tuple[str, str]]
    alike: Mapping[int, Sequence[tuple[Likeness, Someone]]] = field(
        default_factory=dict[int, Sequence[tuple[Likeness, Someone]]]
    )
    """Who may be somebody known, by the row's number: what speaks for it, and whom."""
    meant: Mapping[int, Someone | None] = field(default_factory=dict[int, Someone | None])
    """Who somebody said that a row is, by its number; None for somebody new."""


def judge_rows(rows: Iterable[ReadRow], standing: Standing) -> list[ReadRow]:
    """Say of each row what becomes of it in this meeting; units that nobody knows once each."""
    unknown: set[str] = set()
    judged: list[ReadRow] = []
    for row in rows:
        unit = row.values.get(Column.UNIT, "")
        key = name_key(unit)
        if unit and row.fate is not Fate.SKIPPED and key not in standing.members:
            if key not in unknown:
                row = row.with_note(_unknown_unit(unit, standing.member_names))  # noqa: PLW2901
            unknown.add(key)
        judged.append(judge_row(row, standing) if row.fate is Fate.NEW else row)
    return judged


def judge_row(row: ReadRow, standing: Standing) -> ReadRow:
    """Say what becomes of a row that could be taken by itself."""
    name, unit = (name_key(row.values.get(column, "")) for column in (Column.NAME, Column.UNIT))
    member = standing.members.get(unit)
    phone = row.values.get(Column.PHONE, "")
    meant = standing.meant.get(row.number)
    if meant is not None:
        row = _warned(row, Note(Column.NAME, "same_as", Severity.INFO, {"known": meant.name}))
        return _judge_standing(row, meant)
    known = standing.phones.get(phone) if phone else standing.nameless.get((member, name))
    if known is not None:
        return _judge_known(row, known, is_certain=bool(phone) or member is not None, name=name)
    if (name, unit) in standing.present:
        return _warned(row, Note(Column.NAME, "name_registered", Severity.WARNING))
    if row.number in standing.alike:
        likeness, alike = standing.alike[row.number][0]
        if row.number in standing.meant:
            return _warned(row, Note(Column.NAME, "told_apart", Severity.INFO))
        code = "likely_same" if likeness is Likeness.NAME else "likely_written"
        return _warned(row, Note(Column.NAME, code, Severity.WARNING, {"known": alike.name}))
    return row


def _warned(row: ReadRow, note: Note) -> ReadRow:
    """Add a remark, once though a row is judged again when it is taken."""
    return row if any(one.code == note.code for one in row.notes) else row.with_note(note)


def _judge_known(row: ReadRow, known: Someone, *, is_certain: bool, name: str) -> ReadRow:
    if name_key(known.name) != name:
        return row.with_note(Note(Column.PHONE, "phone_other_name", Severity.ERROR))
    if known.stands is None:
        if is_certain:
            return row
        return row.with_note(Note(Column.PHONE, "phone_needed", Severity.ERROR))
    return _judge_standing(row, known)


def _judge_standing(row: ReadRow, known: Someone) -> ReadRow:
    if known.stands is None:
        return row
    code, severity = ("registered", Severity.INFO) if known.stands else ("ended", Severity.WARNING)
    return row.with_note(Note("", code, severity), Fate.KNOWN)


def who_may_be(row: ReadRow, standing: Standing) -> list[int]:
    """List the people who a row may be, for somebody to say: by the phone, else by the name."""
    near = [one.person_id for _likeness, one in standing.alike.get(row.number, ())]
    owner = standing.phones.get(row.values.get(Column.PHONE, ""))
    if owner is None or name_key(owner.name) == name_key(row.values.get(Column.NAME, "")):
        return near
    return [owner.person_id]


MOST_SUGGESTED = 5
DISTANT = 0.35
"""How alike a member's name must be to be offered as the one that was meant (0 to 1)."""


def suggest_units(unit: str, member_names: Collection[str]) -> list[str]:
    """List the members that a name may mean, the likeliest first: shortened, else like it."""
    shortened = [name for name in member_names if _is_shortened(unit, name)]
    alike = difflib.get_close_matches(unit, member_names, MOST_SUGGESTED, DISTANT)
    return list(dict.fromkeys([*sorted(shortened, key=len), *alike]))[:MOST_SUGGESTED]


def _is_shortened(unit: str, name: str) -> bool:
    """Tell whether the characters stand in the name in their order: 东营职院 in 东营职业学院."""
    rest = iter(name)
    return len(unit) > 1 and all(char in rest for char in unit)


def with_units_meant(rows: Iterable[ReadRow], meant: Mapping[str, str]) -> list[ReadRow]:
    """Return rows in which units stand as somebody said that they are meant, and say so."""
    return [_meant(row, meant) if meant else row for row in rows]


def _meant(row: ReadRow, meant: Mapping[str, str]) -> ReadRow:
    written = row.values.get(Column.UNIT, "")
    name = meant.get(written)
    if name is None:
        return row
    said = Note(Column.UNIT, "unit_meant", Severity.INFO, {"text": written, "name": name})
    return replace(row, values={**row.values, Column.UNIT: name}).with_note(said)


def _unknown_unit(unit: str, member_names: Collection[str]) -> Note:
    near = difflib.get_close_matches(unit, member_names, 1, NEAR)
    if near:
        return Note(Column.UNIT, "unit_near", Severity.WARNING, {"near": near[0]})
    return Note(Column.UNIT, "unit_unknown", Severity.WARNING)


def count_rows(rows: Sequence[ReadRow]) -> dict[str, int]:
    """Count what a list holds: rows, people, units, and how many have which fate.

    A person is whoever is named and not a repetition; a row may be a person and a problem.
    """
    people = [
        row for row in rows if row.fate is not Fate.SKIPPED and row.values.get(Column.NAME, "")
    ]
    units = {name_key(row.values.get(Column.UNIT, "")) for row in people} - {""}
    fates = {str(fate): sum(1 for row in rows if row.fate is fate) for fate in Fate}
    remarked = sum(
        1
        for row in rows
        if row.fate is Fate.NEW and any(note.severity is Severity.WARNING for note in row.notes)
    )
    return {
        "rows": len(rows), "people": len(people), "units": len(units), **fates, "warned": remarked,
    }  # fmt: skip


def unknown_units(rows: Iterable[ReadRow], members: Mapping[str, int]) -> list[str]:
    """List the units of people who can be taken that are not members, each once, in order."""
    found: dict[str, str] = {}
    for row in rows:
        unit = row.values.get(Column.UNIT, "")
        if unit and row.fate is Fate.NEW and name_key(unit) not in members:
            found.setdefault(name_key(unit), unit)
    return list(found.values())
