"""What the founding meeting of the demo signs, hands over and unveils."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from eventapp.alliance.queries import seats_of
from eventapp.ceremony.service import (
    PartyIn,
    add_agreement,
    add_plaque,
    add_unveiling,
    mark_awarded,
    mark_signed,
    mark_unveiled,
    set_ready,
)
from eventapp.desk.rules import programme as plan
from eventapp.desk.service.demo_book import Act, Book
from eventapp.seating.rules import Kind, Shape
from eventapp.seating.service import create_plan

BEFORE_THE_END = timedelta(seconds=30)


def acts(book: Book) -> Iterator[Act]:
    """Draw the agreements up four days ahead and compare their papers the evening before."""
    yield Act(book.on(-4, "10:00"), partial(_draw_up, book))
    yield Act(book.on(-4, "11:00"), partial(_plan_plaques, book))
    yield Act(book.on(-4, "11:30"), partial(_plan_plates, book))
    yield Act(book.on(-1, "16:00"), partial(_seat, book))
    yield Act(book.on(-1, "16:30"), partial(_compare_papers, book))


def acts_of(book: Book, item: plan.Item) -> Iterator[Act]:
    """Do what an item of the founding meeting is for."""
    if item.key == "signing":
        for place, agreement in enumerate(book.programme.agreements):
            yield Act(agreement.signed_at, partial(_sign, book, place))
    if item.key == "plaque":
        yield Act(item.ended_at - BEFORE_THE_END, partial(_award, book))
    if item.key == "unveiling":
        yield Act(item.ended_at - BEFORE_THE_END, partial(_unveil, book))


def _draw_up(book: Book) -> None:
    hall = book.founding
    for agreement in book.programme.agreements:
        parties = []
        for one in agreement.signatories:
            person = book.person(one.name, one.unit)
            person_id = book.person_id(one.name, one.unit)
            parties.append(PartyIn(book.units[one.unit], person_id, one.name, person.title))
        row = add_agreement(
            book.staff["organiser"],
            hall.id,
            item_id=hall.item("signing"),
            title=agreement.title,
            parties=parties,
            copies=agreement.copies,
        )
        hall.agreements.append(row.id)


def _compare_papers(book: Book) -> None:
    for agreement_id in book.founding.agreements:
        set_ready(book.staff["organiser"], book.founding.id, agreement_id)


def _plan_plaques(book: Book) -> None:
    hall = book.founding
    labels = {seat.key: seat.label for seat in seats_of(book.alliance_id)}
    for unit in book.programme.plaque_units:
        row = add_plaque(
            book.staff["organiser"],
            hall.id,
            item_id=hall.item("plaque"),
            organisation_id=book.units[unit.name],
            plaque=labels[unit.seat],
            presenters="、".join(book.programme.on_stage),
        )
        hall.plaques.append(row.id)


def _plan_plates(book: Book) -> None:
    hall = book.founding
    for plate in book.programme.plates:
        row = add_unveiling(
            book.staff["organiser"],
            hall.id,
            item_id=hall.item("unveiling"),
            plate=plate,
            unveilers="、".join(book.programme.on_stage),
        )
        hall.plates.append(row.id)


def _seat(book: Book) -> None:
    """Seat the leaders and guests on the podium, and the units below it."""
    organiser, hall = book.staff["organiser"], book.founding
    for kind, title, shape in (
        (Kind.PODIUM, "成立大会主席台座次", None),
        (Kind.AUDIENCE, "成立大会会场分区", Shape(5, rows=5, capacity=8)),
    ):
        plan_id = create_plan(organiser, hall.id, kind=kind, title=title, shape=shape)
        hall.plans.append(plan_id)


def _sign(book: Book, place: int) -> None:
    hall = book.founding
    mark_signed(book.staff["stage"], hall.id, hall.agreements[place])


def _award(book: Book) -> None:
    for plaque_id in book.founding.plaques:
        mark_awarded(book.staff["stage"], book.founding.id, plaque_id)


def _unveil(book: Book) -> None:
    for plate_id in book.founding.plates:
        mark_unveiled(book.staff["stage"], book.founding.id, plate_id)
