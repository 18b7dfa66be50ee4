"""Reads of what a meeting asks of those who register, and of what they answered."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.registration.models import Answer, Correction, Field, Registration
from eventapp.registration.rules import Category, FieldKind, FieldRow

_fields: Any = Field.__table__
_answers: Any = Answer.__table__
_FIELDS = (
    sa.select(
        _fields.c.kind,
        _fields.c.label,
        _fields.c.purpose,
        _fields.c.label_en,
        _fields.c.help,
        _fields.c.categories,
        _fields.c.options,
        _fields.c.required,
        _fields.c.short_lived,
        _fields.c.shown_if_id,
        _fields.c.shown_if_value,
        _fields.c.id,
        _fields.c.ordinal,
        _fields.c.retired_at,
    )
    .where(_fields.c.meeting_id == sa.bindparam("meeting_id"))
    .order_by(_fields.c.ordinal, _fields.c.id)
)
_ANSWERS = sa.select(_answers.c.registration_id, _answers.c.field_id, _answers.c.value).where(
    _answers.c.registration_id.in_(sa.bindparam("ids", expanding=True))
)
MOST = 500  # numbers in one statement


def all_fields_of(meeting_id: int) -> list[FieldRow]:
    """List a meeting's fields in their order, the retired ones too."""
    rows = db.session.connection().execute(_FIELDS, {"meeting_id": meeting_id})
    return [_row(row) for row in rows]


def _row(row: Any) -> FieldRow:
    *values, retired_at = row
    kind, label, purpose, label_en, help_, categories, options, *rest = values
    return FieldRow(
        kind,
        label,
        purpose,
        label_en,
        help_,
        tuple(categories),
        tuple(options),
        *rest,
        retired=retired_at is not None,
    )


def fields_of(meeting_id: int, category: Category | None = None) -> list[FieldRow]:
    """List what a meeting asks, in its order; of one category only where that is named."""
    return [
        field
        for field in all_fields_of(meeting_id)
        if not field.retired
        and (category is None or not field.categories or category in field.categories)
    ]


def field_in(meeting_id: int, field_id: int) -> FieldRow:
    """Find a field of this meeting."""
    found = next((one for one in all_fields_of(meeting_id) if one.id == field_id), None)
    if found is None:
        raise NotFound("field_unknown", N_("没有找到这个报名问题。"))
    return found


def answers_of(registration_ids: Collection[int]) -> dict[int, dict[int, list[str]]]:
    """Tell what was answered, by registration and field; who answered nothing has an empty one."""
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    ids = sorted(registration_ids)
    for at in range(0, len(ids), MOST):
        rows = db.session.connection().execute(_ANSWERS, {"ids": ids[at : at + MOST]})
        for registration_id, field_id, value in rows:
            found[registration_id][field_id] = list(value)
    return found


def file_answered(meeting_id: int, registration_id: int, field_id: int) -> tuple[str, str]:
    """Tell digest and name of the file that somebody of this meeting sent for a field."""
    value = db.session.scalar(
        sa.select(Answer.value)
        .join(Field, Field.id == Answer.field_id)
        .join(Registration, Registration.id == Answer.registration_id)
        .where(
            Registration.meeting_id == meeting_id,
            Answer.registration_id == registration_id,
            Answer.field_id == field_id,
            Field.kind == FieldKind.FILE,
        )
    )
    if not value:
        raise NotFound("file_missing", N_("没有找到这个文件。"))
    digest, name = value
    return digest, name


def correction_of(registration_id: int) -> Correction | None:
    """Find what somebody asked to have corrected, None where nothing waits."""
    return db.session.get(Correction, registration_id)
