"""Who came, as 10.3 of GB/T 9704—2012 sets it, and the annexes of the files' own copy."""

from collections.abc import Iterable, Sequence

from eventapp.minutes.document.words import Json
from eventapp.minutes.rules import Facts, Group, Presence, Vote
from eventapp.web.pdf import title_lines

TITLE_WIDTH = 20
BALLOTS_ON_A_SHEET = 4
PRESENCE_WORD = {
    Presence.PRESENT: "出席",
    Presence.LEAVE: "请假",
    Presence.ABSENT: "缺席",
}


def attendance_of(facts: Facts) -> Json:
    """Group who came, who is excused and who sat in, by unit; people without a unit by name.

    Who came for each unit stands in the annex: eighty units with their people in one paragraph
    fill three pages that nobody can search.
    """
    return {
        "present": [
            *({"unit": unit.name, "names": []} for unit in facts.of(Presence.PRESENT)),
            *_by_unit(facts.others),
        ],
        "leave": [{"unit": unit.name, "names": []} for unit in facts.of(Presence.LEAVE)],
        "observers": _by_unit(facts.observers),
    }


def _by_unit(groups: Iterable[Group]) -> list[Json]:
    return [
        {"unit": group.unit, "names": [] if group.unit else list(group.people)} for group in groups
    ]


def attendance_annex(facts: Facts) -> Json:
    """List every unit that was expected, then whoever else came, with the people of each."""
    lines = [
        *(
            (unit.name, unit.people, _presence(unit.presence, proxy=unit.by_proxy))
            for unit in facts.units
        ),
        *((group.unit, group.people, "出席") for group in facts.others),
        *((group.unit, group.people, "列席") for group in facts.observers),
    ]
    rows = [
        [str(n), unit, "、".join(people), word]
        for n, (unit, people, word) in enumerate(lines, start=1)
    ]
    columns = [("序号", "n"), ("单位", "text"), ("人员", "text"), ("情况", "name")]
    return _annex("出席情况一览表", columns, rows)


def _presence(presence: Presence, *, proxy: bool) -> str:
    return "委托出席" if proxy else PRESENCE_WORD[presence]


def vote_annexes(facts: Facts) -> list[Json]:
    """List how each unit voted in the named ballots, a few ballots to a sheet."""
    named = [vote for vote in facts.votes if vote.casts]
    sheets = [
        named[start : start + BALLOTS_ON_A_SHEET]
        for start in range(0, len(named), BALLOTS_ON_A_SHEET)
    ]
    return [_vote_sheet(sheet) for sheet in sheets]


def _vote_sheet(votes: Sequence[Vote]) -> Json:
    """List how each unit voted; a unit that did not vote in a ballot has a dash there."""
    units = {cast.unit_id: cast.unit for vote in votes for cast in vote.casts}
    choices = [{cast.unit_id: cast.choice for cast in vote.casts} for vote in votes]
    rows = [
        [str(n), name, *(choice.get(unit_id, "—") for choice in choices)]
        for n, (unit_id, name) in enumerate(units.items(), start=1)
    ]
    columns = [("序号", "n"), ("单位", "text"), *((f"第{vote.number}项", "name") for vote in votes)]
    sheet = _annex("记名表决情况一览表", columns, rows)
    sheet["tables"][0]["note"] = "；".join(f"第{vote.number}项：{vote.title}" for vote in votes)
    return sheet


def _annex(title: str, columns: Sequence[tuple[str, str]], rows: list[list[str]]) -> Json:
    table: Json = {
        "caption": None,
        "columns": [{"label": label, "kind": kind} for label, kind in columns],
        "rows": rows,
        "total": None,
        "note": None,
    }
    return {
        "title": title,
        "title_lines": title_lines(title, TITLE_WIDTH),
        "paragraphs": [],
        "tables": [table],
    }
