"""What the founding meeting of the demo signs, hands over and unveils."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from eventapp.alliance.queries import seats_of
from eventapp.ceremony.rules import ActKind, Capacity, Check, Place
from eventapp.ceremony.service import (
    NameIn,
    PartyIn,
    add_act,
    add_agreement,
    apply_order,
    mark_act,
    mark_signed,
    set_check,
    set_ready,
    set_signing,
)
from eventapp.desk.rules import programme as plan
from eventapp.desk.service.demo_book import Act, Book, key_of
from eventapp.seating.rules import Kind, Shape
from eventapp.seating.service import create_plan

BEFORE_THE_END = timedelta(seconds=30)


def acts(book: Book) -> Iterator[Act]:
    """Draw the agreements up four days ahead and compare their papers the evening before."""
    yield Act(book.on(-4, "10:00"), partial(_draw_up, book))
    yield Act(book.on(-4, "11:00"), partial(_plan_plaques, book))
    yield Act(book.on(-4, "11:30"), partial(_plan_plates, book))
    yield Act(book.on(-4, "11:40"), partial(_plan_launch, book))
    yield Act(book.on(-4, "11:50"), partial(_arrange, book))
    yield Act(book.on(-1, "16:00"), partial(_seat, book))
    yield Act(book.on(-1, "16:30"), partial(_compare_papers, book))


def acts_of(book: Book, item: plan.Item) -> Iterator[Act]:
    """Do what an item of the founding meeting is for."""
    if item.key == "signing":
        for place, agreement in enumerate(book.programme.agreements):
            yield Act(agreement.signed_at, partial(_sign, book, place))
    if item.key in {"launch", "plaque", "unveiling"}:
        yield Act(item.ended_at - BEFORE_THE_END, partial(_mark, book, item.key))


def _draw_up(book: Book) -> None:
    hall = book.founding
    for agreement in book.programme.agreements:
        parties = []
        for one in agreement.signatories:
            person = book.person(one.name, one.unit)
            person_id = book.person_id(one.name, one.unit)
            parties.append(
                PartyIn(book.units[one.unit], person_id, one.name, person.title, Capacity.LEGAL)
            )
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
    hall, staff = book.founding, book.staff["organiser"]
    for agreement_id in hall.agreements:
        for line in Check:
            set_check(staff, hall.id, agreement_id, line)
        set_ready(staff, hall.id, agreement_id)


def _arrange(book: Book) -> None:
    """Sign one after another at one table, as the report tells: the college signs them all."""
    hall, staff, item_id = book.founding, book.staff["organiser"], book.founding.item("signing")
    set_signing(staff, hall.id, item_id, tables=1, standing=False, version=0)
    places = {
        agreement_id: Place(agreement.batch, 1)
        for agreement_id, agreement in zip(hall.agreements, book.programme.agreements, strict=True)
    }
    apply_order(staff, hall.id, item_id, places, version=1)


def _on_stage(book: Book) -> list[NameIn]:
    people = [book.person(name) for name in book.programme.on_stage]
    return [NameIn(one.name, one.title, book.people[key_of(one)]) for one in people]


def _plan_plaques(book: Book) -> None:
    labels = {seat.key: seat.label for seat in seats_of(book.alliance_id)}
    for unit in book.programme.plaque_units:
        recipient = NameIn(organisation_id=book.units[unit.name])
        _plan(book, "plaque", ActKind.PLAQUE, labels[unit.seat], [recipient])


def _plan_plates(book: Book) -> None:
    for plate in book.programme.plates:
        _plan(book, "unveiling", ActKind.UNVEILING, plate, [])


def _plan_launch(book: Book) -> None:
    _plan(book, "launch", ActKind.LAUNCH, book.founding.plan.item("launch").title, [])


def _plan(book: Book, key: str, kind: ActKind, title: str, recipients: list[NameIn]) -> None:
    hall = book.founding
    act = add_act(
        book.staff["organiser"],
        hall.id,
        item_id=hall.item(key),
        kind=kind,
        title=title,
        presenters=_on_stage(book),
        recipients=recipients,
    )
    hall.acts.setdefault(key, []).append(act.id)


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


def _mark(book: Book, key: str) -> None:
    for act_id in book.founding.acts[key]:
        mark_act(book.staff["stage"], book.founding.id, act_id)
