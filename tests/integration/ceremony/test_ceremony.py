"""Ceremonies: agreements become ready and are signed, plaques and plates are done."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import findings_of
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn
from eventapp.ceremony.queries import agreement_in, agreements_of
from eventapp.ceremony.rules import AgreementState
from eventapp.ceremony.service import (
    add_agreement,
    change_agreement,
    mark_signed,
    set_draft,
    set_ready,
    withdraw_agreement,
)
from eventapp.core.access import SYSTEM
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.meetings.queries import rooms_of
from tests.factories_agenda import make_agreement, make_item, make_unit_in
from tests.factories_alliance import START, make_alliance, make_meeting, make_person, make_unit

pytestmark = pytest.mark.usefixtures("house")


def signing(n=2, **more):
    meeting = make_meeting(make_alliance())
    item = make_item(meeting, "签约仪式", kind=Kind.SIGNING)
    return meeting, item, make_agreement(meeting, item, n, **more)


def test_four_parties_are_called_by_the_heavenly_stems():
    meeting, _, agreement = signing(4)
    row = agreement_in(meeting.id, agreement.id)
    assert [party.role for party in row.parties] == ["甲方", "乙方", "丙方", "丁方"]
    assert row.copies == 4
    assert row.problems == []


def test_a_ready_agreement_is_signed():
    meeting, _, agreement = signing()
    meeting_id, agreement_id = meeting.id, agreement.id
    with pytest.raises(Conflict):
        mark_signed(SYSTEM, meeting_id, agreement_id)
    set_ready(SYSTEM, meeting_id, agreement_id)
    mark_signed(SYSTEM, meeting_id, agreement_id)
    row = agreement_in(meeting_id, agreement_id)
    assert row.state == AgreementState.SIGNED
    assert row.signed_at is not None
    with pytest.raises(Conflict):
        withdraw_agreement(SYSTEM, meeting_id, agreement_id)


def test_everything_that_an_agreement_lacks_is_listed():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    unit = make_unit_in(meeting.alliance_id)
    parties = [(unit, None, "", ""), (unit, None, "李敏", "经理")]
    agreement = add_agreement(
        SYSTEM, meeting.id, item_id=item.id, title="协议", parties=parties, copies=1
    )
    row = agreement_in(meeting.id, agreement.id)
    codes = [problem.code for problem in row.problems]
    assert codes == ["party_twice", "no_signatory", "too_few_copies"]
    with pytest.raises(Conflict) as refused:
        set_ready(SYSTEM, meeting.id, agreement.id)
    assert refused.value.code == "party_twice"


def test_unchecked_papers_keep_an_agreement_from_being_ready():
    meeting, _, agreement = signing()
    with pytest.raises(Conflict) as refused:
        set_ready(SYSTEM, meeting.id, agreement.id, papers_checked=False)
    assert refused.value.code == "papers_unchecked"


def test_a_ready_agreement_is_changed_only_as_a_draft():
    meeting, _, agreement = signing()
    meeting_id, agreement_id = meeting.id, agreement.id
    parties = [
        (p.organisation_id, None, "新代表", "")
        for p in agreement_in(meeting_id, agreement_id).parties
    ]
    set_ready(SYSTEM, meeting_id, agreement_id)
    with pytest.raises(Conflict):
        change_agreement(SYSTEM, meeting_id, agreement_id, title="改", parties=parties, copies=2)
    set_draft(SYSTEM, meeting_id, agreement_id)
    change_agreement(SYSTEM, meeting_id, agreement_id, title="改", parties=parties, copies=2)
    row = agreement_in(meeting_id, agreement_id)
    assert row.title == "改"
    assert {party.signatory_name for party in row.parties} == {"新代表"}


@pytest.mark.parametrize("n", [0, 1, 21])
def test_an_agreement_has_two_to_twenty_parties(n):
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    parties = [(1, None, "", "")] * n
    with pytest.raises(Invalid):
        add_agreement(SYSTEM, meeting.id, item_id=item.id, title="协议", parties=parties)


def busy_signatory():
    """Let somebody sign in one room while speaking in another."""
    alliance = make_alliance()
    meeting = make_meeting(alliance, rooms=("报告厅", "签约厅"))
    hall, side = [room.id for room in rooms_of(meeting.id)]
    unit, other = make_unit(alliance), make_unit(alliance)
    person = make_person(alliance, "王磊", unit)
    make_item(
        meeting, "主旨报告", room_id=hall, people=[PersonIn("speaker", "王磊", "", person.id)]
    )
    five_past = START + timedelta(minutes=5)
    item = make_item(meeting, "签约仪式", kind=Kind.SIGNING, room_id=side, fixed_at=five_past)
    parties = [
        (unit.organisation_id, person.id, "", "院长"),
        (other.organisation_id, None, "李敏", "经理"),
    ]
    agreement = add_agreement(SYSTEM, meeting.id, item_id=item.id, title="协议", parties=parties)
    return meeting, agreement


def test_a_signatory_who_speaks_elsewhere_is_found():
    meeting, _ = busy_signatory()
    (finding,) = findings_of(meeting.id)
    assert finding.code == "person_twice"
    assert finding.params["who"] == "王磊"


def test_a_withdrawn_agreement_sets_its_signatories_free():
    meeting, agreement = busy_signatory()
    withdraw_agreement(SYSTEM, meeting.id, agreement.id)
    assert findings_of(meeting.id) == []
    assert agreement_in(meeting.id, agreement.id).state == AgreementState.WITHDRAWN


def test_a_signatory_of_another_alliance_is_refused():
    meeting = make_meeting(make_alliance())
    item = make_item(meeting)
    stranger = make_person(make_alliance())
    units = [make_unit_in(meeting.alliance_id) for _ in range(2)]
    parties = [(units[0], stranger.id, "", ""), (units[1], None, "李敏", "")]
    meeting_id, item_id = meeting.id, item.id
    with pytest.raises(Invalid):
        add_agreement(SYSTEM, meeting_id, item_id=item_id, title="协议", parties=parties)
    assert agreements_of(meeting_id) == []


def test_an_agreement_of_another_meeting_does_not_exist():
    _, _, agreement = signing()
    other = make_meeting(make_alliance())
    with pytest.raises(NotFound):
        mark_signed(SYSTEM, other.id, agreement.id)
