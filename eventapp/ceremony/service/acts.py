"""Acts on the stage: planned with their people, done, and taken back after a slip of the finger."""

from collections.abc import Iterable

import sqlalchemy as sa

from eventapp.agenda.queries import item_in
from eventapp.agenda.rules import ResourceKind
from eventapp.agenda.service import engage, release_source
from eventapp.ceremony.models import StageAct, StagePerson
from eventapp.ceremony.queries import act_in
from eventapp.ceremony.rules import GIVEN, ActKind, ActState, Part, ensure_act_may_become
from eventapp.ceremony.service.held import LABEL, user_of
from eventapp.ceremony.service.people import NameIn, put_on_stage
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting

MOST_GROUPS = 50


def add_act(
    actor: Actor,
    meeting_id: int,
    *,
    item_id: int,
    kind: ActKind,
    title: str,
    presenters: Iterable[NameIn] = (),
    recipients: Iterable[NameIn] = (),
    group: int = 1,
    cue: str = "",
) -> StageAct:
    """Plan an act at an item: what, by whom, for whom, in which group, and on what cue."""
    given, taken = list(presenters), list(recipients)
    _ensure(kind, taken, group)
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        item_in(meeting_id, item_id)
        act = StageAct(
            meeting_id=meeting_id,
            item_id=item_id,
            kind=kind,
            ordinal=_last(item_id) + 1,
            title=title,
            group_number=group,
            cue=cue,
        )
        session.add(act)
        session.flush()
        _set_people(actor, meeting, act, given, taken)
        _note(actor, meeting, "act.added", act, item=item_id, kind=kind)
    return act


def change_act(
    actor: Actor,
    meeting_id: int,
    act_id: int,
    *,
    title: str,
    presenters: Iterable[NameIn] = (),
    recipients: Iterable[NameIn] = (),
    group: int = 1,
    cue: str = "",
) -> StageAct:
    """Plan an act anew that was not done yet."""
    given, taken = list(presenters), list(recipients)
    with transaction():
        meeting = lock(Meeting, meeting_id)
        act = _held(meeting_id, act_id)
        _ensure_planned(act)
        _ensure(act.kind, taken, group)
        act.title, act.group_number, act.cue = title, group, cue
        _set_people(actor, meeting, act, given, taken)
        _note(actor, meeting, "act.changed", act)
    return act


def mark_act(actor: Actor, meeting_id: int, act_id: int, *, done: bool = True) -> StageAct:
    """Record that an act has been done, now and by whom it was seen; or take that back."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        act = _held(meeting_id, act_id)
        new = ActState.DONE if done else ActState.PLANNED
        ensure_act_may_become(act.state, new)
        act.state = new
        act.done_at = clock.now() if done else None
        act.done_by = user_of(actor) if done else None
        _note(actor, meeting, "act.stepped", act, new=new)
    return act


def remove_act(actor: Actor, meeting_id: int, act_id: int) -> None:
    """Take an act that was not done off the programme, and set its people free."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        act = _held(meeting_id, act_id)
        _ensure_planned(act)
        release_source(actor, meeting_id, _source(act))
        session.execute(sa.delete(StagePerson).where(StagePerson.act_id == act_id))
        session.delete(act)
        _note(actor, meeting, "act.removed", act)


def _ensure(kind: ActKind, recipients: list[NameIn], group: int) -> None:
    if kind in GIVEN and not recipients:
        raise Invalid("no_recipient", N_("请填写受牌单位或受聘人。"), field="recipients")
    if not 1 <= group <= MOST_GROUPS:
        raise Invalid("group", N_("组次应在 1 到 %(most)s 之间。"), field="group", most=MOST_GROUPS)


def _ensure_planned(act: StageAct) -> None:
    if act.state != ActState.PLANNED:
        raise Conflict("act_done", N_("这一步已经完成，不能再改或删除。"))


def _set_people(
    actor: Actor,
    meeting: Meeting,
    act: StageAct,
    presenters: list[NameIn],
    recipients: list[NameIn],
) -> None:
    db.session.execute(sa.delete(StagePerson).where(StagePerson.act_id == act.id))
    put_on_stage(meeting, Part.PRESENTER, enumerate(presenters, 1), act_id=act.id)
    put_on_stage(meeting, Part.RECIPIENT, enumerate(recipients, 1), act_id=act.id)
    release_source(actor, meeting.id, _source(act))
    row = act_in(meeting.id, act.id)
    for one in (*row.presenting, *row.receiving):
        if one.person_id is not None:
            engage(
                actor,
                meeting.id,
                act.item_id,
                resource=ResourceKind.PERSON,
                resource_id=one.person_id,
                label=one.name[:LABEL],
                role=one.part.value,
                source=_source(act),
            )


def _held(meeting_id: int, act_id: int) -> StageAct:
    act = lock(StageAct, act_id)
    if act.meeting_id != meeting_id:
        raise NotFound("act_unknown", N_("没有找到这一项。"))
    return act


def _source(act: StageAct) -> str:
    return f"act:{act.id}"


def _last(item_id: int) -> int:
    statement = sa.select(sa.func.max(StageAct.ordinal)).where(StageAct.item_id == item_id)
    return db.session.scalar(statement) or 0


def _note(actor: Actor, meeting: Meeting, verb: str, act: StageAct, **data: object) -> None:
    audit(actor, meeting.scope_id, verb, f"act:{act.id}", **data)
