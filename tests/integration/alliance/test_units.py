"""Units of an alliance: taken in, pasted, named, placed and let go."""

import pytest
from flask import Flask

from eventapp.alliance.queries import (
    alliance_by_slug,
    leads_of,
    members_of,
    organisation_in,
    organisation_names,
    seats_of,
    slug_of,
)
from eventapp.alliance.rules import DEFAULT_SEATS, Ordering, RowsRefused
from eventapp.alliance.service import (
    SeatIn,
    UnitIn,
    add_seat,
    add_unit,
    add_units,
    arrange_seats,
    create_alliance,
    place_unit,
    remove_seat,
    remove_unit,
    rename_unit,
)
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.scope import ROOT
from tests.factories_alliance import make_alliance, make_unit, make_units

CODE = "91110000802100433B"


def names(alliance_id: int, ordering: Ordering = Ordering.PROTOCOL) -> list[str]:
    return [member.name for member in members_of(alliance_id, ordering=ordering)]


def test_a_new_alliance_has_the_usual_seats_and_can_be_found(house: Flask) -> None:
    alliance = make_alliance(slug="skill-china", aims=["产教融合", " ", "协同育人"])
    assert slug_of(alliance) == "skill-china"
    assert alliance_by_slug("skill-china").id == alliance.id
    assert alliance.aims == ["产教融合", "协同育人"]
    assert [seat.key for seat in seats_of(alliance.id)] == [seat.key for seat in DEFAULT_SEATS]


def test_a_slug_is_given_once_and_must_be_readable(house: Flask) -> None:
    make_alliance(slug="one")
    with pytest.raises(Conflict):
        make_alliance(slug="one")
    with pytest.raises(Invalid) as refusal:
        create_alliance(SYSTEM, slug="Ein Name", name="联合体")
    assert refusal.value.field == "slug"


def test_a_plain_member_is_seated_at_once_and_a_council_seat_is_only_proposed(house: Flask) -> None:
    alliance = make_alliance()
    make_unit(alliance, "甲学院", seat_key="chair")
    make_unit(alliance, "乙学院", seat_key="member")
    first, second = members_of(alliance.id)
    assert (first.name, first.seat_key, first.proposed_seat_key) == ("甲学院", None, "chair")
    assert (second.name, second.seat_key) == ("乙学院", "member")


def test_units_stand_by_seat_then_by_hand_then_by_pinyin(house: Flask) -> None:
    alliance = make_alliance()
    make_unit(alliance, "张村学院", seat_key="council")
    make_unit(alliance, "安丘学院", seat_key="council")
    make_unit(alliance, "王家学院", seat_key="council", ordinal=1)
    make_unit(alliance, "周庄学院", seat_key="chair")
    assert names(alliance.id) == ["周庄学院", "王家学院", "安丘学院", "张村学院"]
    assert names(alliance.id, Ordering.PINYIN) == ["安丘学院", "王家学院", "张村学院", "周庄学院"]
    assert names(alliance.id, Ordering.STROKES) == ["王家学院", "安丘学院", "张村学院", "周庄学院"]


def test_the_same_unit_is_not_taken_in_twice(house: Flask) -> None:
    alliance = make_alliance()
    make_unit(alliance, "甲 学院", credit_code=CODE)
    for name, code in (("甲学院", ""), ("乙学院", CODE)):
        with pytest.raises(Conflict):
            make_unit(alliance, name, credit_code=code)
    assert len(members_of(alliance.id)) == 1


def test_a_wrong_credit_code_is_refused_at_its_field(house: Flask) -> None:
    alliance = make_alliance()
    with pytest.raises(Invalid) as refusal:
        add_unit(SYSTEM, alliance.id, name="甲学院", credit_code="91110000802100433A")
    assert refusal.value.field == "credit_code"


def test_pasted_units_are_taken_all_or_none_with_each_problem_at_its_row(house: Flask) -> None:
    alliance = make_alliance()
    rows = [
        UnitIn("甲学院", "理事长单位", CODE),
        UnitIn("乙学院", "没有的席位"),
        UnitIn("甲学院"),
        UnitIn(""),
    ]
    with pytest.raises(RowsRefused) as refusal:
        add_units(SYSTEM, alliance.id, rows)
    assert [problem.row for problem in refusal.value.problems] == [2, 3, 4]
    assert members_of(alliance.id) == []
    add_units(SYSTEM, alliance.id, [rows[0], UnitIn("乙学院", "council"), UnitIn("丙学院")])
    found = members_of(alliance.id)
    assert [member.name for member in found] == ["甲学院", "乙学院", "丙学院"]
    assert [member.proposed_seat_key for member in found] == ["chair", "council", None]


def test_a_removed_unit_may_come_back_without_its_seat(house: Flask) -> None:
    alliance = make_alliance()
    unit = make_unit(alliance, "甲学院", seat_key="member", lead_ordinal=1)
    remove_unit(SYSTEM, alliance.id, unit.organisation_id)
    assert members_of(alliance.id) == []
    with pytest.raises(NotFound):
        remove_unit(SYSTEM, alliance.id, unit.organisation_id)
    make_unit(alliance, "甲学院")
    (member,) = members_of(alliance.id)
    assert (member.organisation_id, member.seat_id, member.lead_ordinal) == (
        unit.organisation_id,
        None,
        None,
    )


def test_a_unit_that_others_use_is_renamed_by_an_administrator_only(house: Flask) -> None:
    one, other = make_alliance(), make_alliance()
    unit = make_unit(one, "甲学院")
    assert make_unit(other, "甲学院").organisation_id == unit.organisation_id
    organiser = Actor(ActorKind.USER, 1, (Grant(Role.ORGANISER, one.scope_id),))
    administrator = Actor(ActorKind.USER, 2, (Grant(Role.ADMINISTRATOR, ROOT),))
    with pytest.raises(Conflict):
        rename_unit(organiser, one.id, unit.organisation_id, name="乙学院")
    rename_unit(administrator, one.id, unit.organisation_id, name="乙学院", credit_code=CODE)
    assert organisation_names([unit.organisation_id]) == {unit.organisation_id: "乙学院"}


def test_a_unit_is_not_given_the_name_of_another(house: Flask) -> None:
    alliance = make_alliance()
    make_unit(alliance, "甲学院")
    other = make_unit(alliance, "乙学院")
    with pytest.raises(Conflict):
        rename_unit(SYSTEM, alliance.id, other.organisation_id, name="甲学院")
    rename_unit(SYSTEM, alliance.id, other.organisation_id, name="乙学院")


def test_lead_units_stand_in_their_own_order(house: Flask) -> None:
    alliance = make_alliance()
    one, two = make_units(alliance, 2)
    place_unit(SYSTEM, alliance.id, one.organisation_id, lead_ordinal=2)
    place_unit(SYSTEM, alliance.id, two.organisation_id, lead_ordinal=1, seat_key="chair")
    leads = leads_of(members_of(alliance.id))
    assert [row.organisation_id for row in leads] == [two.organisation_id, one.organisation_id]
    assert leads[0].proposed_seat_key == "chair"


def test_seats_are_named_and_ordered_by_the_alliance(house: Flask) -> None:
    alliance = make_alliance()
    added = add_seat(SYSTEM, alliance.id, label="秘书长单位", votes_in_council=True)
    seats = seats_of(alliance.id)
    rows = [SeatIn(seat.id, seat.label, seat.votes_in_council) for seat in reversed(seats)]
    arrange_seats(SYSTEM, alliance.id, rows)
    assert [seat.id for seat in seats_of(alliance.id)] == [seat.seat_id for seat in rows]
    with pytest.raises(Conflict):
        arrange_seats(SYSTEM, alliance.id, rows[1:])
    make_unit(alliance, seat_key=added.key)
    with pytest.raises(Conflict):
        remove_seat(SYSTEM, alliance.id, added.id)
    remove_seat(SYSTEM, alliance.id, rows[-1].seat_id)
    assert len(seats_of(alliance.id)) == len(DEFAULT_SEATS)


def test_units_and_seats_of_another_alliance_do_not_exist(house: Flask) -> None:
    one, other = make_alliance(), make_alliance()
    unit = make_unit(other)
    seat = seats_of(other.id)[0]
    with pytest.raises(NotFound):
        organisation_in(one.id, unit.organisation_id)
    with pytest.raises(NotFound):
        remove_seat(SYSTEM, one.id, seat.id)
    for verb in (remove_unit, place_unit):
        with pytest.raises(NotFound):
            verb(SYSTEM, one.id, unit.organisation_id)
    assert members_of(one.id) == []
