"""A ballot from preparing to declaring: what freezes, who may vote, what decides."""

from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.agenda.rules import Kind
from eventapp.agenda.service import add_item
from eventapp.alliance.queries import lists_of, members_of
from eventapp.alliance.rules import ListState
from eventapp.charter.queries import adopted_edition, edition_in
from eventapp.charter.rules import EditionState
from eventapp.checkin.rules import Direction
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from eventapp.core.ledger import digest, verify
from eventapp.registration.models import Mandate
from eventapp.voting.models import Outcome, VoteHolder, VotingRecord
from eventapp.voting.queries import (
    ballot_in,
    open_ballots,
    outcome_of,
    outcomes_of,
    turnout_of,
    votes_of,
)
from eventapp.voting.rules import (
    PRESETS,
    Base,
    Bound,
    Choice,
    ElectorateSource,
    Mode,
    MotionKind,
    PaperCount,
    Result,
    Rule,
    Threshold,
)
from eventapp.voting.service import (
    annul_ballot,
    ask_annulment,
    cast_vote,
    change_ballot,
    close_ballot,
    confirm_hands,
    create_motion,
    declare_outcome,
    discard_ballot,
    enter_hands,
    open_ballot,
    prepare_ballot,
    recount_presence,
)
from tests.factories_checkin import make_person, make_registration, make_session, pass_text, scan
from tests.factories_voting import (
    by_mandate,
    cast,
    key,
    make_assembly,
    make_ballot,
    make_charter,
    make_list,
    make_mandate,
    make_open_ballot,
    make_staff,
    state_of,
    vote,
)

TWO_THIRDS = Threshold(Fraction(2, 3), Bound.AT_LEAST)
MAJORITY = Threshold(Fraction(1, 2), Bound.MORE_THAN)
OF_ALL = Rule(None, TWO_THIRDS, Base.ALL)
OF_PRESENT = Rule(None, TWO_THIRDS, Base.PRESENT)
QUORATE = Rule(TWO_THIRDS, MAJORITY, Base.PRESENT)


@pytest.mark.parametrize(
    ("inside", "said", "rule", "needed", "result"),
    [
        (9, (7, 1, 1), OF_ALL, 7, Result.PASSED),
        (9, (6, 2, 1), OF_ALL, 7, Result.FAILED),
        (9, (6, 3, 0), OF_PRESENT, 6, Result.PASSED),
        (9, (4, 3, 2), Rule(None, MAJORITY, Base.PRESENT), 5, Result.FAILED),
        (9, (4, 3, 2), Rule(None, MAJORITY, Base.VALID), 4, Result.PASSED),
        (9, (4, 3, 2), Rule(None, MAJORITY, Base.CAST), 5, Result.FAILED),
        (7, (4, 3, 0), QUORATE, 4, Result.PASSED),
        (8, (4, 4, 0), Rule(None, MAJORITY, Base.PRESENT), 5, Result.FAILED),
    ],
)
def test_the_rule_decides_on_what_was_cast(
    house: Flask,
    inside: int,
    said: tuple[int, int, int],
    rule: Rule,
    needed: int,
    result: Result,
) -> None:
    hall = make_assembly(10, inside)
    ballot = make_open_ballot(hall, rule)
    vote(hall, ballot, *said)
    outcome = close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert (outcome.entitled, outcome.present) == (10, inside)
    assert (outcome.yes, outcome.no, outcome.abstain) == said
    assert (outcome.needed, outcome.result) == (needed, result)


def test_opening_without_quorum_is_refused_and_changes_nothing(house: Flask) -> None:
    hall = make_assembly(10, 6)
    ballot = make_ballot(hall, QUORATE)
    with pytest.raises(Conflict) as refused:
        open_ballot(SYSTEM, hall.meeting_id, ballot)
    assert refused.value.code == "no_quorum"
    assert refused.value.params == {"entitled": 10, "present": 6, "needed": 7}
    assert state_of(ballot) == "draft"
    hall.enter(6)
    open_ballot(SYSTEM, hall.meeting_id, ballot)
    assert state_of(ballot) == "open"


def test_what_was_not_deliberated_opens_only_with_a_reason(house: Flask) -> None:
    hall = make_assembly(2)
    item = add_item(SYSTEM, hall.meeting_id, kind=Kind.DELIBERATION, title="还没审议")
    hall.item_id = item.id
    ballot = make_ballot(hall)
    with pytest.raises(Conflict) as refused:
        open_ballot(SYSTEM, hall.meeting_id, ballot)
    assert refused.value.code == "not_deliberated"
    open_ballot(SYSTEM, hall.meeting_id, ballot, override_reason="会前已书面审议")
    assert ballot_in(hall.meeting_id, ballot).override_reason == "会前已书面审议"


def test_opening_freezes_rule_electorate_and_definition(house: Flask) -> None:
    hall = make_assembly(3)
    ballot = make_open_ballot(hall)
    row = ballot_in(hall.meeting_id, ballot)
    assert len(row.definition) == 64
    assert (row.entitled, row.present) == (3, 3)
    with pytest.raises(Conflict):
        change_ballot(
            SYSTEM,
            hall.meeting_id,
            ballot,
            mode=Mode.NAMED,
            rule=QUORATE,
            source=ElectorateSource.ALL_MEMBERS,
        )
    with pytest.raises(Conflict):
        discard_ballot(SYSTEM, hall.meeting_id, ballot)


def test_a_second_vote_of_the_same_unit_is_counted_once(house: Flask) -> None:
    hall = make_assembly(3)
    ballot = make_open_ballot(hall)
    first = cast(hall, ballot, 0, Choice.YES)
    second = cast(hall, ballot, 0, Choice.NO)
    assert (first.changed, second.changed) == (False, True)
    assert first.code != second.code
    assert [(unit, choice) for unit, _, choice in votes_of(ballot)] == [(hall.units[0], Choice.NO)]
    assert turnout_of(ballot).cast == 1


def test_the_other_representative_is_told_who_holds_the_vote(house: Flask) -> None:
    hall = make_assembly(2)
    other = make_person(hall.alliance_id, "另一代表", hall.units[0])
    mandate = make_mandate(hall.door, hall.units[0], other)
    ballot = make_open_ballot(hall)
    cast(hall, ballot, 0)
    with pytest.raises(Conflict) as refused:
        cast_vote(
            by_mandate(mandate, hall.door.scope_id),
            hall.meeting_id,
            ballot,
            choice=Choice.NO,
            client_key=key(),
        )
    assert (refused.value.code, refused.value.params) == ("held_by_another", {"name": "代表0"})


def test_a_retry_gets_the_same_receipt_and_another_content_is_refused(house: Flask) -> None:
    hall = make_assembly(2)
    ballot = make_open_ballot(hall)
    mine = key()

    def ask(choice: Choice, place: int = 0) -> object:
        return cast_vote(hall.voter(place), hall.meeting_id, ballot, choice=choice, client_key=mine)

    first = ask(Choice.YES)
    assert ask(Choice.YES) == first
    with pytest.raises(Conflict) as refused:
        ask(Choice.NO)
    assert refused.value.code == "key_reused"
    with pytest.raises(Conflict):
        ask(Choice.YES, place=1)
    close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert ask(Choice.YES) == first
    records = db.session.scalar(sa.select(sa.func.count()).where(VotingRecord.act == "cast"))
    assert records == 1


def test_a_vote_after_closing_is_refused_with_a_sentence(house: Flask) -> None:
    hall = make_assembly(2)
    ballot = make_open_ballot(hall)
    close_ballot(SYSTEM, hall.meeting_id, ballot)
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 0)
    assert (refused.value.code, str(refused.value)) == ("ballot_closed", "表决已经结束。")
    with pytest.raises(Conflict):
        close_ballot(SYSTEM, hall.meeting_id, ballot)


def test_a_unit_that_is_not_inside_may_not_vote(house: Flask) -> None:
    hall = make_assembly(3, 2)
    ballot = make_open_ballot(hall)
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 2)
    assert refused.value.code == "not_present"


def test_a_unit_that_is_in_a_forum_and_not_in_the_hall_may_not_vote(house: Flask) -> None:
    hall = make_assembly(2)
    forum = make_session(hall.door, "分论坛A")
    ballot = make_open_ballot(hall)
    text = pass_text(hall.registrations[0])
    scan(forum, text)
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 0)
    assert refused.value.code == "not_present"
    scan(hall.door, text)
    cast(hall, ballot, 0)


def test_who_came_after_opening_votes_after_a_recount(house: Flask) -> None:
    hall = make_assembly(3, 2)
    ballot = make_open_ballot(hall, OF_PRESENT)
    hall.enter(2)
    with pytest.raises(Conflict) as refused:
        cast(hall, ballot, 2)
    assert refused.value.code == "came_after_count"
    recount_presence(SYSTEM, hall.meeting_id, ballot)
    cast(hall, ballot, 2)
    assert close_ballot(SYSTEM, hall.meeting_id, ballot).present == 3


def test_who_votes_and_leaves_stays_counted_through_a_recount(house: Flask) -> None:
    hall = make_assembly(3)
    ballot = make_open_ballot(hall, OF_PRESENT)
    cast(hall, ballot, 0)
    hall.enter(0, Direction.EXIT)
    hall.enter(1, Direction.EXIT)
    recount_presence(SYSTEM, hall.meeting_id, ballot)
    assert ballot_in(hall.meeting_id, ballot).present == 2
    outcome = close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert (outcome.present, outcome.yes) == (2, 1)


def test_a_unit_outside_the_electorate_may_not_vote(house: Flask) -> None:
    hall = make_assembly(3)
    motion = create_motion(
        SYSTEM, hall.meeting_id, kind=MotionKind.TEXT, title="事项", item_id=hall.item_id
    )
    ballot = prepare_ballot(
        SYSTEM,
        hall.meeting_id,
        motion_id=motion.id,
        mode=Mode.NAMED,
        rule=OF_ALL,
        source=ElectorateSource.BY_HAND,
        organisation_ids=hall.units[:2],
    )
    open_ballot(SYSTEM, hall.meeting_id, ballot.id)
    with pytest.raises(Forbidden) as refused:
        cast(hall, ballot.id, 2)
    assert refused.value.code == "not_in_electorate"


def test_a_proxy_votes_until_its_principal_comes(house: Flask) -> None:
    hall = make_assembly(3, 2)
    proxy = make_mandate(hall.door, hall.units[2], hall.people[0], proxy=True)
    holder = by_mandate(proxy, hall.door.scope_id)
    ballot = make_open_ballot(hall, OF_PRESENT)
    assert ballot_in(hall.meeting_id, ballot).present == 3
    receipt = cast_vote(holder, hall.meeting_id, ballot, choice=Choice.YES, client_key=key())
    assert receipt.organisation_id == hall.units[2]
    hall.enter(2)
    with pytest.raises(Conflict) as stands:
        cast(hall, ballot, 2, Choice.NO)
    assert stands.value.code == "proxy_vote_stands"
    assert close_ballot(SYSTEM, hall.meeting_id, ballot).yes == 1


def test_a_proxy_is_void_once_its_principal_is_inside(house: Flask) -> None:
    hall = make_assembly(3, 2)
    proxy = make_mandate(hall.door, hall.units[2], hall.people[0], proxy=True)
    ballot = make_open_ballot(hall)
    hall.enter(2)
    with pytest.raises(Conflict) as refused:
        cast_vote(
            by_mandate(proxy, hall.door.scope_id),
            hall.meeting_id,
            ballot,
            choice=Choice.YES,
            client_key=key(),
        )
    assert refused.value.code == "proxy_void"
    cast(hall, ballot, 2)


def test_a_proxy_whose_bearer_is_outside_speaks_for_nobody(house: Flask) -> None:
    hall = make_assembly(3, 1)
    proxy = make_mandate(hall.door, hall.units[2], hall.people[1], proxy=True)
    colleague = make_person(hall.alliance_id, "同事", hall.units[1])
    make_mandate(hall.door, hall.units[1], colleague)
    arrived = make_registration(hall.door, person_id=colleague, organisation_id=hall.units[1])
    scan(hall.door, pass_text(arrived))
    ballot = make_open_ballot(hall)
    assert ballot_in(hall.meeting_id, ballot).present == 2
    with pytest.raises(Conflict):
        cast_vote(
            by_mandate(proxy, hall.door.scope_id),
            hall.meeting_id,
            ballot,
            choice=Choice.YES,
            client_key=key(),
        )


def test_a_revoked_mandate_opens_no_booth(house: Flask) -> None:
    hall = make_assembly(2)
    ballot = make_open_ballot(hall)
    with transaction() as session:
        mandate = session.get_one(Mandate, hall.mandates[0])
        mandate.revoked_at = mandate.given_at
    with pytest.raises(NotFound):
        cast(hall, ballot, 0)


def test_declaring_a_passed_charter_puts_it_in_force_under_a_number(house: Flask) -> None:
    hall = make_assembly(3)
    edition = make_charter(hall.alliance_id)
    ballot = make_open_ballot(hall, charter_edition_id=edition)
    vote(hall, ballot, 3)
    close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert adopted_edition(hall.alliance_id) is None
    _, chair = make_staff(Role.CHAIR, hall)
    outcome = declare_outcome(chair, hall.meeting_id, ballot)
    in_force = adopted_edition(hall.alliance_id)
    assert in_force is not None
    assert in_force.basis == f"outcome:{outcome.id}:{outcome.digest}"
    (row,) = outcomes_of(hall.meeting_id)
    assert (row.resolution_number, row.declared_by_name) == (1, "周敏")
    assert row.text_digest == in_force.digest
    assert "得3票，通过" in row.sentence.render()
    with pytest.raises(Conflict):
        declare_outcome(chair, hall.meeting_id, ballot)


def test_a_failed_charter_is_rejected_and_takes_no_number(house: Flask) -> None:
    hall = make_assembly(3)
    _, chair = make_staff(Role.CHAIR, hall)
    edition = make_charter(hall.alliance_id)
    ballot = make_open_ballot(hall, charter_edition_id=edition)
    vote(hall, ballot, 1, 2)
    close_ballot(SYSTEM, hall.meeting_id, ballot)
    declare_outcome(chair, hall.meeting_id, ballot)
    assert edition_in(hall.alliance_id, edition).state is EditionState.REJECTED
    passed = make_open_ballot(hall)
    vote(hall, passed, 3)
    close_ballot(SYSTEM, hall.meeting_id, passed)
    declare_outcome(chair, hall.meeting_id, passed)
    numbers = [row.resolution_number for row in outcomes_of(hall.meeting_id)]
    assert numbers == [None, 1]


def test_before_a_charter_the_meeting_adopts_its_own_procedure_and_makes_its_council(
    house: Flask,
) -> None:
    hall = make_assembly(6, 5, seated=False)
    _, chair = make_staff(Role.CHAIR, hall)
    _, teller = make_staff(Role.TELLER, hall)
    _, second = make_staff(Role.TELLER, hall)
    proposed, edition = make_list(hall), make_charter(hall.alliance_id)

    def prepare(kind: MotionKind, mode: Mode, rule: Rule, **what: Any) -> int:
        motion = create_motion(
            SYSTEM, hall.meeting_id, kind=kind, title=str(kind), item_id=hall.item_id, **what
        )
        ballot = prepare_ballot(
            SYSTEM,
            hall.meeting_id,
            motion_id=motion.id,
            mode=mode,
            rule=rule,
            source=ElectorateSource.PROPOSED_LIST,
            list_edition_id=proposed,
        )
        ballot_id = ballot.id
        open_ballot(chair, hall.meeting_id, ballot_id)
        return ballot_id

    procedure = prepare(MotionKind.PROCEDURE, Mode.SHOW_OF_HANDS, PRESETS["procedure"].rule)
    enter_hands(teller, hall.meeting_id, procedure, yes=5, no=0, abstain=0)
    confirm_hands(second, hall.meeting_id, procedure)
    close_ballot(chair, hall.meeting_id, procedure)
    declare_outcome(chair, hall.meeting_id, procedure)

    charter = prepare(MotionKind.CHARTER, Mode.NAMED, OF_ALL, charter_edition_id=edition)
    vote(hall, charter, 4, 1)
    close_ballot(chair, hall.meeting_id, charter)
    declare_outcome(chair, hall.meeting_id, charter)

    council = prepare(MotionKind.LIST, Mode.NAMED, OF_ALL, list_edition_id=proposed)
    vote(hall, council, 5)
    close_ballot(chair, hall.meeting_id, council)
    assert all(row.seat_id is None for row in members_of(hall.alliance_id))
    declare_outcome(chair, hall.meeting_id, council)

    assert all(row.seat_id and row.votes_in_council for row in members_of(hall.alliance_id))
    assert adopted_edition(hall.alliance_id) is not None
    assert lists_of(hall.alliance_id)[0].editions[0].state is ListState.ADOPTED
    assert [row.resolution_number for row in outcomes_of(hall.meeting_id)] == [1, 2, 3]
    assert list(verify(VotingRecord)) == []


def test_hands_need_two_different_persons_before_closing(house: Flask) -> None:
    hall = make_assembly(5, 4)
    _, one = make_staff(Role.TELLER, hall)
    _, two = make_staff(Role.TELLER, hall)
    ballot = make_open_ballot(hall, mode=Mode.SHOW_OF_HANDS)
    with pytest.raises(Invalid):
        enter_hands(one, hall.meeting_id, ballot, yes=5, no=0, abstain=0)
    enter_hands(one, hall.meeting_id, ballot, yes=4, no=0, abstain=0)
    with pytest.raises(Conflict) as refused:
        close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert refused.value.code == "count_not_confirmed"
    with pytest.raises(Forbidden):
        confirm_hands(one, hall.meeting_id, ballot)
    confirm_hands(two, hall.meeting_id, ballot)
    enter_hands(one, hall.meeting_id, ballot, yes=3, no=1, abstain=0)
    with pytest.raises(Conflict):
        close_ballot(SYSTEM, hall.meeting_id, ballot)
    confirm_hands(two, hall.meeting_id, ballot)
    outcome = close_ballot(SYSTEM, hall.meeting_id, ballot)
    assert (outcome.yes, outcome.no, outcome.result) == (3, 1, Result.FAILED)
    with pytest.raises(Conflict):
        cast(hall, ballot, 0)


def test_a_paper_too_many_voids_the_ballot(house: Flask) -> None:
    hall = make_assembly(4)
    _, one = make_staff(Role.TELLER, hall)
    _, two = make_staff(Role.TELLER, hall)
    ballot = make_open_ballot(hall, mode=Mode.PAPER)
    with pytest.raises(Conflict):
        enter_hands(one, hall.meeting_id, ballot, yes=4, no=0, abstain=0)
    papers = PaperCount(issued=4, returned=5)
    enter_hands(one, hall.meeting_id, ballot, yes=0, no=0, abstain=0, papers=papers)
    confirm_hands(two, hall.meeting_id, ballot)
    close_ballot(SYSTEM, hall.meeting_id, ballot)
    row = outcome_of(hall.meeting_id, ballot)
    assert row is not None
    assert row.result is Result.VOID
    assert "表决无效" in row.sentence.render()


def test_annulling_needs_a_reason_and_another_person_and_deletes_nothing(house: Flask) -> None:
    hall = make_assembly(3)
    _, one = make_staff(Role.CHAIR, hall)
    _, two = make_staff(Role.ORGANISER, hall)
    ballot = make_open_ballot(hall)
    vote(hall, ballot, 2)
    with pytest.raises(Conflict):
        annul_ballot(two, hall.meeting_id, ballot)
    with pytest.raises(Invalid):
        ask_annulment(one, hall.meeting_id, ballot, reason=" ")
    ask_annulment(one, hall.meeting_id, ballot, reason="题目有误")
    with pytest.raises(Forbidden):
        annul_ballot(one, hall.meeting_id, ballot)
    assert state_of(ballot) == "open"
    annul_ballot(two, hall.meeting_id, ballot)
    assert len(votes_of(ballot)) == 2
    row = ballot_in(hall.meeting_id, ballot)
    again = prepare_ballot(
        SYSTEM,
        hall.meeting_id,
        motion_id=row.motion_id,
        mode=row.mode,
        rule=row.rule,
        source=row.source,
        repeats_id=ballot,
    )
    open_ballot(SYSTEM, hall.meeting_id, again.id)
    assert [row.repeats_id for row in open_ballots(hall.meeting_id)] == [ballot]


def test_a_motion_is_put_once_unless_annulled(house: Flask) -> None:
    hall = make_assembly(2)
    ballot = make_open_ballot(hall)
    row = ballot_in(hall.meeting_id, ballot)
    with pytest.raises(Conflict):
        prepare_ballot(
            SYSTEM,
            hall.meeting_id,
            motion_id=row.motion_id,
            mode=row.mode,
            rule=row.rule,
            source=row.source,
            repeats_id=ballot,
        )
    second = prepare_ballot(
        SYSTEM,
        hall.meeting_id,
        motion_id=row.motion_id,
        mode=row.mode,
        rule=row.rule,
        source=row.source,
    )
    with pytest.raises(Conflict) as refused:
        open_ballot(SYSTEM, hall.meeting_id, second.id)
    assert refused.value.code == "motion_taken"


def test_a_draft_of_a_charter_cannot_be_put_to_the_vote(house: Flask) -> None:
    hall = make_assembly(2)
    edition = make_charter(hall.alliance_id)
    with pytest.raises(NotFound):
        create_motion(
            SYSTEM,
            make_assembly(1).meeting_id,
            kind=MotionKind.CHARTER,
            title="别家的章程",
            charter_edition_id=edition,
        )


def test_the_outcome_names_the_head_of_the_chain(house: Flask) -> None:
    hall = make_assembly(2)
    ballot = make_open_ballot(hall)
    vote(hall, ballot, 2)
    outcome = close_ballot(SYSTEM, hall.meeting_id, ballot)
    last = db.session.scalars(sa.select(VotingRecord).order_by(VotingRecord.seq.desc())).first()
    assert last is not None
    assert (last.act, last.hash) == ("closed", outcome.record_hash)
    assert digest({"x": 1}) != outcome.digest
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outcome)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(VoteHolder)) == 2


def test_another_meeting_has_no_such_ballot(house: Flask) -> None:
    hall, other = make_assembly(2), make_assembly(1)
    ballot = make_open_ballot(hall)
    with pytest.raises(NotFound):
        close_ballot(SYSTEM, other.meeting_id, ballot)
    with pytest.raises(NotFound):
        ballot_in(other.meeting_id, ballot)
    with pytest.raises(NotFound):
        cast_vote(other.voter(0), hall.meeting_id, ballot, choice=Choice.YES, client_key=key())
