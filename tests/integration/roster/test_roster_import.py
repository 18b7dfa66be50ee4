"""Lists of organisers: checked beside what is known, taken once; the scenario's list by command."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.models import Person
from eventapp.alliance.queries import duplicates_of, members_of
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, NotFound
from eventapp.core.ledger import AuditEntry, verify
from eventapp.registration.models import Pass, Registration, Terms
from eventapp.registration.queries import counts_of, registrations_of
from eventapp.registration.rules import Category, State
from eventapp.registration.service import cancel_registration
from eventapp.roster.queries import roster_in, rosters_of, rows_of
from eventapp.roster.rules import Fate, ReadRow
from eventapp.roster.service import (
    KEPT,
    check_roster,
    discard_old_rosters,
    discard_roster,
    forget_person,
    open_roster,
    take_roster,
    taking,
)
from eventapp.roster.service import Terms as HowTaken
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit

SCENARIO = Path(__file__).parents[2] / "data" / "delegates.xlsx"
NAMES_ONLY = HowTaken(Category.DELEGATE, adds_units=False)


def sent(meeting_id: int, *lines: str, heads: str = "姓名,单位,手机,邮箱") -> int:
    """Send and check a list; returns its number."""
    data = "\n".join((heads, *lines)).encode()
    roster_id = open_roster(SYSTEM, meeting_id, data=data, file_name="名单.csv")
    check_roster(meeting_id, roster_id)
    return roster_id


def said(row: ReadRow) -> tuple[str, list[str]]:
    return row.fate, [note.code for note in row.notes]


def by_number(roster_id: int) -> dict[int, tuple[str, list[str]]]:
    return {row.number: said(row) for row in rows_of(roster_id)}


def records() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(AuditEntry)).one()


@pytest.mark.usefixtures("house")
def test_list_is_taken_with_what_it_says_and_every_person_has_a_pass() -> None:
    meeting = make_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    make_unit(alliance_id, "东营职业学院")
    roster_id = sent(meeting_id, "王　磊,东营职业学院,13800138001,w@example.com", "李敏,新公司,,")
    assert registrations_of(meeting_id) == []
    assert take_roster(SYSTEM, meeting_id, roster_id, HowTaken(Category.GUEST)) == {
        "skipped": 1,
        "taken": 2,
    }
    rows = {row.name: row for row in registrations_of(meeting_id)}
    assert {name: row.organisation for name, row in rows.items()} == {
        "王磊": "东营职业学院",
        "李敏": "新公司",
    }
    assert {row.category for row in rows.values()} == {Category.GUEST}
    assert {row.state for row in rows.values()} == {State.APPROVED}
    assert {member.name for member in members_of(alliance_id)} == {"东营职业学院", "新公司"}
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Pass)).one() == 2
    assert not list(verify(AuditEntry))


@pytest.mark.usefixtures("house")
def test_units_that_nobody_knows_may_stay_names() -> None:
    meeting = make_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    take_roster(SYSTEM, meeting_id, sent(meeting_id, "王磊,新公司,13800138001"), NAMES_ONLY)
    (row,) = registrations_of(meeting_id)
    assert (row.organisation, row.organisation_id) == ("新公司", None)
    assert members_of(alliance_id) == []


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("how", [HowTaken(), NAMES_ONLY])
def test_same_list_taken_again_changes_nothing(how: HowTaken) -> None:
    meeting_id = make_meeting().id
    lines = ("王磊,甲公司,13800138001", "李敏,甲公司,", "赵强,,13800138003", "孙丽,乙公司,1380")
    first = sent(meeting_id, *lines)
    take_roster(SYSTEM, meeting_id, first, how)
    before = (registrations_of(meeting_id), counts_of(meeting_id))
    again = sent(meeting_id, *lines)
    assert {fate for fate, _codes in by_number(again).values()} == {"skipped", "known", "problem"}
    written = records()
    take_roster(SYSTEM, meeting_id, again, how)
    assert records() == written + 1  # that it was taken, and nothing else
    assert (registrations_of(meeting_id), counts_of(meeting_id)) == before
    with pytest.raises(Conflict):
        take_roster(SYSTEM, meeting_id, first, how)


@pytest.mark.usefixtures("house")
def test_list_does_not_bring_back_who_cancelled() -> None:
    meeting_id = make_meeting().id
    line = "王磊,甲公司,13800138001"
    take_roster(SYSTEM, meeting_id, sent(meeting_id, line), HowTaken())
    cancel_registration(SYSTEM, meeting_id, registrations_of(meeting_id)[0].id)
    again = sent(meeting_id, line)
    assert by_number(again)[2] == ("known", ["ended"])
    take_roster(SYSTEM, meeting_id, again, HowTaken())
    assert counts_of(meeting_id)["total"] == 0


@pytest.mark.usefixtures("house")
def test_known_people_are_themselves_and_another_name_is_a_problem() -> None:
    meeting = make_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    unit = make_unit(alliance_id, "甲公司")
    person_id = make_person(alliance_id, "王磊", unit, phone="13800138001").id
    make_person(alliance_id, "周洋", unit, phone="13800138009")
    make_registration(meeting, "孙丽", organisation_id=unit, phone="13800138004")
    roster_id = sent(
        meeting_id,
        "王磊,甲公司,13800138001",
        "李敏,甲公司,13800138009",
        "孙丽,甲公司,13800138005",
    )
    assert by_number(roster_id) | {1: ("skipped", ["heading"])} == {
        1: ("skipped", ["heading"]),
        2: ("new", []),
        3: ("problem", ["phone_other_name"]),
        4: ("new", ["name_registered"]),
    }
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken())
    taken = db.session.scalars(sa.select(Registration.person_id)).all()
    assert person_id in taken
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Person)).one() == 4


@pytest.mark.usefixtures("house")
def test_who_may_be_known_already_is_flagged_before_anything_is_taken() -> None:
    meeting = make_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    unit, other = make_unit(alliance_id, "甲公司"), make_unit(alliance_id, "乙公司")
    make_person(alliance_id, "张晓明", unit, phone="13800138001")
    make_person(alliance_id, "王磊", unit, phone="13800138002")
    make_person(alliance_id, "李敏", other, phone="13800138003")
    lines = ("張曉明,甲公司,13900000001", "王 磊,甲公司,", "李敏,甲公司,13900000003")
    roster_id = sent(meeting_id, *lines)
    fates = by_number(roster_id)
    assert fates[2] == ("new", ["likely_written"])
    assert fates[3] == ("new", ["name_spaces", "phone_missing", "likely_same"])
    assert fates[4] == ("new", [])
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken())
    assert by_number(roster_id)[2] == ("taken", ["likely_written"])
    found = duplicates_of(alliance_id)
    assert [pair.likeness.value for pair in found.pairs] == ["writing", "name"]


@pytest.mark.usefixtures("house")
def test_namesakes_without_a_phone_are_never_made_one_person() -> None:
    meeting_id = make_meeting().id
    roster_id = sent(meeting_id, "王磊,甲公司,", "王磊,乙公司,", "王磊,丙公司,")
    take_roster(SYSTEM, meeting_id, roster_id, NAMES_ONLY)
    fates = by_number(roster_id)
    assert fates[2][0] == "taken"
    assert fates[3] == ("problem", ["phone_missing", "unit_unknown", "phone_needed"])
    assert fates[4][0] == "problem"
    with_units = sent(meeting_id, "李敏,甲公司,", "李敏,乙公司,")
    take_roster(SYSTEM, meeting_id, with_units, HowTaken())
    assert {fate for fate, _codes in by_number(with_units).values()} == {"skipped", "taken"}


@pytest.mark.usefixtures("house")
def test_who_finds_no_place_waits_in_the_order_of_the_list() -> None:
    meeting_id = make_meeting().id
    with_quota(meeting_id, 2)
    roster_id = sent(meeting_id, *(f"王{c},甲公司,1380013800{n}" for n, c in enumerate("一二三四")))
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken())
    states = {row.name: row.state for row in registrations_of(meeting_id)}
    assert [states[name] for name in ("王一", "王二", "王三", "王四")] == [
        State.APPROVED,
        State.APPROVED,
        State.WAITLISTED,
        State.WAITLISTED,
    ]
    assert "waitlisted" in by_number(roster_id)[5][1]


def with_quota(meeting_id: int, quota: int) -> None:
    with transaction() as session:
        session.add(Terms(meeting_id=meeting_id, quota=quota))


@pytest.mark.usefixtures("house")
def test_worker_that_died_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    meeting_id = make_meeting().id
    monkeypatch.setattr(taking, "AT_ONCE", 2)
    roster_id = sent(
        meeting_id, *(f"王{c},甲公司,1380013800{n}" for n, c in enumerate("一二三四五"))
    )
    heard: list[tuple[int, int]] = []

    def die(done: int, total: int) -> None:
        heard.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_roster(SYSTEM, meeting_id, roster_id, HowTaken(), die)
    assert len(registrations_of(meeting_id)) == 2
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken(), lambda *far: heard.append(far))
    assert len(registrations_of(meeting_id)) == 5
    assert heard == [(0, 5), (2, 5), (2, 5), (4, 5), (5, 5)]


@pytest.mark.usefixtures("house")
def test_discarded_list_is_neither_checked_nor_taken() -> None:
    meeting_id = make_meeting().id
    roster_id = sent(meeting_id, "王磊,甲公司,13800138001")
    discard_roster(SYSTEM, meeting_id, roster_id)
    with pytest.raises(Conflict):
        take_roster(SYSTEM, meeting_id, roster_id, HowTaken())
    assert rows_of(roster_id) == []


FAULTS = {
    1: ("skipped", ["above_heading"]),
    2: ("skipped", ["above_heading"]),
    3: ("skipped", ["heading"]),
    5: ("new", ["phone_cleaned", "unit_unknown"]),
    7: ("new", ["name_spaces", "unit_above"]),
    17: ("problem", ["phone_digits", "unit_above"]),
    18: ("new", ["name_spaces", "unit_unknown"]),
    21: ("new", ["phone_number", "unit_above"]),
    23: ("new", ["phone_cleaned", "unit_unknown"]),
    25: ("new", ["unit_spaces"]),
    32: ("new", ["phone_missing", "unit_above"]),
    33: ("new", ["phone_cleaned", "unit_above"]),
    39: ("new", ["unit_spaces", "unit_unknown"]),
    61: ("problem", ["phone_digits", "unit_unknown"]),
    65: ("new", ["unit_spaces", "unit_unknown"]),
    86: ("new", ["name_spaces", "phone_cleaned", "unit_above"]),
    110: ("new", ["phone_missing", "unit_unknown"]),
    116: ("new", ["phone_missing", "unit_above"]),
    127: ("new", ["unit_spaces", "unit_unknown"]),
    144: ("new", ["phone_missing", "unit_above"]),
    167: ("skipped", ["same_person"]),
    168: ("problem", ["formula", "formula"]),
    170: ("skipped", ["totals"]),
}
"""What was planted in the scenario's list, by row."""


@pytest.mark.usefixtures("house")
def test_every_planted_fault_of_the_scenario_is_told_at_its_row() -> None:
    meeting_id = make_meeting().id
    roster_id = open_roster(SYSTEM, meeting_id, data=SCENARIO.read_bytes(), file_name="a.xlsx")
    totals = check_roster(meeting_id, roster_id)
    assert (totals["people"], totals["units"], len(totals["new_units"])) == (163, 84, 83)
    assert (totals["new"], totals["problem"], totals["skipped"]) == (161, 3, 5)
    found = by_number(roster_id)
    for number, (fate, codes) in FAULTS.items():
        assert found[number][0] == fate, number
        near = ["unit_unknown" if code == "unit_near" else code for code in found[number][1]]
        assert sorted(near) == sorted(codes), number
    plain = {"unit_above", "unit_unknown", "unit_near", "phone_cleaned", "phone_number"}
    for number in found.keys() - FAULTS.keys():
        assert found[number][0] == Fate.NEW
        assert set(found[number][1]) <= plain


def run(app: Flask, *words: str) -> tuple[int, list[str]]:
    done = app.test_cli_runner().invoke(args=["registration", "import", *words])
    return done.exit_code, done.output.splitlines()


def test_command_tells_each_problem_in_a_line_and_the_totals_last(app: Flask) -> None:
    with app.app_context():
        meeting = make_meeting()
        meeting_id, slug = meeting.id, meeting.slug
    code, lines = run(app, str(SCENARIO), "--meeting", slug)
    totals: dict[str, Any] = json.loads(lines[-1])
    assert code == 0
    assert (totals["people"], totals["units"], totals["committed"]) == (163, 84, False)
    numbers = {int(line.split("\t")[0]) for line in lines[:-1]}
    assert set(FAULTS) <= numbers
    assert any(
        line.startswith("17\tproblem\tphone: 手机号应为 11 位，这里是 10 位。") for line in lines
    )
    with app.app_context():
        assert registrations_of(meeting_id) == []
    code, lines = run(app, str(SCENARIO), "--meeting", slug, "--commit")
    assert json.loads(lines[-1])["taken"] == 161
    with app.app_context():
        assert counts_of(meeting_id)["total"] == 161
    code, lines = run(app, str(SCENARIO), "--meeting", slug, "--commit")
    assert (json.loads(lines[-1])["taken"], json.loads(lines[-1])["known"]) == (0, 161)
    with app.app_context():
        assert counts_of(meeting_id)["total"] == 161


def test_command_says_in_words_what_it_cannot_read(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        slug = make_meeting().slug
    broken = tmp_path / "a.xlsx"
    broken.write_bytes(SCENARIO.read_bytes()[:5000])
    code, lines = run(app, str(broken), "--meeting", slug)
    assert (code, lines) == (
        1,
        ["Error: 文件已损坏或不完整，读不出来。请重新保存或重新下载后再上传。"],
    )
    code, lines = run(app, str(SCENARIO), "--meeting", "nowhere")
    assert code == 1
    assert lines[0].startswith("Error: ")


def test_other_commands_of_the_group_are_still_there(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["registration", "--help"])
    assert {"import", "delete-contacts"} <= set(done.output.split())


@pytest.mark.usefixtures("house")
def test_lists_are_dropped_with_their_files_after_their_time() -> None:
    meeting_id = make_meeting().id
    roster_id = sent(meeting_id, "王磊,甲公司,13800138001")
    digest = roster_in(meeting_id, roster_id).file_digest
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken())
    assert discard_old_rosters(SYSTEM) == 0
    with clock.fixed(clock.now() + KEPT + timedelta(hours=1)):
        assert discard_old_rosters(SYSTEM) == 1
        assert discard_old_rosters(SYSTEM) == 0
    assert (rows_of(roster_id), rosters_of(meeting_id)) == ([], [])
    with pytest.raises(NotFound):
        files.read(digest)
    assert counts_of(meeting_id)["total"] == 1


@pytest.mark.usefixtures("house")
def test_forgotten_person_stands_in_no_list() -> None:
    meeting_id = make_meeting().id
    named = sent(meeting_id, "王　磊,甲公司,１３８00138001", "李敏,甲公司,13800138002")
    by_phone = sent(meeting_id, "王雷,甲公司,138 0013 8001")
    other = sent(meeting_id, "赵强,甲公司,13800138003")
    digests = [roster_in(meeting_id, one).file_digest for one in (named, by_phone)]
    forget_person(SYSTEM, meeting_id, name="王磊", phone="13800138001")
    assert [roster.id for roster in rosters_of(meeting_id)] == [other]
    assert rows_of(named) == rows_of(by_phone) == []
    for digest in digests:
        with pytest.raises(NotFound):
            files.read(digest)
