"""Verbs on what a meeting asks of those who register.

Each change renews the consent text: people agree to each question's purpose and term.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Field
from eventapp.registration.queries import all_fields_of, field_in
from eventapp.registration.rules import PRESETS, FieldDraft, FieldRow, Preset, ensure_draft
from eventapp.registration.service.settings import renew_consent

MOST_FIELDS = 60


def add_field(actor: Actor, meeting_id: int, draft: FieldDraft) -> int:
    """Ask one thing more, after the rest; tells the field's id. Raises Invalid at what is wrong."""
    with _changing(actor, meeting_id):
        return _add(actor, meeting_id, draft)


def add_preset(actor: Actor, meeting_id: int, preset: Preset) -> list[int]:
    """Ask what nearly every meeting asks: meals, rooms or cars, kept for a short time only."""
    with _changing(actor, meeting_id):
        drafts = [replace(one, short_lived=True) for one in PRESETS[preset]]
        asked = {field.label for field in all_fields_of(meeting_id) if not field.retired}
        if drafts[0].label in asked:
            raise Conflict("preset_there", N_("报名表里已经有这一组问题了。"))
        first, *rest = drafts
        ids = [_add(actor, meeting_id, first)]
        for draft in rest:
            hung = replace(draft, shown_if_id=ids[0], shown_if_value="yes")
            ids.append(_add(actor, meeting_id, hung))
    return ids


def change_field(actor: Actor, meeting_id: int, field_id: int, draft: FieldDraft) -> None:
    """Word a field anew; its kind stays, because answers of another kind may be there."""
    with _changing(actor, meeting_id):
        field = _lock_field(meeting_id, field_id)
        draft = ensure_draft(replace(draft, kind=field.kind), all_fields_of(meeting_id), field_id)
        _ensure_followed(meeting_id, field_id, draft)
        _write(field, draft)
        _note(actor, meeting_id, "field.change", field_id)


def move_field(actor: Actor, meeting_id: int, field_id: int, *, up: bool) -> None:
    """Ask a field one place earlier or later; at the end it stays where it is."""
    with _changing(actor, meeting_id):
        field_in(meeting_id, field_id)
        asked = [field for field in all_fields_of(meeting_id) if not field.retired]
        at = next((at for at, field in enumerate(asked) if field.id == field_id), None)
        if at is None:
            return
        to = at - 1 if up else at + 1
        if not 0 <= to < len(asked):
            return
        before, after = asked[min(at, to)], asked[max(at, to)]
        if after.shown_if_id == before.id:
            raise Conflict("field_order", N_("这一项要看前一项的答案，不能排到它前面。"))
        asked[at], asked[to] = asked[to], asked[at]
        for ordinal, field in enumerate(asked, start=1):
            _lock_field(meeting_id, field.id).ordinal = ordinal
        _note(actor, meeting_id, "field.move", field_id)


def retire_field(actor: Actor, meeting_id: int, field_id: int) -> None:
    """Ask a field no longer; answers that were given stay until their term."""
    with _changing(actor, meeting_id):
        field = _lock_field(meeting_id, field_id)
        if field.retired_at is not None:
            return
        if _hung_on(meeting_id, field_id):
            raise Conflict("field_steers", N_("还有问题要看这一项的答案，请先停用或修改那些问题。"))
        field.retired_at = clock.now()
        _note(actor, meeting_id, "field.retire", field_id)


def restore_field(actor: Actor, meeting_id: int, field_id: int) -> None:
    """Ask a retired field again, after the rest."""
    with _changing(actor, meeting_id):
        fields = all_fields_of(meeting_id)
        field = _lock_field(meeting_id, field_id)
        if field.retired_at is None:
            return
        row = next(one for one in fields if one.id == field_id)
        _write(field, ensure_draft(_draft(row), fields, field_id))
        field.retired_at, field.ordinal = None, _next_ordinal(fields)
        _note(actor, meeting_id, "field.restore", field_id)


@contextmanager
def _changing(actor: Actor, meeting_id: int) -> Iterator[None]:
    """Hold a meeting's form while it is changed, and let its consent text follow."""
    with transaction():
        lock(Meeting, meeting_id)
        yield
        db.session.flush()
        renew_consent(actor, meeting_id)


def _add(actor: Actor, meeting_id: int, draft: FieldDraft) -> int:
    fields = all_fields_of(meeting_id)
    if len(fields) >= MOST_FIELDS:
        raise Conflict("fields_many", N_("报名问题太多了，请先停用一些。"))
    field = Field(meeting_id=meeting_id, ordinal=_next_ordinal(fields), kind=draft.kind)
    _write(field, ensure_draft(draft, fields))
    db.session.add(field)
    db.session.flush()
    _note(actor, meeting_id, "field.add", field.id)
    return field.id


def _next_ordinal(fields: list[FieldRow]) -> int:
    return max((field.ordinal for field in fields), default=0) + 1


def _write(field: Field, draft: FieldDraft) -> None:
    for name, value in _columns(draft).items():
        setattr(field, name, value)


def _columns(draft: FieldDraft) -> dict[str, object]:
    columns = {name: getattr(draft, name) for name in FieldDraft.__dataclass_fields__}
    return {**columns, "categories": list(draft.categories), "options": list(draft.options)}


def _draft(row: FieldRow) -> FieldDraft:
    return FieldDraft(**{name: getattr(row, name) for name in FieldDraft.__dataclass_fields__})


def _lock_field(meeting_id: int, field_id: int) -> Field:
    field_in(meeting_id, field_id)
    return lock(Field, field_id)


def _hung_on(meeting_id: int, field_id: int) -> list[FieldRow]:
    fields = all_fields_of(meeting_id)
    return [one for one in fields if one.shown_if_id == field_id and not one.retired]


def _ensure_followed(meeting_id: int, field_id: int, draft: FieldDraft) -> None:
    """Refuse to drop an option that decides about another field."""
    values = {one.shown_if_value for one in _hung_on(meeting_id, field_id)}
    if draft.options and not values <= set(draft.options):
        raise Conflict("field_steers", N_("还有问题要看这一项的答案，请先停用或修改那些问题。"))


def _note(actor: Actor, meeting_id: int, action: str, field_id: int) -> None:
    scope_id = db.session.get_one(Meeting, meeting_id).scope_id
    audit(actor, scope_id, action, f"field:{field_id}")
