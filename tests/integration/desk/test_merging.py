"""Two rows of one person become one: all that pointed at either points at the one that stays."""

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.agenda.queries import item_in
from eventapp.agenda.service import PersonIn, publish_agenda, substitute_person
from eventapp.alliance.models import Alliance, DistinctPeople, Person
from eventapp.alliance.queries import duplicates_of, person_in
from eventapp.alliance.service.duplicates import tell_apart
from eventapp.ceremony.service import NameIn, PartyIn, substitute_signatory
from eventapp.checkin.models import Scan
from eventapp.checkin.queries import gates_of
from eventapp.checkin.rules import Method
from eventapp.checkin.service import record_scan, undo_admission
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import Base, db
from eventapp.core.errors import Conflict, DomainError, Invalid, NotFound
from eventapp.core.ledger import AuditEntry, verify
from eventapp.desk.queries import merger_of
from eventapp.desk.service.merging import STAYING, merge_people
from eventapp.privacy.service import ask_erasure, withdraw_erasure
from eventapp.registration.models import Mandate, Pass, Registration
from eventapp.registration.queries import pass_token
from eventapp.registration.rules import Category, State
from eventapp.registration.rules.merging import Stays, Twin, decide_stays
from eventapp.registration.service import (
    cancel_registration,
    give_mandate,
    note_leave,
    register_person,
    set_liaison,
)
from eventapp.voting.models import VoteHolder, VotingRecord
from eventapp.voting.rules import Choice
from eventapp.voting.service import close_ballot
from tests.factories_agenda import make_agreement, make_item
from tests.factories_alliance import make_alliance, make_meeting, make_person, make_unit
from tests.factories_checkin import make_door
from tests.factories_privacy import make_canary
from tests.factories_voting import cast, make_assembly, make_open_ballot


def _pointing() -> Iterator[tuple[str, Any]]:
    """Give every column of every table that points at a person."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if any(key.column.table.name == "people" for key in column.foreign_keys):
                yield f"{table.name}.{column.name}", column


def _count(column: Any, person_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(column.table).where(column == person_id)
    return db.session.scalar(query) or 0


def _bodies() -> list[str]:
    return [
        body
        for kind in (AuditEntry, Scan, VotingRecord)
        for body in db.session.scalars(sa.select(kind.body).order_by(kind.scope_id, kind.seq))
    ]


def test_all_that_points_at_one_person_points_at_the_other(house: Flask) -> None:
    canary = make_canary(house, release=False)
    alliance_id, gone_id = canary.held.alliance_id, canary.person_id
    gone = person_in(alliance_id, gone_id)
    alliance = db.session.get_one(Alliance, alliance_id)
    keep_id = make_person(alliance, "麒麟", phone="", organisation_id=gone.organisation_id).id
    phone = gone.phone
    earliest = db.session.scalars(sa.select(sa.func.min(Person.id))).one()
    for other in (earliest, make_person(alliance, "麒麟皛").id):
        tell_apart(SYSTEM, alliance_id, other, gone_id)
    meeting = make_meeting(alliance)
    assert gone.organisation_id is not None
    signing = make_agreement(
        meeting,
        make_item(meeting),
        parties=[
            PartyIn(gone.organisation_id or 0, gone_id, "", "", stand_in=NameIn("乙")),
            PartyIn(
                make_unit(alliance).organisation_id, None, "甲", stand_in=NameIn("", "", gone_id)
            ),
        ],
    )
    item = make_item(meeting, people=[PersonIn("speaker", "麒麟", "", gone_id)])
    for person_id in (None, gone_id):  # leaves, and comes back
        (part,) = item_in(meeting.id, item.id).people
        name = "麒麟" if person_id else "代讲人"
        substitute_person(SYSTEM, meeting.id, item.id, part.id, name=name, person_id=person_id)
    publish_agenda(SYSTEM, meeting.id)
    for party in (1, 2):
        substitute_signatory(SYSTEM, meeting.id, signing.id, party, reason="临时有事")
    before = {name: _count(column, gone_id) for name, column in _pointing()}
    unused = {name for name, count in before.items() if not count} - STAYING
    assert not unused, f"{unused}: let the one who goes have one, and hand it over"
    records = _bodies()
    merge_people(SYSTEM, alliance_id, keep_id, gone_id)
    after = {name: _count(column, gone_id) for name, column in _pointing() if name not in STAYING}
    assert set(after.values()) == {0}, after
    for name, column in _pointing():
        if name not in STAYING and not name.startswith("distinct_people"):
            assert _count(column, keep_id) == before[name], name
    pairs = sa.or_(DistinctPeople.first_id == keep_id, DistinctPeople.second_id == keep_id)
    assert len(db.session.scalars(sa.select(DistinctPeople).where(pairs)).all()) == 2
    assert set(records) <= set(_bodies())
    assert not [broken for kind in (AuditEntry, Scan, VotingRecord) for broken in verify(kind)]
    keep = person_in(alliance_id, gone_id)
    assert (keep.id, keep.name, keep.phone) == (keep_id, "麒麟", phone)
    row = db.session.get_one(Person, gone_id)
    assert (row.name, row.phone, row.email, row.spelled, row.merged_into_id) == (
        "",
        "",
        "",
        "",
        keep_id,
    )


def test_a_sign_post_leads_on_when_its_goal_is_merged_again(house: Flask) -> None:
    alliance = make_alliance()
    one, two, three = (make_person(alliance, "王磊").id for _ in range(3))
    merge_people(SYSTEM, alliance.id, two, one)
    merge_people(SYSTEM, alliance.id, three, two)
    assert person_in(alliance.id, one).id == three == person_in(alliance.id, two).id
    with pytest.raises(Conflict):
        merge_people(SYSTEM, alliance.id, three, one)
    with pytest.raises(Invalid):
        merge_people(SYSTEM, alliance.id, three, three)


def test_a_page_that_is_older_than_the_merger_writes_to_the_one_who_stays(house: Flask) -> None:
    alliance = make_alliance()
    unit = make_unit(alliance).organisation_id
    meeting = make_meeting(alliance)
    keep_id, gone_id = (make_person(alliance, "王磊", organisation_id=unit).id for _ in range(2))
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    _register(meeting.id, gone_id)
    give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=gone_id)
    set_liaison(SYSTEM, meeting.id, unit, gone_id)
    note_leave(SYSTEM, meeting.id, person_id=gone_id)
    item = make_item(meeting, people=[PersonIn("speaker", "王磊", "", gone_id)])
    parties = [
        PartyIn(unit, gone_id, "", ""),
        PartyIn(make_unit(alliance).organisation_id, None, "甲", ""),
    ]
    make_agreement(meeting, item, parties=parties)
    pointing = {name: _count(column, gone_id) for name, column in _pointing()}
    assert set(pointing.values()) == {0}, pointing


def test_a_person_of_another_alliance_is_not_merged(house: Flask) -> None:
    alliance = make_alliance()
    mine, theirs = make_person(alliance).id, make_person(make_alliance()).id
    for two in ((mine, theirs), (theirs, mine)):
        with pytest.raises(NotFound):
            merge_people(SYSTEM, alliance.id, *two)
        with pytest.raises(NotFound):
            tell_apart(SYSTEM, alliance.id, *two)
    assert db.session.get_one(Person, theirs).name == "王磊"


@pytest.mark.parametrize("keeps_first", [True, False])
def test_of_two_registrations_the_further_one_stays(house: Flask, keeps_first: bool) -> None:
    alliance = make_alliance()
    unit = make_unit(alliance)
    meeting_id = make_meeting(alliance).id
    people = [make_person(alliance, "王磊", unit).id for _ in range(2)]
    waiting, approved = (
        register_person(
            SYSTEM,
            meeting_id,
            person_id=person_id,
            category=Category.DELEGATE,
            organisation_id=unit.organisation_id,
            channel="desk",
        ).id
        for person_id in people
    )
    with db.engines[None].begin() as connection:
        connection.execute(
            sa.update(Registration).where(Registration.id == waiting).values(state=State.SUBMITTED)
        )
    db.session.expire_all()
    keep_id, gone_id = people if keeps_first else reversed(people)
    said = merger_of(alliance.id, keep_id, gone_id)
    assert [clash.stays.registration_id for clash in said.clashes] == [approved]
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    rows = {row.id: row for row in db.session.scalars(sa.select(Registration))}
    assert {row.person_id for row in rows.values()} == {keep_id}
    assert (rows[approved].state, rows[waiting].state) == (State.APPROVED, State.CANCELLED)


def test_a_pass_of_the_registration_that_ends_dies_at_once(house: Flask) -> None:
    door = make_door()
    alliance = db.session.get_one(Alliance, door.alliance_id)
    unit = make_unit(alliance)
    keep_id, gone_id = (make_person(alliance, "王磊", unit).id for _ in range(2))
    stays, ends = (_register(door.meeting_id, one) for one in (keep_id, gone_id))
    dead = pass_token(ends)
    living = db.session.get_one(Pass, stays).code
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    assert _knock(door.meeting_id, dead)["verdict"] != "admitted"
    assert _knock(door.meeting_id, pass_token(stays))["verdict"] == "admitted"
    assert db.session.get_one(Pass, stays).code == living


def _register(meeting_id: int, person_id: int) -> int:
    return register_person(
        SYSTEM, meeting_id, person_id=person_id, category=Category.DELEGATE, channel="desk"
    ).id


def _knock(meeting_id: int, text: str) -> dict[str, Any]:
    return record_scan(
        SYSTEM,
        meeting_id,
        gate_id=gates_of(meeting_id)[0].id,
        scan_id=str(uuid4()),
        text=text,
        method=Method.QR,
        claimed_at=clock.now(),
    )


def test_who_came_in_stays_and_two_who_came_in_are_two_people(house: Flask) -> None:
    door = make_door()
    alliance = db.session.get_one(Alliance, door.alliance_id)
    keep_id, gone_id = (make_person(alliance, "王磊").id for _ in range(2))
    kept, gone = (_register(door.meeting_id, one) for one in (keep_id, gone_id))
    _knock(door.meeting_id, pass_token(gone))
    (clash,) = merger_of(alliance.id, keep_id, gone_id).clashes
    assert clash.stays.registration_id == gone
    _knock(door.meeting_id, pass_token(kept))
    with pytest.raises(Conflict) as refusal:
        merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    assert refusal.value.code == "both_came"
    undo_admission(SYSTEM, door.meeting_id, kept, "扫错了人")
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    states = dict(db.session.execute(sa.select(Registration.id, Registration.state)).all())
    assert states == {kept: State.CANCELLED, gone: State.APPROVED}


def test_a_registration_that_ended_does_not_stand_in_the_way(house: Flask) -> None:
    alliance = make_alliance()
    meeting_id = make_meeting(alliance).id
    keep_id, gone_id = (make_person(alliance, "王磊").id for _ in range(2))
    ended, alive = (_register(meeting_id, one) for one in (keep_id, gone_id))
    cancel_registration(SYSTEM, meeting_id, ended)
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    states = dict(db.session.execute(sa.select(Registration.id, Registration.state)).all())
    assert states == {ended: State.CANCELLED, alive: State.APPROVED}


def test_what_both_had_once_is_there_once(house: Flask) -> None:
    alliance = make_alliance()
    unit = make_unit(alliance).organisation_id
    meeting_id = make_meeting(alliance).id
    keep_id, gone_id = (make_person(alliance, "王磊", organisation_id=unit).id for _ in range(2))
    for person_id in (keep_id, gone_id):
        give_mandate(SYSTEM, meeting_id, organisation_id=unit, person_id=person_id)
        note_leave(SYSTEM, meeting_id, person_id=person_id)
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)
    alive = sa.select(Mandate).where(Mandate.revoked_at.is_(None))
    assert [one.person_id for one in db.session.scalars(alive)] == [keep_id]
    assert merger_of(alliance.id, keep_id, make_person(alliance).id).obstacle is None


def test_two_who_may_vote_in_an_open_ballot_wait_for_its_end(house: Flask) -> None:
    hall = make_assembly(3, inside=2)
    keep_id, gone_id = hall.people[0], hall.people[2]
    ballot_id = make_open_ballot(hall)
    cast(hall, ballot_id, 0)
    with pytest.raises(Conflict) as refusal:
        merge_people(SYSTEM, hall.alliance_id, keep_id, gone_id)
    assert refusal.value.code == "both_vote"
    one_more = make_person(db.session.get_one(Alliance, hall.alliance_id), "王磊").id
    merge_people(SYSTEM, hall.alliance_id, one_more, keep_id)
    assert db.session.scalars(sa.select(VoteHolder.person_id)).all() == [one_more]
    assert cast(hall, ballot_id, 0, Choice.NO).changed
    close_ballot(SYSTEM, hall.meeting_id, ballot_id)
    merge_people(SYSTEM, hall.alliance_id, one_more, gone_id)


def test_who_asked_to_be_erased_is_not_merged_before_it_is_answered(house: Flask) -> None:
    alliance = make_alliance()
    keep_id, gone_id = (make_person(alliance, "王磊").id for _ in range(2))
    ask_erasure(SYSTEM, alliance.id, gone_id)
    for two in ((keep_id, gone_id), (gone_id, keep_id)):
        with pytest.raises(Conflict) as refusal:
            merge_people(SYSTEM, alliance.id, *two)
        assert refusal.value.code == "erasure_open"
    withdraw_erasure(SYSTEM, alliance.id, gone_id)
    merge_people(SYSTEM, alliance.id, keep_id, gone_id)


def test_two_who_were_told_apart_are_not_shown_again(house: Flask) -> None:
    alliance = make_alliance()
    unit = make_unit(alliance)
    one, two, three = (
        make_person(alliance, name, unit).id for name in ("张晓明", "張曉明", "张晓明")
    )
    make_person(alliance, "张晓明", make_unit(alliance))
    found = duplicates_of(alliance.id)
    assert [(pair.first.id, pair.second.id, pair.likeness.value) for pair in found.pairs] == [
        (one, two, "writing"),
        (one, three, "name"),
        (two, three, "writing"),
    ]
    tell_apart(SYSTEM, alliance.id, three, one)
    tell_apart(SYSTEM, alliance.id, one, three)
    again = duplicates_of(alliance.id, 1)
    assert (again.total, len(again.pairs)) == (2, 1)
    merge_people(SYSTEM, alliance.id, two, one)
    assert duplicates_of(alliance.id).total == 0
    kept = db.session.scalars(sa.select(DistinctPeople)).all()
    assert [(pair.first_id, pair.second_id) for pair in kept] == [(two, three)]


def test_two_merges_at_once_leave_one_person(app: Flask) -> None:
    with app.app_context():
        alliance_id = make_alliance().id
        alliance = db.session.get_one(Alliance, alliance_id)
        meeting_id = make_meeting(alliance).id
        ids = [make_person(alliance, "王磊").id for _ in range(3)]
        for person_id in ids:
            _register(meeting_id, person_id)
    start, refused = Barrier(3), list[str]()

    def merge(keep_id: int, gone_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                merge_people(SYSTEM, alliance_id, keep_id, gone_id)
            except DomainError as error:
                refused.append(error.code)

    pairs = [(ids[0], ids[1]), (ids[1], ids[0]), (ids[1], ids[2])]
    threads = [Thread(target=merge, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        alive = db.session.scalars(
            sa.select(Registration).where(Registration.state == State.APPROVED)
        ).all()
        people = {row.id: row for row in db.session.scalars(sa.select(Person))}
        standing = [row for row in people.values() if row.merged_into_id is None]
        assert {one.person_id for one in alive} == {one.id for one in standing}
        assert len(alive) == len(standing) == len(refused)
        for row in people.values():
            if row.merged_into_id is not None:
                assert people[row.merged_into_id].merged_into_id is None


def test_which_registration_stays_is_decided_by_rule() -> None:
    assert decide_stays(Twin(1, "submitted"), Twin(2, "approved")) == (2, Stays.FURTHER)
    assert decide_stays(Twin(1, "approved"), Twin(2, "approved")) == (1, Stays.OF_KEPT)
    assert decide_stays(Twin(1, "approved"), Twin(2, "declined", True)) == (2, Stays.CAME_IN)
