"""A unit's people: registered whole or not at all, and replaced one by another."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, DomainError, Invalid
from eventapp.registration.models import Mandate, Pass, Registration
from eventapp.registration.queries import counts_of, registration_in
from eventapp.registration.rules import Category, State
from eventapp.registration.service import give_mandate, set_liaison
from eventapp.registration.service.bulk import decide_many, undo_many
from eventapp.registration.service.enrolment import GroupRefused
from eventapp.registration.service.groups import Entry, register_group, substitute_delegate
from tests.factories_registration import make_meeting, make_registration, make_unit

SEATS = 20


def _group(start: int, size: int) -> list[Entry]:
    return [Entry(f"代表{start + n}", f"139{start + n:08d}") for n in range(size)]


def test_a_group_is_taken_whole_or_not_at_all(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    delegation = set_liaison(SYSTEM, meeting.id, unit, quota=5)
    assert len(register_group(SYSTEM, meeting.id, delegation.id, _group(0, 4))) == 4
    with pytest.raises(GroupRefused, match="还能再报 1 人，这次要报 2 人"):
        register_group(SYSTEM, meeting.id, delegation.id, _group(10, 2))
    assert counts_of(meeting.id)["total"] == 4
    assert register_group(SYSTEM, meeting.id, delegation.id, _group(20, 1))[0].state == "approved"


def test_a_refusal_names_its_row_and_takes_nobody(house: Flask):
    meeting = make_meeting()
    delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id))
    for bad, kind in (
        (Entry("", "13900000077"), Invalid),
        (Entry("李娜", "12"), Invalid),
        (Entry("不同名", "13900000000"), Conflict),
    ):
        with pytest.raises(kind) as refused:
            register_group(SYSTEM, meeting.id, delegation.id, [*_group(0, 2), bad])
        assert refused.value.row == 2
    assert counts_of(meeting.id)["total"] == 0


def test_groups_racing_with_substitutions_never_pass_the_places(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    delegation = set_liaison(SYSTEM, meeting.id, unit, quota=SEATS)
    first = register_group(SYSTEM, meeting.id, delegation.id, _group(0, 5))
    meeting_id, delegation_id = meeting.id, delegation.id
    db.session.remove()

    def work(number: int) -> int:
        with house.app_context():
            try:
                if number < len(first):
                    one = first[number].registration_id
                    entry = Entry(f"替补{number}", f"137{number:08d}")
                    substitute_delegate(SYSTEM, meeting_id, one, entry)
                    return 0
                group = _group(100 * number, 1 + number % 10)
                return len(register_group(SYSTEM, meeting_id, delegation_id, group))
            except GroupRefused:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(work, range(40)))
    counts = counts_of(meeting_id)
    assert counts["states"][State.APPROVED] == 5 + sum(taken) <= SEATS
    assert counts["states"][State.REPLACED] == 5
    assert counts["states"][State.WAITLISTED] == 0


def test_who_comes_instead_gets_place_and_mandate_and_the_old_pass_is_dead(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    old = make_registration(meeting, "王磊", organisation_id=unit)
    old_id, person_id = old.id, old.person_id
    give_mandate(SYSTEM, meeting.id, organisation_id=unit, person_id=person_id)
    before = db.session.get_one(Pass, old_id).code
    new = substitute_delegate(SYSTEM, meeting.id, old_id, Entry("李娜", "13911100009"))
    assert registration_in(meeting.id, old_id).state is State.REPLACED
    assert db.session.get_one(Pass, old_id, populate_existing=True).code != before
    link = link_of(meeting.scope_id, Role.DELEGATE, old_id)
    assert link is not None
    assert link.revoked_at is not None
    row = registration_in(meeting.id, new.registration_id)
    assert (row.name, row.category, row.state) == ("李娜", Category.DELEGATE, State.APPROVED)
    assert db.session.get_one(Registration, new.registration_id).replaces_id == old_id
    holders = db.session.scalars(sa.select(Mandate.person_id).where(Mandate.revoked_at.is_(None)))
    assert list(holders) == [new.person_id]


def test_many_are_decided_together_and_put_back_together(house: Flask):
    meeting = make_meeting()
    ids = [make_registration(meeting, f"代表{n}").id for n in range(3)]
    with pytest.raises(DomainError) as refused:
        decide_many(SYSTEM, meeting.id, ids, State.APPROVED)
    assert refused.value.row == 0
    act = decide_many(SYSTEM, meeting.id, ids, State.CANCELLED, reason="会议改期")
    assert counts_of(meeting.id)["states"][State.CANCELLED] == 3
    assert undo_many(SYSTEM, meeting.id, act.id) == 3
    assert {registration_in(meeting.id, one).state for one in ids} == {State.APPROVED}
    with pytest.raises(Conflict, match="已经撤销"):
        undo_many(SYSTEM, meeting.id, act.id)
