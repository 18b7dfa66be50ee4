"""The day of the demo's meetings: who comes in when, what runs, what is voted, what is signed."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from eventapp.agenda.service import finish_item, start_item
from eventapp.checkin.rules import Method
from eventapp.checkin.service import record_scan
from eventapp.desk.rules import programme as plan
from eventapp.desk.service import demo_ceremony
from eventapp.desk.service.demo_book import Act, Book, Hall, Person, key_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.registration.queries import pass_token
from eventapp.voting.rules import Choice, Mode, PaperCount
from eventapp.voting.service import (
    cast_vote,
    close_ballot,
    confirm_hands,
    declare_outcome,
    enter_hands,
    open_ballot,
)

BEFORE_THE_END = timedelta(seconds=30)


def acts(book: Book) -> Iterator[Act]:
    """Let people in at both doors and run both meetings, in the order of the clock."""
    said, never = book.programme, book.on(1, "00:00")
    for person in said.preparatory_arrivals(never):
        yield Act(person.preparatory_at or never, partial(_admit, book, book.preparatory, person))
    for person in said.founding_arrivals(never):
        yield Act(person.founding_at or never, partial(_admit, book, book.founding, person))
    yield Act(
        said.founding.starts_at - timedelta(minutes=5),
        partial(_step, book, book.founding, MeetingState.REGISTRATION_CLOSED),
    )
    for hall in (book.preparatory, book.founding):
        yield Act(hall.plan.began_at, partial(_step, book, hall, MeetingState.IN_SESSION))
        yield from _items(book, hall)
        yield Act(hall.plan.ended_at, partial(_step, book, hall, MeetingState.ADJOURNED))


def _step(book: Book, hall: Hall, state: MeetingState) -> None:
    set_state(book.staff["organiser"], hall.id, state)


def _admit(book: Book, hall: Hall, person: Person) -> None:
    key = key_of(person)
    arrived_at = person.founding_at
    if hall is book.preparatory and isinstance(person, plan.Delegate):
        arrived_at = person.preparatory_at
    assert arrived_at is not None  # noqa: S101 - arrivals are those who arrive
    answer = record_scan(
        book.staff["door"],
        hall.id,
        gate_id=hall.gates[hall.registrations[key] % len(hall.gates)],
        scan_id=str(uuid5(NAMESPACE_URL, f"{hall.plan.slug}/{key}")),
        text=pass_token(hall.registrations[key]),
        method=Method.QR,
        claimed_at=arrived_at,
    )
    if answer["verdict"] != "admitted":
        msg = f"{hall.plan.slug}: {key} was not admitted: {answer['verdict']}"
        raise ValueError(msg)


def _items(book: Book, hall: Hall) -> Iterator[Act]:
    for place, item in enumerate(hall.plan.items):
        yield Act(item.began_at, partial(_start, book, hall, place))
        for ballot in book.programme.ballots:
            if hall is book.preparatory and ballot.item == item.key:
                yield from _ballot(book, ballot)
        if hall is book.founding:
            yield from demo_ceremony.acts_of(book, item)
        yield Act(item.ended_at, partial(_finish, book, hall, place))


def _start(book: Book, hall: Hall, place: int) -> None:
    start_item(book.staff["stage"], hall.id, hall.items[place])


def _finish(book: Book, hall: Hall, place: int) -> None:
    finish_item(book.staff["stage"], hall.id, hall.items[place])


def _ballot(book: Book, ballot: plan.Ballot) -> Iterator[Act]:
    yield Act(ballot.opened_at, partial(_open, book, ballot))
    if ballot.mode == Mode.NAMED:
        units = [person.unit for person in book.programme.preparatory_arrivals(ballot.opened_at)]
        apart = (ballot.closed_at - ballot.opened_at) / (len(units) + 1)
        for place, unit in enumerate(units, start=1):
            yield Act(ballot.opened_at + place * apart, partial(_cast, book, ballot, unit))
    else:
        yield Act(ballot.closed_at - BEFORE_THE_END, partial(_count, book, ballot))
    yield Act(ballot.closed_at, partial(_close, book, ballot))
    yield Act(ballot.declared_at, partial(_declare, book, ballot))


def _open(book: Book, ballot: plan.Ballot) -> None:
    hall = book.preparatory
    open_ballot(book.staff["chair"], hall.id, hall.ballots[ballot.motion])


def _cast(book: Book, ballot: plan.Ballot, unit: str) -> None:
    hall = book.preparatory
    cast_vote(
        hall.representatives[unit],
        hall.id,
        hall.ballots[ballot.motion],
        choice=Choice.ABSTAIN if unit in ballot.abstaining else Choice.YES,
        client_key=str(uuid5(NAMESPACE_URL, f"{hall.plan.slug}/{ballot.motion}/{unit}")),
    )


def _count(book: Book, ballot: plan.Ballot) -> None:
    """Let one person enter the count and another confirm it."""
    hall, count = book.preparatory, ballot.count
    papers = ballot.papers and PaperCount(**asdict(ballot.papers))
    ballot_id = hall.ballots[ballot.motion]
    enter_hands(
        book.staff["teller"],
        hall.id,
        ballot_id,
        yes=count.yes,
        no=count.no,
        abstain=count.abstain,
        papers=papers,
    )
    confirm_hands(book.staff["organiser"], hall.id, ballot_id)


def _close(book: Book, ballot: plan.Ballot) -> None:
    hall = book.preparatory
    close_ballot(book.staff["chair"], hall.id, hall.ballots[ballot.motion])


def _declare(book: Book, ballot: plan.Ballot) -> None:
    hall = book.preparatory
    declare_outcome(book.staff["chair"], hall.id, hall.ballots[ballot.motion])
