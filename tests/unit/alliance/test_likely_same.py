"""Who is flagged as likely the same, measured on a labelled set.

tests/data/likely_same.csv holds pairs of kinds that registrars meet, with what is true of them.
Some truths no rule of ours can know, and they are in the set: a unit that is abbreviated is the
same unit, and two people of one unit may have one name.
"""

import csv
from collections import Counter
from pathlib import Path

import pytest

from eventapp.alliance.rules import Described, Likeness, likely_same
from eventapp.core.phones import clean_phone

PAIRS = Path(__file__).parents[2] / "data" / "likely_same.csv"
RECALL, FALSE_FLAGS = 0.95, 0.02


def test_nearly_all_duplicates_are_flagged_and_hardly_anybody_else() -> None:
    flagged: Counter[str] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    with PAIRS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            one = Described(row["name"], row["unit"], clean_phone(row["phone"]))
            other = Described(row["other_name"], row["other_unit"], clean_phone(row["other_phone"]))
            kinds[row["same"], row["kind"]] += 1
            found = likely_same(one, other)
            assert found == likely_same(other, one)
            flagged[row["kind"]] += found is not None
    same = sum(count for (truth, _), count in kinds.items() if truth == "1")
    apart = kinds.total() - same
    found = sum(flagged[kind] for truth, kind in kinds if truth == "1")
    wrong = sum(flagged[kind] for truth, kind in kinds if truth == "0")
    for (truth, kind), count in kinds.items():
        print(f"{truth} {kind}: {flagged[kind]} of {count} flagged")
    print(f"recall {found / same:.1%} of {same}, false flags {wrong / apart:.1%} of {apart}")
    assert same >= 200
    assert apart >= 200
    assert found / same >= RECALL
    assert wrong / apart <= FALSE_FLAGS


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (("王磊", "甲", "1"), ("李四", "乙", "1"), Likeness.PHONE),
        (("王磊", "甲", "1"), ("王磊", "甲", "2"), Likeness.NAME),
        (("王磊", "甲", ""), ("王 磊", "甲", ""), Likeness.NAME),
        (("张晓明", "甲", ""), ("張曉明", "甲", "2"), Likeness.WRITING),
        (("王磊", "", ""), ("王磊", "", ""), None),
        (("", "甲", ""), ("", "甲", ""), None),
        (("王磊", "甲", ""), ("王磊", "乙", ""), None),
    ],
)
def test_what_speaks_for_it_is_said(
    one: tuple[str, str, str], other: tuple[str, str, str], likeness: Likeness | None
) -> None:
    assert likely_same(Described(*one), Described(*other)) is likeness
