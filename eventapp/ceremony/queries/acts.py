"""Reads of acts: plaques, unveilings, appointments and launches, with who is on the stage."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.accounts.models import User
from eventapp.alliance.models import Organisation
from eventapp.ceremony.models import StageAct, StagePerson
from eventapp.ceremony.queries.agreements import StageName, stage_name
from eventapp.ceremony.rules import ActKind, ActState, Part
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound

_IN_MEETING = StageAct.meeting_id == sa.bindparam("meeting_id")
_ACTS = (
    sa.select(StageAct, User.name)
    .outerjoin(User, User.id == StageAct.done_by)
    .where(_IN_MEETING)
    .order_by(StageAct.item_id, StageAct.group_number, StageAct.ordinal, StageAct.id)
)
_PEOPLE = (
    sa.select(StagePerson, Organisation.name)
    .join(StageAct, StageAct.id == StagePerson.act_id)
    .outerjoin(Organisation, Organisation.id == StagePerson.organisation_id)
    .where(_IN_MEETING)
    .order_by(StagePerson.act_id, StagePerson.ordinal, StagePerson.id)
)


@dataclass(frozen=True, slots=True)
class ActRow:
    """An act with who presents or unveils, and who receives; those of one group act at once."""

    id: int
    item_id: int
    kind: ActKind
    ordinal: int
    title: str
    group: int
    cue: str
    state: ActState
    done_at: datetime | None
    done_by: str
    presenting: tuple[StageName, ...]
    receiving: tuple[StageName, ...]

    @property
    def presented_by(self) -> str:
        """Give the names of those who present, in order."""
        return "、".join(one.name or one.unit for one in self.presenting)

    @property
    def received_by(self) -> str:
        """Give the units and names of those who receive, in order."""
        return "、".join(" ".join(filter(None, (one.unit, one.name))) for one in self.receiving)


@dataclass(frozen=True, slots=True)
class PlaqueRow:
    """A plaque for a unit, in one line."""

    id: int
    item_id: int
    organisation_id: int
    name: str
    plaque: str
    presenters: str
    state: ActState
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnveilingRow:
    """A plate to be unveiled, in one line."""

    id: int
    item_id: int
    plate: str
    unveilers: str
    state: ActState
    done_at: datetime | None


def acts_of(meeting_id: int) -> list[ActRow]:
    """List a meeting's acts by item, group and order; two statements in all."""
    people: defaultdict[int | None, list[StageName]] = defaultdict(list)
    for row, unit in db.session.execute(_PEOPLE, {"meeting_id": meeting_id}):
        people[row.act_id].append(stage_name(row, unit))
    return [
        ActRow(
            row.id,
            row.item_id,
            row.kind,
            row.ordinal,
            row.title,
            row.group_number,
            row.cue,
            row.state,
            row.done_at,
            by or "",
            _of(people[row.id], Part.PRESENTER),
            _of(people[row.id], Part.RECIPIENT),
        )
        for row, by in db.session.execute(_ACTS, {"meeting_id": meeting_id})
    ]


def act_in(meeting_id: int, act_id: int) -> ActRow:
    """Find an act of this meeting; raises NotFound."""
    for row in acts_of(meeting_id):
        if row.id == act_id:
            return row
    raise NotFound("act_unknown", N_("没有找到这一项。"))


def _of(people: list[StageName], part: Part) -> tuple[StageName, ...]:
    return tuple(one for one in people if one.part is part)


def plaques_of(meeting_id: int) -> list[PlaqueRow]:
    """List a meeting's plaques by item and order."""
    return [
        PlaqueRow(
            act.id,
            act.item_id,
            next((one.organisation_id or 0 for one in act.receiving), 0),
            "、".join(one.unit or one.name for one in act.receiving),
            act.title,
            act.presented_by,
            act.state,
            act.done_at,
        )
        for act in acts_of(meeting_id)
        if act.kind is ActKind.PLAQUE
    ]


def unveilings_of(meeting_id: int) -> list[UnveilingRow]:
    """List a meeting's unveilings by item and order."""
    return [
        UnveilingRow(act.id, act.item_id, act.title, act.presented_by, act.state, act.done_at)
        for act in acts_of(meeting_id)
        if act.kind is ActKind.UNVEILING
    ]
