"""A meeting that was really held: scanned in, run, voted on, signed; with rare names in it."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import uuid4

from flask.testing import FlaskClient

from eventapp.accounts.service import sign_in_user
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn, add_item, finish_item, skip_item, start_item
from eventapp.alliance.models import Alliance
from eventapp.ceremony.rules import ActKind
from eventapp.ceremony.service import (
    NameIn,
    add_act,
    add_agreement,
    mark_act,
    mark_signed,
    set_ready,
)
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import add_gate, record_scan
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.minutes import service
from eventapp.minutes.models import Minutes, MinutesEdition
from eventapp.minutes.queries import content_of, minutes_in
from eventapp.minutes.rules import Byline, Prose
from eventapp.registration.queries import mandates_of, pass_token
from eventapp.registration.rules import Category
from eventapp.registration.service import give_mandate, note_leave, register_person
from eventapp.voting.rules import (
    AT_LEAST_TWO_THIRDS,
    Base,
    Choice,
    ElectorateSource,
    Mode,
    MotionKind,
    Rule,
)
from eventapp.voting.service import (
    cast_vote,
    close_ballot,
    create_motion,
    declare_outcome,
    open_ballot,
    prepare_ballot,
)
from tests.factories import actor_of, make_user, put_token
from tests.factories_alliance import make_alliance, make_meeting, make_person, make_unit

RULE = Rule(None, AT_LEAST_TWO_THIRDS, Base.ALL)
RARE = "龑堃喆"
OPENING = (MeetingState.PUBLISHED, MeetingState.REGISTRATION_OPEN, MeetingState.REGISTRATION_CLOSED)
_phones = count(1)


@dataclass
class Held:
    """A held meeting with the people who make its minutes, as actors of its scope."""

    meeting_id: int
    alliance_id: int
    scope_id: int
    slug: str
    unit_ids: list[int]
    item_ids: list[int]
    drafter: Actor
    checker: Actor
    signer: Actor
    press: Actor
    chair: Actor
    users: dict[str, int]
    canaries: list[str]
    phones: list[str]


def make_held_meeting(units: int = 6, ballots: int = 1, items: int = 4) -> Held:
    """Hold a meeting: all units but the last two come, one of these excused; all vote."""
    alliance = make_alliance(name="东营港经济开发区（东营综合保税区）高端化工产教联合体")
    alliance_id = alliance.id
    meeting = make_meeting(
        alliance, starts_at=clock.now() - timedelta(minutes=30), host_name="杜振波"
    )
    meeting_id, scope_id, slug = meeting.id, meeting.scope_id, meeting.slug
    for state in OPENING:
        set_state(SYSTEM, meeting_id, state)
    members = [make_unit(alliance) for _ in range(units)]
    unit_ids = [member.organisation_id for member in members]
    held = _with_people(alliance_id, meeting_id, scope_id, slug, unit_ids)
    _let_in(held, alliance)
    _run(held, items)
    for number in range(1, ballots + 1):
        _vote(held, number)
    return held


def _with_people(
    alliance_id: int, meeting_id: int, scope_id: int, slug: str, unit_ids: list[int]
) -> Held:
    roles = {
        "drafter": (Role.ORGANISER, "起草人周敏"),
        "checker": (Role.CHECKER, "核稿人赵静"),
        "signer": (Role.SIGNER, "签发人马宝涛"),
        "press": (Role.PRESS, "记者黄天阳"),
        "chair": (Role.CHAIR, "主持人解涛"),
    }
    users = {part: make_user(role, scope_id, name) for part, (role, name) in roles.items()}
    actors = {part: actor_of(users[part], Grant(roles[part][0], scope_id)) for part in roles}
    return Held(
        meeting_id,
        alliance_id,
        scope_id,
        slug,
        unit_ids,
        [],
        actors["drafter"],
        actors["checker"],
        actors["signer"],
        actors["press"],
        actors["chair"],
        {part: user.id for part, user in users.items()},
        [],
        [],
    )


def _let_in(held: Held, alliance: Alliance) -> None:
    gate_id = add_gate(SYSTEM, held.meeting_id, "东门").id
    coming = held.unit_ids[:-2]
    for place, unit_id in enumerate(coming):
        name = f"暗{RARE}{'甲乙丙丁戊己庚辛壬癸'[place % 10]}{'天地玄黄宇宙洪荒'[place // 10]}"
        person_id = _attend(held, alliance, gate_id, name, unit_id, Category.DELEGATE)
        give_mandate(SYSTEM, held.meeting_id, organisation_id=unit_id, person_id=person_id)
    _attend(held, alliance, gate_id, "暗列席𠮷", held.unit_ids[0], Category.OBSERVER)
    _attend(held, alliance, gate_id, "暗嘉宾", None, Category.GUEST)
    note_leave(SYSTEM, held.meeting_id, organisation_id=held.unit_ids[-2], reason="公务")


def _attend(
    held: Held, alliance: Alliance, gate_id: int, name: str, unit_id: int | None, category: Category
) -> int:
    phone = f"139{next(_phones):08d}"
    person = make_person(alliance, name, phone=phone, organisation_id=unit_id)
    person_id = person.id
    registration = register_person(
        SYSTEM,
        held.meeting_id,
        person_id=person_id,
        category=category,
        organisation_id=unit_id,
        channel="desk",
    )
    answer = record_scan(
        SYSTEM,
        held.meeting_id,
        gate_id=gate_id,
        scan_id=str(uuid4()),
        text=pass_token(registration.id),
        method=Method.QR,
        claimed_at=clock.now(),
    )
    assert answer["verdict"] == Verdict.ADMITTED, answer
    held.canaries.append(name)
    held.phones.append(phone)
    return person_id


def _run(held: Held, items: int) -> None:
    speaker = PersonIn("speaker", "王志安", "东营市政协副主席")
    kinds = [Kind.ADDRESS, Kind.DELIBERATION, Kind.SIGNING, Kind.PLAQUE]
    for number in range(items):
        item = add_item(
            held.drafter,
            held.meeting_id,
            kind=kinds[number % 4],
            title=f"第{number + 1}项议程",
            people=[speaker] if number == 0 else [],
        )
        held.item_ids.append(item.id)
    for item_id in held.item_ids[:-1]:
        start_item(held.drafter, held.meeting_id, item_id)
        finish_item(held.drafter, held.meeting_id, item_id)
    skip_item(held.drafter, held.meeting_id, held.item_ids[-1], "时间不够")
    _celebrate(held)


def _celebrate(held: Held) -> None:
    first, second = held.unit_ids[:2]
    item_id = held.item_ids[2]
    parties = [(first, None, "签约人甲", "院长"), (second, None, "签约人乙", "总经理")]
    agreement = add_agreement(
        SYSTEM, held.meeting_id, item_id=item_id, title="联合培养协议", parties=parties
    )
    agreement_id = agreement.id
    set_ready(SYSTEM, held.meeting_id, agreement_id)
    mark_signed(SYSTEM, held.meeting_id, agreement_id)
    given = [NameIn(organisation_id=first)]
    for kind, title, recipients in (
        (ActKind.PLAQUE, "理事长单位", given),
        (ActKind.UNVEILING, "联合学院", []),
    ):
        act = add_act(
            SYSTEM,
            held.meeting_id,
            item_id=item_id,
            kind=kind,
            title=title,
            recipients=recipients,
        )
        mark_act(SYSTEM, held.meeting_id, act.id)


def _vote(held: Held, number: int) -> None:
    motion = create_motion(
        held.drafter,
        held.meeting_id,
        kind=MotionKind.TEXT,
        title=f"关于第{number}号议案的决定",
        text="同意。",
        item_id=held.item_ids[1],
    )
    ballot_id = prepare_ballot(
        held.drafter,
        held.meeting_id,
        motion_id=motion.id,
        mode=Mode.NAMED,
        rule=RULE,
        source=ElectorateSource.ALL_MEMBERS,
    ).id
    open_ballot(held.drafter, held.meeting_id, ballot_id)
    for place, voter in enumerate(_voters(held)):
        choice = Choice.ABSTAIN if place == 0 else Choice.YES
        cast_vote(voter, held.meeting_id, ballot_id, choice=choice, client_key=uuid4().hex)
    close_ballot(held.drafter, held.meeting_id, ballot_id)
    declare_outcome(held.chair, held.meeting_id, ballot_id)


def _voters(held: Held) -> list[Actor]:
    return [
        Actor(ActorKind.LINK, row.id, (Grant(Role.REPRESENTATIVE, held.scope_id),), row.id, 1, "")
        for row in mandates_of(held.meeting_id)
    ]


def enter(client: FlaskClient, held: Held, part: str) -> None:
    """Sign a browser in as one of the meeting's people."""
    put_token(client, "account", sign_in_user(SYSTEM, held.users[part]))


def make_draft(held: Held, introduction: str = "会议气氛热烈。") -> Minutes:
    """Begin minutes and write a sentence into them."""
    minutes = service.start_minutes(held.drafter, held.meeting_id)
    return service.save_draft(
        held.drafter,
        held.meeting_id,
        minutes.id,
        version=1,
        title="成立大会会议纪要",
        prose=Prose(introduction, {str(held.item_ids[0]): "致辞人表示祝贺。"}, "会议圆满结束。"),
        byline=Byline("周敏", "赵静", "马宝涛"),
    )


def seen(held: Held, minutes_id: int) -> str:
    """Tell the digest of the content as a page shows it now."""
    return service.content_digest(content_of(minutes_in(held.meeting_id, minutes_id)))


def sign_off(held: Held, minutes_id: int, *, until: str = "release") -> MinutesEdition | None:
    """Take the steps of the sign-off, each by its own person, up to the one named."""
    key, version = held.meeting_id, minutes_in(held.meeting_id, minutes_id).version
    service.submit_minutes(held.drafter, key, minutes_id, version=version)
    if until == "submit":
        return None
    service.check_minutes(
        held.checker, key, minutes_id, seen=seen(held, minutes_id), skip="已口头征求意见"
    )
    if until == "check":
        return None
    service.sign_minutes(held.signer, key, minutes_id, seen=seen(held, minutes_id))
    if until == "sign":
        return None
    return service.release_minutes(held.drafter, key, minutes_id)
