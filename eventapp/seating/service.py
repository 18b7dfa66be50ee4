"""Verbs of seating: draw a plan, order its people, move them by hand, take a step back.

Each change names the version on which it was decided; what was before is kept, so that it can be
taken back.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category
from eventapp.seating.models import SeatingLine, SeatingPlan
from eventapp.seating.queries import (
    comers_of,
    lines_of,
    plan_in,
    plan_row,
    proposed_for,
    sitters_of,
    successors_of,
)
from eventapp.seating.rules import (
    CUSTOMS,
    LARGEST,
    OVER,
    STEPS_KEPT,
    USUAL,
    Kind,
    Preset,
    Shape,
    Whom,
    key_of,
    move,
    presets_for,
    whom,
)

NOT_HERE = N_("这份名单里没有这一位，可能刚被移出。")


@dataclass
class Draft:
    """A plan while it is changed: how it is drawn, and whom it means in rank, with their pins."""

    title: str
    preset: Preset
    shape: Shape
    lines: list[tuple[str, int | None]]

    def as_json(self) -> dict[str, Any]:
        """Write it down, to come back to."""
        shape = self.shape
        return {
            "title": self.title,
            "preset": self.preset.value,
            "shape": [shape.columns, shape.rows, shape.capacity],
            "lines": [[key, pin] for key, pin in self.lines],
        }

    def become(self, kept: dict[str, Any]) -> None:
        """Be again what was written down."""
        self.title, self.preset = kept["title"], Preset(kept["preset"])
        self.shape = Shape(*kept["shape"])
        self.lines = [(key, pin) for key, pin in kept["lines"]]

    def at(self, key: str) -> int:
        """Tell where in the list somebody stands, from 0; raises Invalid."""
        for index, (known, _pin) in enumerate(self.lines):
            if known == key:
                return index
        raise Invalid("line_unknown", NOT_HERE)


def create_plan(
    actor: Actor,
    meeting_id: int,
    *,
    kind: Kind,
    title: str,
    preset: Preset | None = None,
    shape: Shape | None = None,
) -> int:
    """Draw a plan with whom protocol proposes; tell its id.

    Raises Invalid for a preset of another kind or a size that is too large.
    """
    preset, shape = preset or presets_for(kind)[0], shape or USUAL[kind]
    _ensure_fits(kind, preset, shape)
    with transaction() as session:
        meeting = _hold(meeting_id)
        plan = SeatingPlan(meeting_id=meeting_id, kind=kind, preset=preset, title=title, past=[])
        _write_shape(plan, shape)
        session.add(plan)
        session.flush()
        _write_lines(plan.id, [(key, None) for key in proposed_for(meeting, kind)])
        audit(actor, meeting.scope_id, "seating.create", f"seating:{plan.id}", kind=kind)
        return plan.id


def change_plan(
    actor: Actor,
    meeting_id: int,
    plan_id: int,
    *,
    version: int,
    title: str,
    preset: Preset,
    shape: Shape,
) -> None:
    """Draw a plan by another custom, in another size or under another title; pins stay."""
    with _changing(actor, meeting_id, plan_id, version, "seating.change") as draft:
        _ensure_fits(plan_row(meeting_id, plan_id).kind, preset, shape)
        draft.title, draft.preset, draft.shape = title, preset, shape


def place_by_hand(
    actor: Actor, meeting_id: int, plan_id: int, *, version: int, key: str, place: int
) -> None:
    """Give somebody a place; whoever has it comes to where they were. Blocks make room."""
    with _changing(
        actor, meeting_id, plan_id, version, "seating.place", whom=key, place=place
    ) as draft:
        plan = plan_in(lock(Meeting, meeting_id), plan_id)
        if not 1 <= place <= len(plan.places):
            raise Invalid("place_unknown", N_("没有这个位置，请从图上选。"), field="place")
        sitters = sitters_of(plan.lines)
        if key not in {one.key for one in sitters}:
            raise Invalid("line_unknown", NOT_HERE)
        moved = move(sitters, len(plan.places), plan.shape.capacity, key, place)
        pins = {one.key: one.pin for one in moved}
        draft.lines = [(one, pins.get(one, pin)) for one, pin in draft.lines]


def release(
    actor: Actor, meeting_id: int, plan_id: int, *, version: int, key: str | None = None
) -> None:
    """Let protocol place somebody again, or everybody."""
    with _changing(actor, meeting_id, plan_id, version, "seating.release", whom=key or "") as draft:
        if key is not None:
            draft.at(key)
        draft.lines = [(one, None if key in (None, one) else pin) for one, pin in draft.lines]


def rank_at(
    actor: Actor, meeting_id: int, plan_id: int, *, version: int, key: str, position: int
) -> None:
    """Give somebody another rank, counted from 1; what lies outside becomes first or last."""
    with _changing(
        actor, meeting_id, plan_id, version, "seating.rank", whom=key, position=position
    ) as draft:
        line = draft.lines.pop(draft.at(key))
        draft.lines.insert(max(0, position - 1), line)


def add_to_plan(
    actor: Actor, meeting_id: int, plan_id: int, *, version: int, keys: Sequence[str]
) -> None:
    """Add people of the meeting, units or categories at the end; who is there already stays."""
    with _changing(actor, meeting_id, plan_id, version, "seating.add", whom=list(keys)) as draft:
        _ensure_meant(meeting_id, plan_row(meeting_id, plan_id).kind, keys)
        here = {key for key, _pin in draft.lines}
        draft.lines += [(key, None) for key in dict.fromkeys(keys) if key not in here]


def take_out(actor: Actor, meeting_id: int, plan_id: int, *, version: int, key: str) -> None:
    """Take somebody out of a plan."""
    with _changing(actor, meeting_id, plan_id, version, "seating.drop", whom=key) as draft:
        draft.lines.pop(draft.at(key))


def renew_plan(actor: Actor, meeting_id: int, plan_id: int, *, version: int) -> None:
    """Order a plan by protocol again: newcomers in their rank, substitutes for whom they replace.

    Who was added by hand stays behind those who are proposed; who does not come goes; pins stay.
    """
    with _changing(actor, meeting_id, plan_id, version, "seating.renew") as draft:
        meeting = lock(Meeting, meeting_id)
        plan = plan_in(meeting, plan_id)
        pins = dict(draft.lines)
        gone = {line.key for line in plan.lines if not line.comes}
        if plan.kind is not Kind.AUDIENCE:
            for old, new in successors_of({int(whom(key)[1]) for key in gone}).items():
                pins.setdefault(key_of(Whom.PERSON, new), pins[key_of(Whom.PERSON, old)])
        proposed = proposed_for(meeting, plan.kind)
        own = [key for key in pins if key not in gone and key not in proposed]
        draft.lines = [(key, pins.get(key)) for key in [*proposed, *own]]


def undo(actor: Actor, meeting_id: int, plan_id: int, *, version: int) -> None:
    """Take the last change back, and at the next call the one before it."""
    with _changing(actor, meeting_id, plan_id, version, "seating.undo", keeps=False) as draft:
        plan = plan_row(meeting_id, plan_id)
        if not plan.past:
            raise Conflict("nothing_to_undo", N_("没有可以撤销的改动。"))
        *plan.past, last = plan.past
        draft.become(last)


def delete_plan(actor: Actor, meeting_id: int, plan_id: int) -> None:
    """Delete a plan with its lines."""
    with transaction() as session:
        meeting = _hold(meeting_id)
        plan = plan_row(meeting_id, plan_id)
        session.execute(sa.delete(SeatingLine).where(SeatingLine.plan_id == plan_id))
        session.delete(plan)
        audit(actor, meeting.scope_id, "seating.delete", f"seating:{plan_id}")


def _hold(meeting_id: int) -> Meeting:
    meeting = lock(Meeting, meeting_id)
    if meeting.state.value in OVER:
        raise Conflict("meeting_over", N_("会议已经归档或取消，座次不再改动。"))
    return meeting


@contextmanager
def _changing(
    actor: Actor,
    meeting_id: int,
    plan_id: int,
    version: int,
    verb: str,
    *,
    keeps: bool = True,
    **data: Any,
) -> Iterator[Draft]:
    """Change a plan as it was at `version`; the caller changes the draft, this writes it."""
    with transaction():
        meeting = _hold(meeting_id)
        plan_row(meeting_id, plan_id)
        plan = lock(SeatingPlan, plan_id)
        if plan.version != version:
            raise Conflict(
                "plan_changed",
                N_("别人刚刚改动了这份座次，这一步没有做。下面是最新的座次，请看过再改。"),
            )
        shape = Shape(plan.columns, plan.rows, plan.capacity)
        draft = Draft(plan.title, plan.preset, shape, lines_of(plan_id))
        before = draft.as_json()
        yield draft
        if keeps:
            plan.past = [*plan.past, before][-STEPS_KEPT:]
        plan.title, plan.preset = draft.title, draft.preset
        _write_shape(plan, draft.shape)
        plan.version += 1
        _write_lines(plan_id, draft.lines)
        audit(actor, meeting.scope_id, verb, f"seating:{plan_id}", **data)


def _write_shape(plan: SeatingPlan, shape: Shape) -> None:
    plan.columns, plan.rows, plan.capacity = shape.columns, shape.rows, shape.capacity


def _write_lines(plan_id: int, lines: Sequence[tuple[str, int | None]]) -> None:
    session = db.session
    session.execute(sa.delete(SeatingLine).where(SeatingLine.plan_id == plan_id))
    for ordinal, (key, place) in enumerate(lines, start=1):
        which, value = whom(key)
        session.add(
            SeatingLine(
                plan_id=plan_id,
                ordinal=ordinal,
                registration_id=int(value) if which is Whom.PERSON else None,
                organisation_id=int(value) if which is Whom.UNIT else None,
                category=Category(value) if which is Whom.CATEGORY else None,
                place=place,
            )
        )
    session.flush()


def _ensure_fits(kind: Kind, preset: Preset, shape: Shape) -> None:
    if kind not in CUSTOMS[preset].kinds:
        raise Invalid("preset_of_other_kind", N_("这种座次不用这个惯例，请另选。"), field="preset")
    for field, value in (
        ("columns", shape.columns),
        ("rows", shape.rows),
        ("capacity", shape.capacity),
    ):
        if not 1 <= value <= LARGEST:
            raise Invalid(
                "size_outside", N_("请填 1 到 %(most)s 之间的数。"), field=field, most=LARGEST
            )
    if kind is not Kind.AUDIENCE and (shape.rows, shape.capacity) != (1, 1):
        raise Invalid("one_each", N_("只有会场分区才有排数和每区人数。"), field="capacity")


def _ensure_meant(meeting_id: int, kind: Kind, keys: Sequence[str]) -> None:
    """Refuse who does not come to the meeting, and what this kind of plan does not place."""
    meeting = lock(Meeting, meeting_id)
    if kind is Kind.AUDIENCE:
        allowed = set(proposed_for(meeting, kind))
    else:
        allowed = {one.key for one in comers_of(meeting)}
    if not keys or not allowed.issuperset(keys):
        raise Invalid("line_unknown", N_("请从名单里选择要添加的人员或单位。"), field="keys")
