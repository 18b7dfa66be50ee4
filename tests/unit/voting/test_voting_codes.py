"""Digests and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Invalid
from eventapp.voting.rules import Unit, electorate_record, record_code, short_code, text_digest

UNITS = [Unit(2, "乙大学", "副理事长单位"), Unit(10, "丙公司", "理事单位"), Unit(1, "甲学院")]


def test_a_text_has_the_published_sha_256() -> None:
    assert text_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert text_digest("章程") != text_digest("章程 ")


def test_codes_are_short_enough_to_read_aloud() -> None:
    assert short_code("7f3a91c2" + "0" * 56) == "7F3A-91C2"
    assert record_code("7f3a91c20b4d" + "e" * 52) == "7F3A-91C2-0B4D"


@pytest.mark.parametrize("digest", ["", "7f3a91c2", "zz3a91c20b4d", "7f3a91c20b4d\n"])
def test_what_is_no_digest_has_no_code(digest: str) -> None:
    with pytest.raises(Invalid):
        short_code(digest)


def test_an_electorate_is_recorded_in_the_order_of_its_ids() -> None:
    assert electorate_record(UNITS) == {
        "units": [
            {"organisation": 1, "name": "甲学院", "seat": ""},
            {"organisation": 2, "name": "乙大学", "seat": "副理事长单位"},
            {"organisation": 10, "name": "丙公司", "seat": "理事单位"},
        ]
    }


@given(st.permutations(UNITS))
def test_the_order_of_units_does_not_change_the_record(units: list[Unit]) -> None:
    assert electorate_record(units) == electorate_record(UNITS)


def test_a_unit_cannot_be_in_the_electorate_twice() -> None:
    with pytest.raises(Invalid) as caught:
        electorate_record([*UNITS, Unit(2, "乙大学")])
    assert "乙大学" in str(caught.value)
