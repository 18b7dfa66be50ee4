"""Facts are what the records say, counted again here from the tables."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from eventapp.agenda.models import AgendaItem
from eventapp.alliance.models import Membership, Organisation, Person
from eventapp.alliance.queries import members_of
from eventapp.ceremony.models import Agreement
from eventapp.ceremony.rules import ActKind, AgreementState
from eventapp.ceremony.service import (
    NameIn,
    PartyIn,
    add_act,
    add_agreement,
    mark_act,
    mark_signed,
    set_ready,
    substitute_signatory,
)
from eventapp.checkin.models import Admission
from eventapp.checkin.rules import Direction, Method
from eventapp.checkin.service import record_scan, undo_admission
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.db import db
from eventapp.minutes.queries import facts_of
from eventapp.minutes.rules import Presence, facts_from, public_facts, record_of
from eventapp.registration.models import Registration
from eventapp.registration.queries import pass_token
from eventapp.registration.service import set_liaison
from eventapp.voting.models import Ballot, VoteHolder
from eventapp.voting.rules import Choice
from tests.factories_minutes import make_held_meeting


def count(statement: sa.Select[Any]) -> int:
    return db.session.scalar(statement) or 0


def test_every_figure_is_what_the_tables_hold(house: Flask) -> None:
    held = make_held_meeting(units=6, ballots=2)
    about = facts_of(held.meeting_id).overview
    members = sa.select(sa.func.count()).select_from(Membership)
    assert about.units_entitled == count(members.where(Membership.alliance_id == held.alliance_id))
    admitted = sa.select(sa.func.count()).select_from(Admission)
    assert about.people_present == count(admitted.where(Admission.meeting_id == held.meeting_id))
    units = (
        sa.select(sa.func.count(sa.distinct(Registration.organisation_id)))
        .join(Admission, Admission.registration_id == Registration.id)
        .where(Registration.meeting_id == held.meeting_id)
    )
    assert about.units_present == count(units) == 4


def test_votes_are_counted_as_they_were_cast(house: Flask) -> None:
    held = make_held_meeting(units=6, ballots=2)
    facts = facts_of(held.meeting_id)
    assert len(facts.votes) == count(sa.select(sa.func.count()).select_from(Ballot)) == 2
    for vote in facts.votes:
        for choice, stated in ((Choice.YES, vote.yes), (Choice.ABSTAIN, vote.abstain)):
            cast = sa.select(sa.func.count()).where(
                VoteHolder.ballot_id == vote.ballot_id, VoteHolder.choice == choice
            )
            assert stated == count(cast)
        assert (vote.entitled, vote.present, vote.needed) == (6, 4, 4)
        assert (vote.yes, vote.no, vote.abstain) == (3, 0, 1)
        assert "赞成3票" in vote.sentence
        assert "差1票，未通过" in vote.sentence
        assert vote.declared_by == "主持人解涛"
        assert len(vote.casts) == 4


def test_the_agenda_is_told_as_it_ran(house: Flask) -> None:
    held = make_held_meeting()
    facts = facts_of(held.meeting_id)
    rows = db.session.scalars(sa.select(AgendaItem).order_by(AgendaItem.ordinal)).all()
    assert [item.title for item in facts.items] == [row.title for row in rows]
    assert (
        facts.overview.began_at == min(row.started_at for row in rows if row.started_at).isoformat()
    )
    assert not facts.overview.as_planned
    assert (facts.items[-1].state, facts.items[-1].reason) == ("skipped", "时间不够")
    assert facts.items[0].people[0].name == "王志安"


def test_units_are_present_excused_or_absent(house: Flask) -> None:
    held = make_held_meeting(units=6)
    facts = facts_of(held.meeting_id)
    names = {row.id: row.name for row in db.session.scalars(sa.select(Organisation))}
    assert {unit.id for unit in facts.of(Presence.PRESENT)} == set(held.unit_ids[:4])
    assert [unit.id for unit in facts.of(Presence.LEAVE)] == [held.unit_ids[4]]
    assert [unit.id for unit in facts.of(Presence.ABSENT)] == [held.unit_ids[5]]
    assert all(unit.name == names[unit.id] for unit in facts.units)
    present = {name for unit in facts.of(Presence.PRESENT) for name in unit.people}
    assert present == set(held.canaries[:4])
    assert [group.people for group in facts.observers] == [("暗列席𠮷",)]
    assert [(group.unit, group.people) for group in facts.others] == [("", ("暗嘉宾",))]


def test_who_left_before_the_end_still_attended(house: Flask) -> None:
    held = make_held_meeting()
    before = facts_of(held.meeting_id)
    inside = db.session.scalars(sa.select(Admission).order_by(Admission.id)).all()
    gone = [(row.registration_id, row.gate_id or 0) for row in inside]
    for registration_id, gate_id in gone:
        record_scan(
            SYSTEM,
            held.meeting_id,
            gate_id=gate_id,
            scan_id=f"leaving-{registration_id}",
            text=pass_token(registration_id),
            method=Method.QR,
            claimed_at=clock.now(),
            direction=Direction.EXIT,
        )
    assert count(sa.select(sa.func.count()).select_from(Admission)) == 0
    assert facts_of(held.meeting_id).units == before.units


def test_an_admission_that_was_undone_is_no_attendance(house: Flask) -> None:
    held = make_held_meeting()
    guest = db.session.scalars(
        sa.select(Registration.id)
        .join(Person, Person.id == Registration.person_id)
        .where(Person.name == "暗嘉宾")
    ).one()
    chief = Actor(ActorKind.USER, 1, (Grant(Role.DOOR_SUPERVISOR, held.scope_id),), 0, 1)
    undo_admission(chief, held.meeting_id, guest, "认错了人")
    assert facts_of(held.meeting_id).others == ()


def test_only_signed_agreements_are_stated(house: Flask) -> None:
    held = make_held_meeting()
    facts = facts_of(held.meeting_id)
    signed = sa.select(sa.func.count()).where(Agreement.state == AgreementState.SIGNED)
    assert len(facts.signings) == count(signed) == 1
    assert [party.signatory for party in facts.signings[0].parties] == ["签约人甲", "签约人乙"]
    assert [act.object for act in facts.plaques + facts.unveilings] == ["理事长单位", "联合学院"]


def test_substitutes_witnesses_and_launches_are_stated_and_secret_titles_stay_inside(
    house: Flask,
) -> None:
    held = make_held_meeting(units=2, ballots=0)
    units, item_id = held.unit_ids, held.item_ids[2]
    agreement = add_agreement(
        SYSTEM,
        held.meeting_id,
        item_id=item_id,
        title="机密协议",
        secret=True,
        parties=[
            PartyIn(units[0], None, "张原定", stand_in=NameIn("李替签", "副院长")),
            PartyIn(units[1], None, "王签"),
        ],
        witnesses=[NameIn("赵见证")],
    )
    agreement_id = agreement.id
    substitute_signatory(
        SYSTEM, held.meeting_id, agreement_id, 1, reason="病假", authority="现场递交"
    )
    set_ready(SYSTEM, held.meeting_id, agreement_id)
    mark_signed(SYSTEM, held.meeting_id, agreement_id)
    launch = add_act(
        SYSTEM,
        held.meeting_id,
        item_id=item_id,
        kind=ActKind.LAUNCH,
        title="成立启动",
        presenters=[NameIn("王志安")],
    )
    mark_act(SYSTEM, held.meeting_id, launch.id)
    facts = facts_of(held.meeting_id)
    signing = facts.signings[-1]
    assert signing.title == "机密协议"
    assert signing.witnesses == ("赵见证",)
    assert [(one.gone, one.come) for one in signing.substitutions] == [("张原定", "李替签")]
    assert [(act.object, act.people) for act in facts.launches] == [("成立启动", "王志安")]
    assert facts_from(record_of(facts)) == facts
    assert "机密协议" not in str(record_of(public_facts(facts)))


def test_facts_survive_their_own_json(house: Flask) -> None:
    facts = facts_of(make_held_meeting().meeting_id)
    assert facts_from(record_of(facts)) == facts


def test_public_facts_name_no_delegate(house: Flask) -> None:
    held = make_held_meeting()
    told = str(record_of(public_facts(facts_of(held.meeting_id))))
    assert not [name for name in held.canaries if name in told]
    assert "签约人甲" in told


def test_units_that_were_invited_are_the_ones_expected(house: Flask) -> None:
    held = make_held_meeting(units=6, ballots=0)
    members = members_of(held.alliance_id)
    for member in members[:5]:
        set_liaison(SYSTEM, held.meeting_id, member.organisation_id)
    assert facts_of(held.meeting_id).overview.units_entitled == 5
