"""Looking for people of an alliance by name, pinyin, initials and phone."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import count_people, found_by, search_people
from eventapp.alliance.rules import Ordering
from eventapp.alliance.service import SpellingIn, change_person
from eventapp.alliance.service.people import PersonIn, ensure_people
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid
from tests.factories_alliance import make_alliance, make_person, make_unit

PEOPLE = {
    "张晓明": "13800131234",
    "張曉光": "13900001234",
    "王磊": "13800135678",
    "吕丹": "13800139012",
    "吕西安": "05468073333",
    "单雄信": "+85221237777",
    "欧阳修": "",
    "买买提·艾力": "",
    "Mary Ann": "",
}


def _alliance() -> Alliance:
    alliance = make_alliance()
    for name, phone in PEOPLE.items():
        make_person(alliance, name, phone=phone)
    make_person(make_alliance(), "张晓明", phone="13800131234")
    return alliance


def _found(alliance: Alliance, text: str) -> set[str]:
    rows = search_people(alliance.id, text)
    assert count_people(alliance.id, text) == len(rows)
    return {row.name for row in rows}


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["zxm", "ZXM", "z x m", "ｚｘｍ", "张晓明", "張曉明", "张　晓明"], {"张晓明"}),
        (["zhangxiaoming", "zhang xiaom", "Zhāng Xiǎomíng", "zhang1 xiao3 m", "ZhangXiaoM"],
         {"张晓明"}),
        (["张", "張", "张晓", "zhang", "zx"], {"张晓明", "張曉光"}),
        (["lvdan", "lüdan", "ludan", "lyu dan", "lǚ dān", "ld"], {"吕丹"}),
        (["lv", "lu", "l", "吕", "呂"], {"吕丹", "吕西安"}),
        (["lvxi'an", "lv xian", "lxa"], {"吕西安"}),
        (["shan", "sxx", "單", "单雄"], {"单雄信"}),
        (["ouyang", "oyx", "歐陽", "欧"], {"欧阳修"}),
        (["买买提", "買買提・艾", "maimaiti", "mmtal", "买买提 · 艾力"], {"买买提·艾力"}),
        (["mary", "Mary A", "ＭＡＲＹ"], {"Mary Ann"} ),
        (["1234", "１２３４"], {"张晓明", "張曉光"}),
        (["13800131234", "138 0013 1234", "+86 138-0013-1234"], {"张晓明"}),
        (["+852 2123 7777", "7777"], {"单雄信"}),
        (["0546-8073333"], {"吕西安"}),
        (["234", "13800131235", "00131234", "晓明", "iaoming", "xm", "%", "_", "王磊x", "　·　"],
         set()),
    ],
)  # fmt: skip
def test_somebody_is_found_by_what_is_typed(
    house: Flask, texts: list[str], names: set[str]
) -> None:
    alliance = _alliance()
    for text in texts:
        assert _found(alliance, text) == names, text


def test_all_are_listed_in_their_order_and_by_the_page(house: Flask) -> None:
    alliance = _alliance()
    everybody = [row.name for row in search_people(alliance.id)]
    assert len(everybody) == len(PEOPLE) == count_people(alliance.id, "  ")
    pages = [search_people(alliance.id, first=at, most=4) for at in (0, 4, 8)]
    assert [row.name for page in pages for row in page] == everybody
    by_strokes = search_people(alliance.id, "张", ordering=Ordering.STROKES)
    assert [row.name for row in by_strokes] == ["张晓明", "張曉光"]
    unit = make_unit(alliance)
    make_person(alliance, "张晓东", unit)
    assert [
        row.name for row in search_people(alliance.id, "zx", organisation_id=unit.organisation_id)
    ] == ["张晓东"]


def test_a_name_is_found_and_sorted_as_its_spelling_was_said_by_hand(house: Flask) -> None:
    alliance = make_alliance()
    person = make_person(alliance, "单雄信", titles="院长")
    make_person(alliance, "戴宗")
    make_person(alliance, "杜迁")
    said = SpellingIn("dan xiong xin", "dxl", "9 12 9")
    values: dict[str, Any] = {"name": "单雄信", "phone": person.phone, "titles": "院长"}
    change_person(SYSTEM, alliance.id, person.id, **values, spelling=said)
    assert _found(alliance, "danxiong") == _found(alliance, "dxl") == {"单雄信"}
    assert _found(alliance, "shan") == _found(alliance, "dxx") == set()
    assert [row.name for row in search_people(alliance.id)] == ["戴宗", "单雄信", "杜迁"]
    change_person(SYSTEM, alliance.id, person.id, **{**values, "name": "单雄心"})
    assert person.spelling == {"pinyin": "dan xiong xin", "initials": "dxl", "strokes": "9 12 9"}
    assert person.pinyin == "Dan Xiongxin"
    change_person(SYSTEM, alliance.id, person.id, **{**values, "name": "单田"})
    assert person.spelling == {"initials": "dxl"}
    assert (person.pinyin, person.initials) == ("Shan Tian", "dxl")
    change_person(SYSTEM, alliance.id, person.id, **values, spelling=SpellingIn())
    assert (person.spelling, person.initials) == ({}, "sxx")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (SpellingIn(pinyin="shan xiong"), "pinyin"),
        (SpellingIn(initials="单"), "initials"),
        (SpellingIn(strokes="8 12"), "strokes"),
        (SpellingIn(strokes="八 12 9"), "strokes"),
    ],
)
def test_a_spelling_that_does_not_fit_the_name_is_refused(
    house: Flask, typed: SpellingIn, field: str
) -> None:
    alliance = make_alliance()
    person = make_person(alliance, "单雄信")
    with pytest.raises(Invalid) as refusal:
        change_person(SYSTEM, alliance.id, person.id, name="单雄信", spelling=typed)
    assert refusal.value.field == field
    assert person.spelling == {}


def test_every_way_of_being_found_asks_an_index(house: Flask) -> None:
    alliance_id = _alliance().id
    with transaction():
        ensure_people(
            alliance_id, [PersonIn(f"王{chr(0x4E00 + n)}", f"13{n:09d}") for n in range(2000)]
        )
    db.session.remove()
    engine = db.engines["read"]
    with db.engines[None].begin() as connection:
        connection.execute(sa.text("ANALYZE"))
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    for text, indices in {
        "张晓": {"ix_people_name"},
        "zxm": {"ix_people_name", "ix_people_spelled", "ix_people_initials"},
        "1234": {"ix_people_phone_end"},
        "13800131234": {"ix_people_phone_end"},  # or that of the whole phone
    }.items():
        query = found_by(alliance_id, text).compile(engine)
        with engine.connect() as connection:
            values = tuple(query.params[name] for name in query.positiontup or ())
            rows = connection.exec_driver_sql(explain + str(query), values or query.params)
            plan = "\n".join(" ".join(map(str, row)) for row in rows)
        plan = plan.replace("uq_people_alliance_id_phone", "ix_people_phone_end")
        assert set(re.findall(r"ix_people_\w+", plan)) == indices, plan
        ranges = re.findall(r"(?:>\?|~>=~|phone_end=\?|phone(?:_end)?\)::text =)", plan)
        assert len(ranges) >= len(indices), plan
        assert not re.search("SCAN people|Seq Scan", plan), plan


def test_a_person_who_is_gone_is_neither_found_nor_changed(house: Flask) -> None:
    alliance = make_alliance()
    person, other = make_person(alliance, "张晓明"), make_person(alliance, "张晓光")
    with db.engines[None].begin() as connection:
        connection.execute(
            sa.text("UPDATE people SET merged_into_id = :other WHERE id = :id"),
            {"other": other.id, "id": person.id},
        )
    db.session.expire_all()
    assert _found(alliance, "zx") == {"张晓光"}
    with pytest.raises(Conflict):
        change_person(SYSTEM, alliance.id, person.id, name="张三")
    assert other.name == "张晓光"
