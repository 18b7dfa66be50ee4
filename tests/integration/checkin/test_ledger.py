"""The ledger of the door: it holds, it tells where it was touched, and it says who was inside."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from eventapp.checkin.models import Admission, Scan
from eventapp.checkin.queries import board_of, presence_of, units_inside
from eventapp.checkin.rules import Direction, Verdict
from eventapp.checkin.service import undo_admission
from eventapp.core import clock
from eventapp.core.cli import ledger
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Forbidden, Invalid
from eventapp.core.ledger import GENESIS, verify
from eventapp.registration.rules import State
from tests.factories_checkin import (
    Door,
    make_door,
    make_mandate,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
    set_state,
)

pytestmark = pytest.mark.usefixtures("house")


def touch(statement: sa.Update | sa.Delete) -> None:
    """Change a record as somebody would who holds the database and takes its guards away."""
    with transaction() as session:
        if session.connection().dialect.name == "sqlite":
            for act in ("update", "delete"):
                session.execute(sa.text(f"DROP TRIGGER IF EXISTS keep_scans_{act}"))
        else:
            session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        session.execute(statement)


def rewrite(number: int, **values: object) -> None:
    touch(sa.update(Scan).where(Scan.seq == number).values(**values))


def three_scans() -> Door:
    door = make_door()
    text = pass_text(make_registration(door))
    for sent in (text, "nonsense", text):
        scan(door, sent)
    return door


@pytest.mark.parametrize(
    ("number", "values", "reason"),
    [
        (2, {"body": "{}"}, "hash"),
        (2, {"verdict": Verdict.ADMITTED}, "columns"),
        (3, {"registration_id": None}, "columns"),
        (3, {"seq": 9}, "gap"),
    ],
)
def test_touched_record_is_found(number: int, values: dict[str, object], reason: str) -> None:
    three_scans()
    rewrite(number, **values)
    assert reason in {broken.reason for broken in verify(Scan)}


def test_database_itself_refuses_to_change_a_record() -> None:
    three_scans()
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sa.update(Scan).values(verdict=Verdict.ADMITTED))


def test_cut_tail_is_found() -> None:
    door = three_scans()
    touch(sa.delete(Scan).where(Scan.seq == 3))
    assert [(broken.scope_id, broken.reason) for broken in verify(Scan)] == [
        (door.scope_id, "head")
    ]


def test_command_walks_every_chain_and_fails_on_a_broken_one(house: Flask) -> None:
    door = three_scans()
    walk = house.test_cli_runner()
    sound = walk.invoke(ledger, ["verify", "--meeting", door.slug])
    assert (sound.exit_code, sound.output.splitlines()[-1]) == (0, "every chain holds")
    rewrite(2, body="{}")
    broken = walk.invoke(ledger, ["verify"])
    assert broken.exit_code == 1
    assert f"BROKEN door scope {door.scope_id} seq 2: hash" in broken.output


def test_presence_up_to_a_head_ignores_what_came_later() -> None:
    door = make_door()
    one, two = make_registration(door, "张堃"), make_registration(door, "王磊")
    empty = presence_of(door.meeting_id)
    assert (empty.head_seq, empty.head_hash, empty.inside) == (0, GENESIS, frozenset())
    scan(door, pass_text(one))
    head = presence_of(door.meeting_id)
    assert head.inside == {one}
    scan(door, pass_text(two))
    scan(door, pass_text(one), direction=Direction.EXIT)
    assert presence_of(door.meeting_id).inside == {two}
    assert presence_of(door.meeting_id, until_seq=head.head_seq) == head
    assert presence_of(door.meeting_id, until_seq=0).inside == frozenset()


def test_unit_is_present_by_its_own_delegate_or_by_proxy() -> None:
    door = make_door()
    first, second, third = make_unit("甲公司"), make_unit("乙公司"), make_unit("丙公司")
    person = make_person(door.alliance_id, "张堃", first)
    make_mandate(door, person, first)
    make_mandate(door, person, second, proxy=True)
    make_mandate(door, make_person(door.alliance_id, "王磊", third), third)
    registration_id = make_registration(door, person_id=person, organisation_id=first)
    before = units_inside(door.meeting_id)
    scan(door, pass_text(registration_id))
    after = units_inside(door.meeting_id)
    assert (after.units, after.by_proxy) == ({first}, {second})
    assert [(proxy.principal, proxy.holder) for proxy in after.proxies] == [(second, first)]
    assert units_inside(door.meeting_id, until_seq=before.head_seq) == before


def test_proxy_falls_away_when_the_unit_comes_itself() -> None:
    door = make_door()
    first, second = make_unit("甲公司"), make_unit("乙公司")
    bearer = make_person(door.alliance_id, "张堃", first)
    own = make_person(door.alliance_id, "王磊", second)
    make_mandate(door, bearer, second, proxy=True)
    make_mandate(door, own, second)
    for person, unit in ((bearer, first), (own, second)):
        scan(door, pass_text(make_registration(door, person_id=person, organisation_id=unit)))
    after = units_inside(door.meeting_id)
    assert (after.units, after.by_proxy) == ({second}, frozenset())


def test_undo_keeps_both_records_and_lets_the_person_in_again() -> None:
    door = make_door()
    registration_id = make_registration(door)
    text = pass_text(registration_id)
    scan(door, text)
    answer = undo_admission(door.east, door.meeting_id, registration_id, "误扫")
    assert answer["verdict"] == Verdict.LEFT
    assert presence_of(door.meeting_id).inside == frozenset()
    assert scan(door, text)["verdict"] == Verdict.ADMITTED
    assert list(verify(Scan)) == []
    kept = db.session.scalars(sa.select(Scan.verdict).order_by(Scan.seq)).all()
    assert list(kept) == [Verdict.ADMITTED, Verdict.LEFT, Verdict.ADMITTED]


def test_undo_by_others_or_too_late_needs_a_supervisor() -> None:
    door = make_door()
    registration_id = make_registration(door)
    now = clock.now()
    with clock.fixed(now):
        scan(door, pass_text(registration_id))
        with pytest.raises(Forbidden):
            undo_admission(door.west, door.meeting_id, registration_id, "误扫")
    with clock.fixed(now.replace(year=now.year + 1)):
        with pytest.raises(Forbidden):
            undo_admission(door.east, door.meeting_id, registration_id, "误扫")
        undo_admission(door.supervisor, door.meeting_id, registration_id, "误扫")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Admission)) == 0


def test_undo_needs_somebody_inside_and_a_reason() -> None:
    door = make_door()
    registration_id = make_registration(door)
    with pytest.raises(Conflict):
        undo_admission(door.supervisor, door.meeting_id, registration_id, "误扫")
    scan(door, pass_text(registration_id))
    with pytest.raises(Invalid):
        undo_admission(door.supervisor, door.meeting_id, registration_id, "  ")


def test_counts_by_unit_name_who_is_missing() -> None:
    door = make_door()
    unit = make_unit("甲公司")
    come = make_registration(door, "张堃", organisation_id=unit)
    make_registration(door, "王磊", organisation_id=unit)
    make_registration(door, "赵海", organisation_id=unit, state=State.DECLINED)
    scan(door, pass_text(come))
    [counted] = board_of(door.meeting_id).units
    assert (counted.arrived, counted.expected, counted.missing) == (1, 2, ("王磊",))
    counts = board_of(door.meeting_id).counts
    assert (counts.arrived, counts.expected) == (1, 2)
    set_state(come, State.CANCELLED)
    assert board_of(door.meeting_id).units[0].arrived == 1
