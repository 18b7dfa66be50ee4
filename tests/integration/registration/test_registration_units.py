"""A unit's leave, its proxy with a paper, and its liaison's link."""

from datetime import timedelta

import pytest
from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_by_token, link_token, open_link
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.registration.queries import leaves_of, mandates_of
from eventapp.registration.service import (
    give_mandate,
    note_leave,
    renew_liaison_link,
    revoke_liaison_link,
    set_liaison,
    withdraw_leave,
)
from tests.factories_registration import make_meeting, make_person, make_unit

PDF = b"%PDF-1.7\nproxy"


def test_a_leave_is_noted_once_and_can_be_withdrawn_and_noted_again(house: Flask):
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id)
    other = note_leave(SYSTEM, meeting.id, organisation_id=make_unit(meeting.alliance_id))
    leave = note_leave(SYSTEM, meeting.id, organisation_id=unit, reason="出差")
    with pytest.raises(Conflict):
        note_leave(SYSTEM, meeting.id, organisation_id=unit)
    withdraw_leave(SYSTEM, meeting.id, leave.id)
    withdraw_leave(SYSTEM, meeting.id, leave.id)
    assert [one.id for one in leaves_of(meeting.id)] == [other.id]
    note_leave(SYSTEM, meeting.id, organisation_id=unit)
    assert len(leaves_of(meeting.id)) == 2


def test_a_leave_of_another_meeting_cannot_be_withdrawn_here(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    unit = make_unit(elsewhere.alliance_id)
    leave = note_leave(SYSTEM, elsewhere.id, organisation_id=unit)
    with pytest.raises(NotFound):
        withdraw_leave(SYSTEM, meeting.id, leave.id)
    assert len(leaves_of(elsewhere.id)) == 1


def test_a_proxys_paper_is_kept_as_it_came(house: Flask):
    meeting = make_meeting()
    unit, person = make_unit(meeting.alliance_id), make_person(meeting.alliance_id)
    give_mandate(
        SYSTEM,
        meeting.id,
        organisation_id=unit,
        person_id=person.id,
        proxy=True,
        paper=("委托书.PDF", PDF),
    )
    (row,) = mandates_of(meeting.id)
    assert row.document_name == "委托书.pdf"
    assert files.read(row.document_digest) == PDF


def test_a_paper_that_is_none_leaves_no_mandate(house: Flask):
    meeting = make_meeting()
    unit, person = make_unit(meeting.alliance_id), make_person(meeting.alliance_id)
    with pytest.raises(Invalid):
        give_mandate(
            SYSTEM,
            meeting.id,
            organisation_id=unit,
            person_id=person.id,
            proxy=True,
            paper=("委托书.pdf", b"MZ"),
        )
    assert mandates_of(meeting.id) == []


def _liaison(meeting, delegation_id: int):
    link = link_of(meeting.scope_id, Role.LIAISON, delegation_id)
    assert link is not None
    return link


def test_an_expired_liaisons_link_lives_again_when_renewed_and_the_old_text_does_not(house: Flask):
    meeting = make_meeting()
    unit = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id)).id
    old = link_token(_liaison(meeting, unit))
    open_link(old)
    with clock.fixed(meeting.ends_at + timedelta(days=31)):
        with pytest.raises(NotFound):
            link_by_token(old)
        renew_liaison_link(SYSTEM, meeting.id, unit)
        assert link_by_token(link_token(_liaison(meeting, unit))).subject_id == unit
        with pytest.raises(NotFound):
            link_by_token(old)


def test_a_revoked_liaisons_link_opens_nothing_and_a_foreign_one_is_not_found(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    unit = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id)).id
    with pytest.raises(NotFound):
        revoke_liaison_link(SYSTEM, elsewhere.id, unit)
    token = link_token(_liaison(meeting, unit))
    assert link_by_token(token).subject_id == unit
    revoke_liaison_link(SYSTEM, meeting.id, unit)
    with pytest.raises(NotFound):
        link_by_token(token)
