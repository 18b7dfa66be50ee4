"""One name in several writings."""

import pytest

from eventapp.core.variants import loose_key, simplified, writings_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("張曉明", "张晓明"),
        ("张 晓明", "张晓明"),
        ("買買提・艾力", "买买提艾力"),
        ("ＭＡＲＹ　ＡＮＮ", "Mary Ann"),
        ("東營職業學院（本部）", "东营职业学院(本部)"),
        ("鍾麗", "钟丽"),
    ],
)
def test_two_writings_of_a_name_have_one_key(one: str, other: str) -> None:
    assert loose_key(one) == loose_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("张晓明", "张小明"), ("王磊", "王垒"), ("李娜", "李那"), ("陈哲", "陈喆")]
)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert loose_key(one) != loose_key(other)


def test_a_text_is_written_in_every_way_that_its_characters_allow() -> None:
    assert writings_of("张晓明") == ["张晓明", "张曉明", "張晓明", "張曉明"]
    assert writings_of("張曉明")[0] == "張曉明"
    assert writings_of("Mary") == ["Mary"]
    assert writings_of("") == [""]
    long = "发" * 20
    assert writings_of(long) == [long, "發" * 20]
    assert simplified("發髮") == "发发"
