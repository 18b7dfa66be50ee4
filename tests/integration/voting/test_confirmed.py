"""Who may vote after a roll-call, and that a kiosk alone lets no unit vote."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.service import link_token, open_link
from eventapp.checkin.rules import Method
from eventapp.checkin.service import (
    confirm_roll_call,
    finish_calling,
    note_answer,
    open_roll_call,
    record_scan,
)
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Conflict
from eventapp.minutes.queries import facts_of
from eventapp.registration.service import representative_link
from eventapp.voting.queries import ballot_in, roll_call_behind
from eventapp.voting.service import close_ballot, declare_outcome, recount_presence
from tests.factories import put_token
from tests.factories_checkin import pass_text
from tests.factories_voting import (
    Assembly,
    cast,
    make_assembly,
    make_open_ballot,
    make_staff,
    vote,
)


def roll_call(hall: Assembly, *present: int) -> None:
    """Call everybody; those in these places answer; another person confirms."""
    _, caller = make_staff(Role.ORGANISER, hall)
    _, second = make_staff(Role.CHAIR, hall)
    named = [(unit, f"单位{place}") for place, unit in enumerate(hall.units)]
    call = open_roll_call(caller, hall.meeting_id, named).id
    for place, unit in enumerate(hall.units):
        who = hall.registrations[place] if place in present else None
        note_answer(
            caller, hall.meeting_id, call, unit, present=who is not None, registration_id=who
        )
    finish_calling(caller, hall.meeting_id, call)
    confirm_roll_call(second, hall.meeting_id, call)


def kiosk(hall: Assembly, place: int) -> None:
    record_scan(
        hall.door.supervisor,
        hall.meeting_id,
        gate_id=hall.door.gate_id,
        scan_id=f"at-the-kiosk-{place}",
        text=pass_text(hall.registrations[place]),
        method=Method.KIOSK,
        claimed_at=clock.now(),
    )


@pytest.mark.usefixtures("house")
def test_a_council_without_a_door_votes_by_its_roll_call() -> None:
    hall = make_assembly(4, 0)
    roll_call(hall, 0, 1, 2)
    ballot = make_open_ballot(hall)
    row = ballot_in(hall.meeting_id, ballot)
    assert (row.entitled, row.present) == (4, 3)
    vote(hall, ballot, yes=3)
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 3)
    assert refused.value.code == "not_present"


@pytest.mark.usefixtures("house")
def test_who_did_not_answer_may_not_vote_though_scanned_until_staff_sees_them() -> None:
    hall = make_assembly(3)
    roll_call(hall, 0, 1)
    ballot = make_open_ballot(hall)
    assert ballot_in(hall.meeting_id, ballot).present == 2
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 2)
    assert refused.value.code == "not_confirmed"
    hall.enter(2)
    with pytest.raises(Conflict) as late:
        cast(hall, ballot, 2)
    assert late.value.code == "came_after_count"
    recount_presence(SYSTEM, hall.meeting_id, ballot)
    cast(hall, ballot, 2)


@pytest.mark.usefixtures("house")
def test_a_unit_whose_delegate_came_by_the_kiosk_does_not_count_and_is_told_why() -> None:
    hall = make_assembly(3, 2)
    kiosk(hall, 2)
    ballot = make_open_ballot(hall)
    assert ballot_in(hall.meeting_id, ballot).present == 2
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 2)
    assert refused.value.code == "not_confirmed"
    assert "有人值守" in refused.value.message


def test_the_voters_page_says_that_somebody_has_to_see_them(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        hall = make_assembly(2, 1)
        kiosk(hall, 1)
        for place in (0, 1):
            link = representative_link(SYSTEM, hall.mandates[place])
            if place == 1:
                put_token(
                    client, f"representative:{link.id}", open_link(link_token(link), link.code)
                )
    assert "还没有经工作人员确认" in client.get(f"/m/{hall.door.slug}/vote").text
    with app.app_context():
        hall.enter(1)
    assert "还没有经工作人员确认" not in client.get(f"/m/{hall.door.slug}/vote").text


@pytest.mark.usefixtures("house")
def test_the_count_names_the_roll_call_before_its_head_and_minutes_cite_it() -> None:
    hall = make_assembly(3)
    before = make_open_ballot(hall)
    rule = ballot_in(hall.meeting_id, before).rule
    roll_call(hall, 0, 1, 2)
    assert roll_call_behind(hall.meeting_id, before, rule) is None
    vote(hall, before, yes=3)
    recount_presence(SYSTEM, hall.meeting_id, before)
    found = roll_call_behind(hall.meeting_id, before, rule)
    assert found is not None
    close_ballot(SYSTEM, hall.meeting_id, before)
    declare_outcome(make_staff(Role.CHAIR, hall)[1], hall.meeting_id, before)
    (noted,) = facts_of(hall.meeting_id).votes
    assert noted.roll_called_at == found.at.isoformat()
