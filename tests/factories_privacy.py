"""A canary: somebody who did everything that leaves a trace, at a meeting that was held."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn, add_item
from eventapp.alliance.queries import alliance_of
from eventapp.badges.rules import Paper
from eventapp.badges.service import ask_for_print
from eventapp.ceremony.rules import ActKind
from eventapp.ceremony.service import NameIn, add_act
from eventapp.checkin.queries import gates_of
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import record_scan, set_signing, sign_sheet
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.papers import own_copy
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.notices.rules import Kind as LetterKind
from eventapp.notices.service import write_to_all
from eventapp.registration.queries import consent_of, pass_token
from eventapp.registration.rules import Category, FieldDraft, FieldKind
from eventapp.registration.service import (
    add_field,
    ask_for_slips,
    delegate_link,
    give_mandate,
    note_leave,
    register_person,
    set_consent,
    set_liaison,
)
from eventapp.registration.service.own import OwnChange, ask_correction, change_own
from eventapp.roster.service import check_roster, open_roster
from eventapp.roster.service.drafts import add_sheet
from eventapp.roster.service.sheets import read_pasted
from eventapp.voting.rules import Choice, ElectorateSource, Mode, MotionKind
from eventapp.voting.service import (
    cast_vote,
    close_ballot,
    create_motion,
    declare_outcome,
    open_ballot,
    prepare_ballot,
)
from eventapp.web.queue import run_due
from tests.factories_alliance import make_person, make_unit
from tests.factories_minutes import RULE, Held, make_draft, make_held_meeting, sign_off

NAME = "麒麟皛"
TITLES = "首席驯鹰顾问"
PHONE = "13988776655"
EMAIL = "qilin.canary@example.org"
PLATE = "鲁E9X7Z3"
DISH = "忌食鲍参翅肚乌冬面"
PAPER = b"%PDF-1.4 resume of the canary 7d1f0c"
PROXY_PAPER = b"%PDF-1.4 letter of the canary 55aa01"
TRACES = (NAME, "qílín", "qilin", TITLES, PHONE, EMAIL, PLATE, DISH)
"""Texts that tell who it was; pinyin with and without its tones."""


@dataclass
class Canary:
    """Where the canary stands."""

    held: Held
    person_id: int
    registration_id: int
    mandate_id: int
    delegation_id: int
    ballot_id: int = 0
    minutes_id: int = 0
    fields: dict[str, int] = field(default_factory=dict[str, int])


def make_canary(app: Flask, *, release: bool = True) -> Canary:
    """Let somebody register with answers and a file, be scanned, vote, and stand in minutes.

    The person also arranges a delegation, is on lists, asked for a correction, was written to.
    """
    held = make_held_meeting(units=4, ballots=0)
    canary = _register(held)
    _plan(canary)
    _send(app, canary)
    _attend(canary)
    _vote(canary)
    _hold(canary)
    canary.minutes_id = make_draft(held).id
    if release:
        sign_off(held, canary.minutes_id)
    run_due(app)
    return canary


def _register(held: Held) -> Canary:
    alliance = alliance_of(held.alliance_id)
    unit = make_unit(alliance, "麟角科技有限公司").organisation_id
    asked = {
        "plate": add_field(
            SYSTEM,
            held.meeting_id,
            FieldDraft(FieldKind.TEXT, "车牌号", "用于停车", short_lived=True),
        ),
        "dish": add_field(SYSTEM, held.meeting_id, FieldDraft(FieldKind.TEXT, "忌口", "用于用餐")),
        "paper": add_field(SYSTEM, held.meeting_id, FieldDraft(FieldKind.FILE, "简历", "用于介绍")),
    }
    set_consent(SYSTEM, held.meeting_id, "只用于本次会议，会后六个月删除联系方式。", 6)
    consent = consent_of(held.meeting_id)
    assert consent is not None
    person = make_person(
        alliance, NAME, phone=PHONE, email=EMAIL, titles=TITLES, organisation_id=unit
    )
    person_id = person.id
    one = register_person(
        SYSTEM,
        held.meeting_id,
        person_id=person_id,
        category=Category.DELEGATE,
        organisation_id=unit,
        consent_text_id=consent.id,
        channel="desk",
        language="zh_Hans_CN",
    ).id
    held.unit_ids.append(unit)
    copy = own_copy(PAPER)
    digest = hashlib.sha256(copy).hexdigest()
    change_own(
        SYSTEM,
        held.meeting_id,
        one,
        OwnChange(
            titles=TITLES,
            email=EMAIL,
            answers={
                asked["plate"]: [PLATE],
                asked["dish"]: [DISH],
                asked["paper"]: [digest, f"{NAME}的简历.pdf"],
            },
            papers=[(copy, "application/pdf")],
        ),
    )
    ask_correction(SYSTEM, held.meeting_id, one, name=f"{NAME}一", phone=PHONE)
    mandate = give_mandate(
        SYSTEM,
        held.meeting_id,
        organisation_id=unit,
        person_id=person_id,
        paper=(f"{NAME}委托书.pdf", PROXY_PAPER),
    )
    delegation = set_liaison(SYSTEM, held.meeting_id, unit, person_id)
    return Canary(held, person_id, one, mandate.id, delegation.id, fields=asked)


def _plan(canary: Canary) -> None:
    held = canary.held
    add_item(
        SYSTEM,
        held.meeting_id,
        kind=Kind.ADDRESS,
        title="会员代表发言",
        people=[
            PersonIn("speaker", NAME, TITLES, canary.person_id),
            PersonIn("presenter", NAME, TITLES),
        ],
    )
    add_act(
        SYSTEM,
        held.meeting_id,
        item_id=held.item_ids[2],
        kind=ActKind.PLAQUE,
        title="副理事长单位",
        presenters=[NameIn("王志安"), NameIn(NAME), NameIn(NAME, TITLES, canary.person_id)],
        recipients=[NameIn(organisation_id=held.unit_ids[0])],
    )
    note_leave(SYSTEM, held.meeting_id, person_id=canary.person_id, reason=f"{NAME}下午离会")


def _send(app: Flask, canary: Canary) -> None:
    """Write to the canary, take lists that name it, print paper that does, open its links."""
    held = canary.held
    write_to_all(held.drafter, held.meeting_id, LetterKind.REMINDER, texts=False, seen=None)
    listed = f"姓名,单位,手机\n{NAME},麟角科技有限公司,{PHONE}\n".encode()
    roster = open_roster(SYSTEM, held.meeting_id, data=listed, file_name=f"{NAME}.csv")
    check_roster(held.meeting_id, roster)
    typed = read_pasted(f"姓名\t手机\t车牌号\n{NAME}\t{PHONE}\t{PLATE}\n李娜\t13911112222\t")
    add_sheet(SYSTEM, held.meeting_id, canary.delegation_id, typed)
    ask_for_print(SYSTEM, held.meeting_id, Paper.CARDS)
    ask_for_slips(SYSTEM, held.meeting_id)
    delegate_link(SYSTEM, canary.registration_id)
    for role, subject in (
        (Role.DELEGATE, canary.registration_id),
        (Role.LIAISON, canary.delegation_id),
        (Role.REPRESENTATIVE, canary.mandate_id),
    ):
        link = link_of(held.scope_id, role, subject)
        assert link is not None
        open_link(link_token(link), link.code, browser="Canary-Phone/7")
    run_due(app)
    run_due(app)


def _attend(canary: Canary) -> None:
    held = canary.held
    scan_id = str(uuid4())
    set_signing(SYSTEM, canary.held.meeting_id, signs=True)
    answer = record_scan(
        SYSTEM,
        held.meeting_id,
        gate_id=gates_of(held.meeting_id)[0].id,
        scan_id=scan_id,
        text=pass_token(canary.registration_id),
        method=Method.QR,
        claimed_at=clock.now(),
    )
    assert answer["verdict"] == Verdict.ADMITTED, answer
    sign_sheet(SYSTEM, canary.held.meeting_id, scan_id=scan_id, strokes=[[(100, 100), (500, 300)]])


def _vote(canary: Canary) -> None:
    held = canary.held
    motion = create_motion(
        held.drafter,
        held.meeting_id,
        kind=MotionKind.TEXT,
        title="关于工作要点的决定",
        text="同意。",
        item_id=held.item_ids[1],
    )
    ballot = prepare_ballot(
        held.drafter,
        held.meeting_id,
        motion_id=motion.id,
        mode=Mode.NAMED,
        rule=RULE,
        source=ElectorateSource.ALL_MEMBERS,
    )
    canary.ballot_id = ballot.id
    open_ballot(held.drafter, held.meeting_id, canary.ballot_id)
    voter = Actor(
        ActorKind.LINK,
        canary.mandate_id,
        (Grant(Role.REPRESENTATIVE, held.scope_id),),
        canary.mandate_id,
        1,
        "",
    )
    cast_vote(voter, held.meeting_id, canary.ballot_id, choice=Choice.YES, client_key=uuid4().hex)
    close_ballot(held.drafter, held.meeting_id, canary.ballot_id)
    declare_outcome(held.chair, held.meeting_id, canary.ballot_id)


def _hold(canary: Canary) -> None:
    meeting_id = canary.held.meeting_id
    set_state(SYSTEM, meeting_id, MeetingState.IN_SESSION)
    with clock.fixed(clock.now() + timedelta(hours=4)):
        set_state(SYSTEM, meeting_id, MeetingState.ADJOURNED)
