"""People of an alliance: known by their phone, to their own alliance only."""

import pytest
from flask import Flask

from eventapp.alliance.queries import people_of, person_by_phone, person_in
from eventapp.alliance.rules import Ordering, RowsRefused
from eventapp.alliance.service import PersonRowIn, add_people, change_person, ensure_person
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from tests.factories_alliance import make_alliance, make_person, make_unit


def test_a_phone_is_one_person_however_it_is_written(house: Flask) -> None:
    alliance = make_alliance()
    person = ensure_person(SYSTEM, alliance.id, name="王　磊", phone="+86 138-0013-8000")
    assert (person.name, person.phone, person.pinyin) == ("王磊", "13800138000", "Wang Lei")
    again = ensure_person(SYSTEM, alliance.id, name="王雷", phone="１３８００１３８０００")
    assert (again.id, again.name) == (person.id, "王磊")
    found = person_by_phone(alliance.id, "138 0013 8000")
    assert found is not None
    assert found.id == person.id
    with pytest.raises(Conflict):
        make_person(alliance, "李四", phone="13800138000")


def test_a_landline_and_a_foreign_number_are_kept_apart_from_mobiles(house: Flask) -> None:
    alliance = make_alliance()
    assert make_person(alliance, phone="0546-8073333").phone == "05468073333"
    assert make_person(alliance, phone="+852 2123 4567").phone == "+85221234567"
    with pytest.raises(Invalid) as refusal:
        make_person(alliance, phone="明天再说")
    assert refusal.value.field == "phone"


def test_without_a_phone_it_is_the_namesake_of_the_same_unit(house: Flask) -> None:
    alliance = make_alliance()
    one, other = make_unit(alliance), make_unit(alliance)
    first = ensure_person(
        SYSTEM, alliance.id, name="王磊", organisation_id=one.organisation_id, titles="院长"
    )
    same = ensure_person(SYSTEM, alliance.id, name="王 磊", organisation_id=one.organisation_id)
    third = ensure_person(SYSTEM, alliance.id, name="王磊", organisation_id=other.organisation_id)
    assert same.id == first.id != third.id


def test_pasted_people_are_taken_all_or_none(house: Flask) -> None:
    alliance = make_alliance()
    make_unit(alliance, "甲学院")
    good = PersonRowIn("张三", "院长", "13800138001", "zhang@example.org", "甲 学院")
    bad = [
        PersonRowIn("李四", phone="123"),
        PersonRowIn("王五", unit="没有的单位"),
        PersonRowIn("赵六", email="不是邮箱"),
        PersonRowIn("孙七", phone="138 0013 8001"),
        PersonRowIn(""),
    ]
    with pytest.raises(RowsRefused) as refusal:
        add_people(SYSTEM, alliance.id, [good, *bad])
    assert [problem.row for problem in refusal.value.problems] == [2, 3, 4, 5, 6]
    assert people_of(alliance.id) == []
    add_people(SYSTEM, alliance.id, [good, PersonRowIn("安康"), PersonRowIn("丁一")])
    assert [row.name for row in people_of(alliance.id)] == ["安康", "丁一", "张三"]
    by_strokes = people_of(alliance.id, ordering=Ordering.STROKES)
    assert [row.name for row in by_strokes] == ["丁一", "安康", "张三"]


def test_a_person_of_another_alliance_does_not_exist(house: Flask) -> None:
    one, other = make_alliance(), make_alliance()
    person = make_person(other, phone="13800138000")
    assert person_by_phone(one.id, "13800138000") is None
    with pytest.raises(NotFound):
        person_in(one.id, person.id)
    with pytest.raises(NotFound):
        change_person(SYSTEM, one.id, person.id, name="别人")
    with pytest.raises(NotFound):
        make_person(one, organisation_id=make_unit(other).organisation_id)
    assert people_of(one.id) == []
