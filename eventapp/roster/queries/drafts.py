"""Reads of a unit's own list before it is sent."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.core.db import db
from eventapp.meetings.models import Meeting
from eventapp.registration.queries import delegation_in, fields_of
from eventapp.registration.rules import FieldRow
from eventapp.roster.models import Roster, RosterRow
from eventapp.roster.queries.standing import standing_of
from eventapp.roster.rules import RosterState
from eventapp.roster.rules.answers import asked_in_lists
from eventapp.roster.rules.drafts import (
    DraftRow,
    JudgedRow,
    judge_draft,
    read_draft,
)


def open_draft_of(delegation_id: int) -> Roster | None:
    """Find the list that a unit is writing, if it is."""
    return db.session.scalar(
        sa.select(Roster).where(
            Roster.delegation_id == delegation_id, Roster.state == RosterState.OPEN
        )
    )


def draft_rows_of(roster_id: int) -> list[DraftRow]:
    """List the rows of a draft as they are typed so far."""
    rows = db.session.scalars(
        sa.select(RosterRow).where(RosterRow.roster_id == roster_id).order_by(RosterRow.number)
    )
    return [
        DraftRow(row.number, tuple(row.cells), {int(key): one for key, one in row.values.items()})
        for row in rows
    ]


def judged_draft(
    meeting: Meeting,
    delegation_id: int,
    rows: Sequence[DraftRow],
    fields: Sequence[FieldRow] | None = None,
) -> list[JudgedRow]:
    """Say of each row what becomes of it if the list is sent now; nothing is kept of it."""
    asked = asked_in_lists(fields_of(meeting.id) if fields is None else fields)
    read = read_draft(rows)
    unit = delegation_in(meeting.id, delegation_id)
    return judge_draft(
        rows,
        read,
        unit=unit.organisation,
        standing=standing_of(meeting, read, of_unit=unit),
        fields=asked,
    )
