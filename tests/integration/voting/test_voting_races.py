"""Many threads at once: one vote for a unit, and none lost after it was acknowledged."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, DomainError
from eventapp.core.ledger import verify
from eventapp.voting.models import VotingRecord
from eventapp.voting.queries import votes_of
from eventapp.voting.rules import Choice
from eventapp.voting.service import cast_vote, close_ballot
from tests.factories_checkin import make_person
from tests.factories_voting import by_mandate, key, make_assembly, make_mandate, make_open_ballot


def race(app: Flask, acts: list[Callable[[], Any]]) -> list[Any]:
    """Start everything at the same moment, each in its own context; tell what came of it."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(20)
            try:
                return act()
            except DomainError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_representatives_of_each_unit_racing_give_one_vote_each(app: Flask) -> None:
    with app.app_context():
        hall = make_assembly(12)
        scope_id = hall.door.scope_id
        voters = [
            (unit, by_mandate(hall.mandates[n], scope_id)) for n, unit in enumerate(hall.units)
        ]
        for n, unit in enumerate(hall.units):
            person = make_person(hall.alliance_id, f"副代表{n}", unit)
            voters.append((unit, by_mandate(make_mandate(hall.door, unit, person), scope_id)))
        ballot = make_open_ballot(hall)
        db.session.remove()

    def vote(actor: Any, choice: Choice) -> Callable[[], Any]:
        mine = key()
        return lambda: cast_vote(actor, hall.meeting_id, ballot, choice=choice, client_key=mine)

    acts = [vote(actor, Choice.YES if n < 12 else Choice.NO) for n, (_, actor) in enumerate(voters)]
    answers = race(app, acts)
    won = [answer for answer in answers if not isinstance(answer, DomainError)]
    lost = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(won), len(lost)) == (12, 12)
    assert {answer.code for answer in lost} == {"held_by_another"}
    with app.app_context():
        assert len(votes_of(ballot)) == 12
        assert {(one.organisation_id, one.choice) for one in won} == {
            (unit, choice) for unit, _, choice in votes_of(ballot)
        }
        outcome = close_ballot(SYSTEM, hall.meeting_id, ballot)
        assert outcome.yes + outcome.no == 12
        assert list(verify(VotingRecord)) == []


def test_votes_racing_the_closing_are_counted_or_refused_never_lost(app: Flask) -> None:
    with app.app_context():
        hall = make_assembly(16)
        ballot = make_open_ballot(hall)
        voters = [by_mandate(mandate, hall.door.scope_id) for mandate in hall.mandates]
        db.session.remove()
    halfway = Event()

    def vote(n: int, actor: Any) -> Callable[[], Any]:
        def act() -> Any:
            if n >= 8:
                halfway.wait(10)
            receipt = cast_vote(
                actor, hall.meeting_id, ballot, choice=Choice.YES, client_key=f"key-{n:020d}"
            )
            halfway.set()
            return receipt

        return act

    def close() -> Any:
        halfway.wait(10)
        return close_ballot(SYSTEM, hall.meeting_id, ballot).yes

    *answers, counted = race(app, [*(vote(n, actor) for n, actor in enumerate(voters)), close])
    acknowledged = {
        answer.organisation_id for answer in answers if not isinstance(answer, DomainError)
    }
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(acknowledged) + len(refused) == 16
    assert {answer.code for answer in refused} <= {"ballot_closed"}
    assert counted == len(acknowledged)
    with app.app_context():
        assert {unit for unit, _, _ in votes_of(ballot)} == acknowledged


def test_the_same_request_sent_eight_times_at_once_is_recorded_once(app: Flask) -> None:
    with app.app_context():
        hall = make_assembly(2)
        ballot = make_open_ballot(hall)
        voter = by_mandate(hall.mandates[0], hall.door.scope_id)
        db.session.remove()
    mine = key()
    answers = race(
        app,
        [lambda: cast_vote(voter, hall.meeting_id, ballot, choice=Choice.YES, client_key=mine)] * 8,
    )
    assert len({(answer.seq, answer.code) for answer in answers}) == 1
    with app.app_context():
        assert len(votes_of(ballot)) == 1
