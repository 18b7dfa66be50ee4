"""The demo's two meetings as they were prepared: agenda, door, registrations, mandates, motions."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from eventapp.agenda.rules import Kind as ItemKind
from eventapp.agenda.service import PersonIn, add_item, publish_agenda, set_cue
from eventapp.checkin.service import add_gate, open_door
from eventapp.core.access import Actor, ActorKind, Grant, Role
from eventapp.desk.rules import programme as plan
from eventapp.desk.service.demo_book import Act, Book, Hall, Person, key_of
from eventapp.meetings.queries import rooms_of
from eventapp.meetings.rules import Kind as MeetingKind
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import create_meeting, set_state
from eventapp.registration.queries import consent_of
from eventapp.registration.rules import PUBLIC_CATEGORIES, Category
from eventapp.registration.service import (
    give_mandate,
    liaison_link,
    note_leave,
    register_person,
    representative_link,
    set_category,
    set_consent,
    set_liaison,
)
from eventapp.voting.rules import ElectorateSource, Mode, MotionKind, Rule
from eventapp.voting.service import create_motion, prepare_ballot

CONSENT = (
    "为组织本次会议，会务组收集您的姓名、单位、职务、手机号和邮箱，"
    "只用于报名审核、会议通知、入场签到和会议纪要；会议结束六个月后删除联系方式。（演示数据）"
)
INTRODUCTION = {
    "preparatory": "听取筹备情况说明，审议并表决联合体章程和第一届理事会成员单位名单。（演示数据）",
    "founding": "致辞、联合体成立启动、授牌、签约和揭牌。时间、地点和参会人员为演示数据。",
}
ON_STAGE = {"launch": "guest", "plaque": "presenter", "unveiling": "unveiler"}
"""What those on stage do in an item, by its key."""
CAPACITY = {MeetingKind.PREPARATORY: 80, MeetingKind.FOUNDING: 240}
"""How many delegates each hall of the demo takes."""
A_DAY, APART = 30, timedelta(minutes=19)
"""Registrations that come in on one day, and the time from one to the next."""


def acts(book: Book) -> Iterator[Act]:
    """Call the meetings nine days ahead, take registrations for a week, close the smaller one."""
    yield Act(book.on(-9, "09:00"), partial(_call, book, book.founding))
    yield Act(book.on(-9, "09:30"), partial(_call, book, book.preparatory))
    yield Act(book.on(-6, "10:00"), partial(_prepare_ballots, book))
    for hall, at in ((book.founding, "11:00"), (book.preparatory, "11:30")):
        yield Act(book.on(-9, at), partial(_open, book, hall))
    yield Act(book.on(-9, "14:00"), partial(_name_liaisons, book))
    for place, person in enumerate((*book.programme.guests, *book.programme.delegates)):
        day, slot = divmod(place, A_DAY)
        at = book.on(day - 8, "08:30") + slot * APART
        yield Act(at, partial(_register, book, book.founding, person))
        if isinstance(person, plan.Delegate) and person.mandate:
            yield Act(at, partial(_send_representative, book, person))
    for absence in book.programme.absences:
        if absence.leave:
            yield Act(book.on(-1, "15:00"), partial(_note_leave, book, absence))
    yield Act(book.on(-1, "17:00"), partial(_close, book))


def _call(book: Book, hall: Hall) -> None:
    said, venue = hall.plan, book.programme.venue
    meeting = create_meeting(
        book.staff["organiser"],
        book.alliance_id,
        slug=said.slug,
        kind=MeetingKind(said.kind),
        title=said.title,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        zone=book.programme.timezone,
        venue=venue.name,
        address=venue.address,
        introduction=INTRODUCTION[said.kind],
        host_name=said.chair or said.host or "",
        prepares_id=book.founding.id if hall is book.preparatory else None,
        rooms=[room.name for room in venue.rooms],
        registration_closes_at=said.starts_at,
    )
    hall.id, hall.scope_id = meeting.id, meeting.scope_id
    rooms = {room.name: room.id for room in rooms_of(hall.id)}
    for item in said.items:
        _add_item(book, hall, item, rooms[said.room])
    open_door(book.staff["organiser"], hall.id)
    for name in venue.gates:
        hall.gates.append(add_gate(book.staff["organiser"], hall.id, name).id)
    _set_terms(book, hall)


def _add_item(book: Book, hall: Hall, item: plan.Item, room_id: int) -> None:
    row = add_item(
        book.staff["organiser"],
        hall.id,
        kind=ItemKind(item.kind),
        title=item.title,
        minutes=item.minutes,
        people=tuple(_people_of(book, item)),
        room_id=room_id,
    )
    hall.items.append(row.id)
    if item.cue:
        said = {"cue": item.cue, "responsible": item.responsible}
        set_cue(book.staff["organiser"], hall.id, row.id, version=row.version, **said)


def _people_of(book: Book, item: plan.Item) -> Iterator[PersonIn]:
    role = ON_STAGE.get(item.key or "", "speaker")
    names = book.programme.on_stage if item.key in ON_STAGE else (item.speaker,)
    for name in filter(None, names):
        person = book.person(name)
        yield PersonIn(role, person.name, person.title, book.people[key_of(person)])


def _set_terms(book: Book, hall: Hall) -> None:
    organiser = book.staff["organiser"]
    by_invitation = hall is book.preparatory
    for category in Category:
        public = category in PUBLIC_CATEGORIES and not by_invitation
        quota = CAPACITY[MeetingKind(hall.plan.kind)] if category is Category.DELEGATE else None
        set_category(organiser, hall.id, category, public=public, auto_approve=True, quota=quota)
    set_consent(organiser, hall.id, CONSENT)


def _open(book: Book, hall: Hall) -> None:
    organiser = book.staff["organiser"]
    publish_agenda(organiser, hall.id)
    set_state(organiser, hall.id, MeetingState.PUBLISHED)
    set_state(organiser, hall.id, MeetingState.REGISTRATION_OPEN)


def _prepare_ballots(book: Book) -> None:
    hall, organiser = book.preparatory, book.staff["organiser"]
    for ballot in book.programme.ballots:
        motion = create_motion(
            organiser,
            hall.id,
            kind=MotionKind(ballot.motion),
            item_id=hall.item(ballot.item.replace("-vote", "-talk")),
            **_question(book, ballot.motion),
        )
        row = prepare_ballot(
            organiser,
            hall.id,
            motion_id=motion.id,
            mode=Mode(ballot.mode),
            rule=Rule.from_record(ballot.rule),
            source=ElectorateSource.PROPOSED_LIST,
            list_edition_id=book.list_edition_id,
        )
        hall.ballots[ballot.motion] = row.id


def _question(book: Book, motion: str) -> dict[str, Any]:
    said = book.programme
    if motion == "charter":
        return {"title": f"《{said.charter.title}》", "charter_edition_id": book.charter_edition_id}
    if motion == "list":
        return {"title": f"《{said.list_title}》", "list_edition_id": book.list_edition_id}
    return {"title": f"《{said.procedure.title}》", "text": said.procedure.as_text()}


def _name_liaisons(book: Book) -> None:
    organiser = book.staff["organiser"]
    for hall in (book.founding, book.preparatory):
        for unit in book.programme.units:
            if hall is book.preparatory and not unit.on_list:
                continue
            first = next(d for d in book.programme.delegates if d.unit == unit.name)
            person_id = book.people[key_of(first)]
            delegation = set_liaison(organiser, hall.id, book.units[unit.name], person_id)
            hall.delegations[unit.name] = delegation.id
            link = liaison_link(organiser, delegation.id)
            hall.liaisons[unit.name] = _by_link(link.id, Role.LIAISON, hall, delegation.id)


def _by_link(link_id: int, role: Role, hall: Hall, subject_id: int) -> Actor:
    return Actor(ActorKind.LINK, link_id, (Grant(role, hall.scope_id),), subject_id)


def _register(book: Book, hall: Hall, person: Person) -> None:
    """Let the unit's liaison register its delegates, and the organiser everybody else."""
    category = _category_of(book, person)
    own = category in PUBLIC_CATEGORIES
    consent = consent_of(hall.id)
    row = register_person(
        hall.liaisons[person.unit or ""] if own else book.staff["organiser"],
        hall.id,
        person_id=book.people[key_of(person)],
        category=category,
        organisation_id=book.units.get(person.unit or ""),
        unit_text=person.unit or "",
        consent_text_id=consent.id if own and consent else None,
        channel="liaison" if own else "desk",
    )
    hall.registrations[key_of(person)] = row.id


def _category_of(book: Book, person: Person) -> Category:
    if isinstance(person, plan.Delegate):
        return Category(person.category)
    offices = {unit.name for unit in book.programme.units if unit.kind == "government"}
    return Category.LEADER if person.unit is None or person.unit in offices else Category.GUEST


def _send_representative(book: Book, person: plan.Delegate) -> None:
    _register(book, book.preparatory, person)
    for hall in (book.founding, book.preparatory):
        mandate = give_mandate(
            hall.liaisons[person.unit],
            hall.id,
            organisation_id=book.units[person.unit],
            person_id=book.people[key_of(person)],
        )
        link = representative_link(book.staff["organiser"], mandate.id)
        hall.representatives[person.unit] = _by_link(link.id, Role.REPRESENTATIVE, hall, mandate.id)


def _note_leave(book: Book, absence: plan.Absence) -> None:
    for hall in (book.preparatory, book.founding):
        note_leave(
            hall.liaisons[absence.unit],
            hall.id,
            organisation_id=book.units[absence.unit],
            reason=absence.leave or "",
        )


def _close(book: Book) -> None:
    set_state(book.staff["organiser"], book.preparatory.id, MeetingState.REGISTRATION_CLOSED)
