"""Lists of units: drafted, tabled, adopted; the council that they make."""

import pytest
from flask import Flask

from eventapp.alliance.models import Alliance, Membership
from eventapp.alliance.queries import entries_of, list_edition_in, lists_of, members_of
from eventapp.alliance.rules import ListState
from eventapp.alliance.service import (
    add_list_edition,
    create_list,
    reject_list,
    remove_unit,
    seat_council,
    set_entries,
    table_list,
)
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, NotFound
from tests.factories_alliance import make_alliance, make_unit


def prepared() -> tuple[Alliance, list[Membership], int]:
    alliance = make_alliance()
    units = [make_unit(alliance, name) for name in ("甲学院", "乙学院", "丙学院")]
    create_list(SYSTEM, alliance.id, "第一届理事会单位名单")
    edition_id = lists_of(alliance.id)[0].editions[0].id
    keys = ("council", "chair", "council")
    lines = [
        (unit.organisation_id, key, place)
        for place, (unit, key) in enumerate(zip(units, keys, strict=True), start=1)
    ]
    set_entries(SYSTEM, edition_id, lines)
    return alliance, units, edition_id


def test_lines_stand_by_seat_and_are_frozen_when_tabled(house: Flask) -> None:
    _alliance, units, edition_id = prepared()
    assert [row.name for row in entries_of(edition_id)] == ["乙学院", "甲学院", "丙学院"]
    edition = table_list(SYSTEM, edition_id)
    assert (edition.state, len(edition.digest)) == (ListState.TABLED, 64)
    with pytest.raises(Conflict):
        set_entries(SYSTEM, edition_id, [(units[0].organisation_id, "chair", 1)])
    with pytest.raises(Conflict):
        table_list(SYSTEM, edition_id)


def test_adopting_a_list_seats_its_units_and_no_others(house: Flask) -> None:
    alliance, _units, edition_id = prepared()
    table_list(SYSTEM, edition_id)
    assert all(member.seat_key is None for member in members_of(alliance.id))
    seat_council(SYSTEM, edition_id, basis="outcome:1:abc")
    seats = {member.name: member.seat_key for member in members_of(alliance.id)}
    assert seats == {"乙学院": "chair", "甲学院": "council", "丙学院": "council"}
    assert list_edition_in(alliance.id, edition_id).basis == "outcome:1:abc"
    with pytest.raises(Conflict):
        seat_council(SYSTEM, edition_id, basis="again")


def test_a_later_list_unseats_whoever_it_leaves_out(house: Flask) -> None:
    alliance, units, edition_id = prepared()
    table_list(SYSTEM, edition_id)
    seat_council(SYSTEM, edition_id, basis="one")
    list_id = lists_of(alliance.id)[0].id
    edition = add_list_edition(SYSTEM, alliance.id, list_id)
    assert (edition.number, len(entries_of(edition.id))) == (2, 3)
    assert add_list_edition(SYSTEM, alliance.id, list_id).id == edition.id
    set_entries(SYSTEM, edition.id, [(units[0].organisation_id, "chair", 1)])
    table_list(SYSTEM, edition.id)
    seat_council(SYSTEM, edition.id, basis="two")
    seats = {member.name: member.seat_key for member in members_of(alliance.id)}
    assert seats == {"甲学院": "chair", "乙学院": "member", "丙学院": "member"}
    states = [row.state for row in lists_of(alliance.id)[0].editions]
    assert states == [ListState.ADOPTED, ListState.ADOPTED]


def test_adoption_supersedes_another_tabled_edition_and_rejection_seats_nobody(
    house: Flask,
) -> None:
    alliance, _units, first = prepared()
    table_list(SYSTEM, first)
    list_id = lists_of(alliance.id)[0].id
    second = add_list_edition(SYSTEM, alliance.id, list_id).id
    table_list(SYSTEM, second)
    third = add_list_edition(SYSTEM, alliance.id, list_id).id
    table_list(SYSTEM, third)
    reject_list(SYSTEM, third, basis="no")
    assert all(member.seat_key is None for member in members_of(alliance.id))
    seat_council(SYSTEM, second, basis="yes")
    states = [row.state for row in lists_of(alliance.id)[0].editions]
    assert states == [ListState.REJECTED, ListState.ADOPTED, ListState.SUPERSEDED]


def test_an_empty_list_cannot_be_tabled(house: Flask) -> None:
    _alliance, _units, edition_id = prepared()
    set_entries(SYSTEM, edition_id, [])
    with pytest.raises(Conflict):
        table_list(SYSTEM, edition_id)


def test_a_removed_unit_leaves_drafts_and_stays_in_records(house: Flask) -> None:
    alliance, units, first = prepared()
    table_list(SYSTEM, first)
    second = add_list_edition(SYSTEM, alliance.id, lists_of(alliance.id)[0].id).id
    remove_unit(SYSTEM, alliance.id, units[0].organisation_id)
    assert len(entries_of(first)) == 3
    assert len(entries_of(second)) == 2


def test_a_list_takes_units_of_its_own_alliance_only(house: Flask) -> None:
    _alliance, _units, edition_id = prepared()
    other = make_alliance()
    stranger = make_unit(other)
    with pytest.raises(NotFound):
        set_entries(SYSTEM, edition_id, [(stranger.organisation_id, "chair", 1)])
    with pytest.raises(NotFound):
        list_edition_in(other.id, edition_id)
    assert lists_of(other.id) == []
    assert len(entries_of(edition_id)) == 3
