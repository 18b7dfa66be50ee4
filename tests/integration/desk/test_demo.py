"""The demo, loaded by its own verbs, holds what the programme says: asked of queries alone."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.queries import staff_of, user_by_email
from eventapp.agenda.queries import items_of, latest_edition
from eventapp.agenda.rules import ItemState
from eventapp.alliance.queries import all_alliances, lists_of, members_of, people_of
from eventapp.alliance.rules import ListState
from eventapp.ceremony.queries import agreements_of, plaques_of, unveilings_of
from eventapp.ceremony.rules import ActState, AgreementState
from eventapp.charter.queries import adopted_edition, clauses_of, editions_of
from eventapp.charter.rules import ClauseKind, EditionState
from eventapp.checkin.models import Scan
from eventapp.checkin.queries import arrivals_of, units_inside
from eventapp.core import clock, installation
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict
from eventapp.core.ledger import AuditEntry, verify
from eventapp.core.scope import ROOT
from eventapp.desk.rules import load_programme
from eventapp.desk.service import load_demo
from eventapp.meetings.queries import meeting_by_slug
from eventapp.meetings.rules import State as MeetingState
from eventapp.minutes.models import Minutes, MinutesEdition
from eventapp.registration.queries import leaves_of, mandates_of, registrations_of
from eventapp.registration.rules import Category
from eventapp.registration.rules import State as RegistrationState
from eventapp.voting.models import VotingRecord
from eventapp.voting.queries import outcomes_of, votes_of
from eventapp.voting.rules import Choice, Mode, Result

PREPARATORY, FOUNDING = "preparatory-2024", "founding-2024"


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def morning(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The demo without a named stage, loaded once for all that only look at it."""
    house = request.getfixturevalue(f"_{request.param}")
    house.reset()
    with house.app.app_context():
        clock.set_offset(clock.offset() * 0)
        load_demo("not-a-hash")
    yield house.app
    clock.set_offset(clock.offset() * 0)


@pytest.fixture
def demo(morning: Flask) -> Iterator[Flask]:
    """The same, inside an application context of the test's own."""
    with morning.app_context():
        installation.refresh(force=True)
        yield morning


def _alliance_id() -> int:
    ((_slug, alliance),) = all_alliances()
    return alliance.id


def _meeting_id(slug: str) -> int:
    return meeting_by_slug(slug).id


def test_the_alliance_has_84_units_of_which_80_sit_in_council(demo: Flask):
    members = members_of(_alliance_id())
    assert len(members) == 84
    seats = Counter(member.seat_key for member in members)
    assert seats == Counter(unit.seat for unit in load_programme().units)
    assert sum(member.votes_in_council for member in members) == 80
    leads = {member.lead_ordinal: member.name for member in members if member.lead_ordinal}
    said = load_programme().alliance.lead_units
    assert [leads.get(place) for place in range(1, len(said) + 1)] == [
        name if name in {member.name for member in members} else None for name in said
    ]


def test_169_people_are_registered_for_the_founding_meeting_as_the_programme_says(demo: Flask):
    assert len(people_of(_alliance_id())) == 169
    rows = registrations_of(_meeting_id(FOUNDING))
    assert len(rows) == 169
    assert {row.state for row in rows} == {RegistrationState.APPROVED}
    assert Counter(row.category for row in rows) == {
        Category.DELEGATE: 132,
        Category.STAFF: 15,
        Category.OBSERVER: 8,
        Category.PRESS: 8,
        Category.GUEST: 4,
        Category.LEADER: 2,
    }
    assert sum(not row.phone for row in rows) == 6
    assert all(row.code for row in rows)


def test_each_listed_unit_sends_one_representative_to_both_meetings(demo: Flask):
    listed = {unit.name for unit in load_programme().listed_units}
    for slug in (PREPARATORY, FOUNDING):
        mandates = mandates_of(_meeting_id(slug))
        assert len(mandates) == 80
        assert {mandate.organisation for mandate in mandates} == listed
        assert all(mandate.registration_id for mandate in mandates)
        assert len(leaves_of(_meeting_id(slug))) == 3
    assert len(registrations_of(_meeting_id(PREPARATORY))) == 80


def test_72_units_were_at_the_preparatory_meeting_and_141_people_are_in_at_half_past_eight(
    demo: Flask,
):
    assert len(units_inside(_meeting_id(PREPARATORY)).units) == 72
    arrivals = arrivals_of(_meeting_id(FOUNDING))
    assert len(arrivals) == 141
    until = load_programme().stage("voted").clock_at
    assert {row.name for row in arrivals} == {
        person.name for person in load_programme().founding_arrivals(until)
    }
    assert len({row.gate for row in arrivals}) == 2


def test_three_ballots_are_declared_with_the_counts_of_the_programme(demo: Flask):
    outcomes = outcomes_of(_meeting_id(PREPARATORY))
    assert [(row.mode, row.entitled, row.present) for row in outcomes] == [
        (Mode.SHOW_OF_HANDS, 80, 72),
        (Mode.NAMED, 80, 72),
        (Mode.PAPER, 80, 72),
    ]
    assert [(row.yes, row.no, row.abstain, row.needed) for row in outcomes] == [
        (72, 0, 0, 37),
        (71, 0, 1, 54),
        (70, 0, 2, 54),
    ]
    assert {row.result for row in outcomes} == {Result.PASSED}
    assert all(row.resolution_number for row in outcomes)
    assert all(row.declared_at is not None for row in outcomes)


def test_the_named_ballot_says_who_abstained(demo: Flask):
    charter = outcomes_of(_meeting_id(PREPARATORY))[1]
    votes = votes_of(charter.ballot_id)
    assert len(votes) == 72
    abstained = [name for _id, name, choice in votes if choice == Choice.ABSTAIN]
    assert abstained == ["汐城石音装备制造有限公司"]


def test_the_charter_is_in_force_and_the_list_made_the_council(demo: Flask):
    alliance_id = _alliance_id()
    edition = adopted_edition(alliance_id)
    assert edition is not None
    assert edition.state is EditionState.ADOPTED
    assert edition.basis.startswith("outcome:")
    clauses = Counter(clause.kind for clause in clauses_of(edition.id))
    assert clauses[ClauseKind.CHAPTER] == 6
    assert clauses[ClauseKind.ARTICLE] == 31
    ((listed,),) = [row.editions for row in lists_of(alliance_id)]
    assert listed.state is ListState.ADOPTED
    assert listed.entries == 80


def test_the_preparatory_meeting_ran_as_the_programme_says_and_the_other_waits(demo: Flask):
    programme = load_programme()
    assert meeting_by_slug(PREPARATORY).state is MeetingState.ADJOURNED
    ran = items_of(_meeting_id(PREPARATORY))
    assert [(item.started_at, item.ended_at) for item in ran] == [
        (item.began_at, item.ended_at) for item in programme.preparatory.items
    ]
    assert meeting_by_slug(FOUNDING).state is MeetingState.REGISTRATION_OPEN
    waiting = items_of(_meeting_id(FOUNDING))
    assert [item.title for item in waiting] == [item.title for item in programme.founding.items]
    assert {item.state for item in waiting} == {ItemState.PLANNED}
    assert [item.people[0].name for item in waiting[:5]] == [
        item.speaker for item in programme.founding.items[:5]
    ]
    assert latest_edition(_meeting_id(FOUNDING)) is not None


def test_agreements_plaques_and_plates_are_prepared(demo: Flask):
    founding, programme = _meeting_id(FOUNDING), load_programme()
    agreements = agreements_of(founding)
    assert [row.title for row in agreements] == [one.title for one in programme.agreements]
    assert {row.state for row in agreements} == {AgreementState.READY}
    assert [[party.name for party in row.parties] for row in agreements] == [
        list(one.parties) for one in programme.agreements
    ]
    assert len(plaques_of(founding)) == len(programme.plaque_units)
    assert [row.plate for row in unveilings_of(founding)] == list(programme.plates)


def test_the_preparatory_minutes_are_released_by_three_different_people(demo: Flask):
    (minutes,) = db.session.scalars(sa.select(Minutes))
    assert minutes.meeting_id == _meeting_id(PREPARATORY)
    assert len({minutes.drafter_id, minutes.checker_id, minutes.signer_id}) == 3
    assert '"demo":true' in minutes.frozen
    (edition,) = db.session.scalars(sa.select(MinutesEdition))
    assert (edition.year, edition.number) == (2024, 1)


def test_records_carry_the_hours_of_the_programme_and_their_chains_hold(demo: Flask):
    at = [*db.session.scalars(sa.select(AuditEntry.at))]
    assert {moment.year for moment in at} == {2024}
    assert max(at) <= load_programme().stage("voted").clock_at
    scans = set(db.session.scalars(sa.select(Scan.received_at)))
    assert scans <= {
        moment
        for person in (*load_programme().delegates, *load_programme().guests)
        for moment in (getattr(person, "preparatory_at", None), person.founding_at)
    }
    for kind in (AuditEntry, Scan, VotingRecord):
        assert list(verify(kind)) == []


def test_the_clock_stands_at_half_past_eight_and_all_is_marked_as_demo(demo: Flask):
    assert installation.is_demo()
    stands_at = datetime(2024, 1, 19, 0, 30, tzinfo=UTC)
    assert stands_at <= clock.now() < stands_at.replace(minute=45)


def test_nine_accounts_hold_their_roles(demo: Flask):
    ((_slug, alliance),) = all_alliances()
    rows = {row.email: (row.role, row.scope_id) for row in staff_of((ROOT, alliance.scope_id))}
    assert rows.pop("admin@demo.example") == (Role.ADMINISTRATOR, ROOT)
    assert {email.split("@")[0]: role for email, (role, _scope) in rows.items()} == {
        "organiser": Role.ORGANISER,
        "chair": Role.CHAIR,
        "checker": Role.CHECKER,
        "signer": Role.SIGNER,
        "door": Role.DOOR_SUPERVISOR,
        "stage": Role.STAGE_MANAGER,
        "teller": Role.TELLER,
        "press": Role.PRESS,
    }
    assert {scope_id for _role, scope_id in rows.values()} == {alliance.scope_id}


def test_loading_twice_is_refused(demo: Flask):
    with pytest.raises(Conflict) as refused:
        load_demo("not-a-hash")
    assert refused.value.code == "not_empty"
    assert user_by_email("admin@demo.example") is not None
    assert len(editions_of(_alliance_id())) == 1


def _figures() -> tuple[int, int, int, int]:
    return (
        len(arrivals_of(_meeting_id(PREPARATORY))),
        len(arrivals_of(_meeting_id(FOUNDING))),
        sum(row.declared_at is not None for row in outcomes_of(_meeting_id(PREPARATORY))),
        db.session.scalar(sa.select(sa.func.count()).select_from(MinutesEdition)) or 0,
    )


@pytest.mark.parametrize(
    ("stage", "figures"),
    [("invited", (0, 0, 0, 0)), ("arrived", (72, 15, 0, 0)), ("voted", (72, 141, 3, 0))],
)
def test_an_earlier_stage_stops_before_what_follows(
    request: pytest.FixtureRequest, stage: str, figures: tuple[int, int, int, int]
):
    embedded = request.getfixturevalue("_sqlite")
    embedded.reset()
    with embedded.app.app_context():
        load_demo("not-a-hash", stage)
        assert _figures() == figures
        assert len(registrations_of(_meeting_id(FOUNDING))) == 169
        stands_at = load_programme().stage(stage).clock_at
        assert abs((clock.now() - stands_at).total_seconds()) < 300


def test_when_all_is_released_the_founding_meeting_is_over_with_its_signings(house: Flask):
    load_demo("not-a-hash", "released")
    assert _figures() == (72, 163, 3, 2)
    founding, programme = _meeting_id(FOUNDING), load_programme()
    assert meeting_by_slug(FOUNDING).state is MeetingState.ADJOURNED
    assert [(item.started_at, item.ended_at) for item in items_of(founding)] == [
        (item.began_at, item.ended_at) for item in programme.founding.items
    ]
    assert [row.signed_at for row in agreements_of(founding)] == [
        agreement.signed_at for agreement in programme.agreements
    ]
    acts = [*plaques_of(founding), *unveilings_of(founding)]
    assert {row.state for row in acts} == {ActState.DONE}
    for kind in (AuditEntry, Scan, VotingRecord):
        assert list(verify(kind)) == []
