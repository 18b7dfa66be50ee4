"""A unit's own list: kept while it is typed, sent whole or not at all.

Typing is no act yet, so only opening, dropping and sending a list are audited. What was sent
stands with the people; the rows that were typed are then deleted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, DomainError, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.registration.models import Delegation
from eventapp.registration.queries import delegation_in, fields_of
from eventapp.registration.rules import Category, field_name
from eventapp.registration.service.enrolment import Enrolled
from eventapp.registration.service.groups import Entry, register_group
from eventapp.roster.models import Roster, RosterRow
from eventapp.roster.queries.drafts import draft_rows_of, judged_draft, open_draft_of
from eventapp.roster.rules import Column, Fate, Heading, RosterState, find_heading, read_rows
from eventapp.roster.rules.answers import headings_of, texts_in
from eventapp.roster.rules.drafts import (
    DRAFT_COLUMNS,
    LONGEST_CELL,
    MOST_ROWS,
    DraftRow,
    JudgedRow,
)
from eventapp.roster.service.sheets import Sheet

_rows: Any = RosterRow.__table__
_KEEP = sa.insert(_rows)
DRAFT_KEPT = timedelta(days=7)
"""How long after a meeting a list that was never sent stays."""
_OVER = (MeetingState.ADJOURNED, MeetingState.ARCHIVED, MeetingState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Added:
    """What became of rows that were pasted or uploaded.

    `people` were added; `passed_over` are titles, totals and remarks; `left_out` are
    the headings of columns that nobody here asks for.
    """

    people: int
    passed_over: int
    left_out: tuple[str, ...] = ()


def add_sheet(actor: Actor, meeting_id: int, delegation_id: int, sheet: Sheet) -> Added:
    """Put the people of a table at the end of a unit's list.

    Raises Invalid (field `text`) where no column is a name, or the list becomes too long.
    """
    unit = delegation_in(meeting_id, delegation_id).organisation
    fields = fields_of(meeting_id)
    heading = find_heading(sheet.rows, headings_of(fields))
    if Column.NAME not in heading.columns:
        raise Invalid(
            "columns_name",
            N_("认不出哪一列是姓名。请连同表头一起粘贴，表头里要有“姓名”；粘贴的内容还在。"),
            field="text",
        )
    by_name = {field_name(one.id): one for one in fields}
    questions = {place: by_name[one] for place, one in enumerate(heading.columns) if one in by_name}
    texts = {row.number: row.cells for row in sheet.rows}
    found: list[DraftRow] = []
    read = read_rows(sheet.rows, heading)
    for row in read:
        if row.fate is Fate.SKIPPED and not row.values:
            continue
        cells = texts[row.number]
        answers = {
            field.id: [_clipped(text) for text in texts_in(field, cells[place])]
            for place, field in questions.items()
            if place < len(cells) and cells[place].strip()
        }
        found.append(DraftRow(0, _cells(cells, heading, row.values, unit), answers))
    _append(actor, meeting_id, delegation_id, found)
    above = sum(note.code == "heading" for row in read for note in row.notes)
    return Added(len(found), len(read) - len(found) - above, _left_out(sheet, heading))


def _left_out(sheet: Sheet, heading: Heading) -> tuple[str, ...]:
    """List the headings of columns that hold something and mean nothing here."""
    heads = next((row.cells for row in sheet.rows if row.number == heading.row), ())
    return tuple(
        head.strip()[:20]
        for place, head in enumerate(heads)
        if head.strip()
        and not heading.columns[place]
        and any(len(row.cells) > place and row.cells[place].strip() for row in sheet.rows[1:])
    )


def _cells(
    cells: Sequence[str], heading: Heading, values: Mapping[str, str], unit: str
) -> tuple[str, ...]:
    """Return what was sent, in the order of a draft; the own unit is not written again."""
    sent = {
        column: cells[place]
        for place, column in enumerate(heading.columns)
        if column and place < len(cells)
    }
    written = values.get(Column.UNIT, "") or sent.get(Column.UNIT, "")
    sent[Column.UNIT] = "" if name_key(written) == name_key(unit) else written
    sent[Column.CATEGORY] = values.get(Column.CATEGORY, "") or sent.get(Column.CATEGORY, "")
    return tuple(_clipped(sent.get(column, "")) for column in DRAFT_COLUMNS)


def _clipped(text: str) -> str:
    """Trim a text to what a cell keeps, without what no database and no page can hold."""
    plain = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return plain.strip()[:LONGEST_CELL]


def add_blank(actor: Actor, meeting_id: int, delegation_id: int) -> None:
    """Put an empty row at the end of a unit's list."""
    _append(actor, meeting_id, delegation_id, [DraftRow(0)])


def _append(actor: Actor, meeting_id: int, delegation_id: int, rows: Sequence[DraftRow]) -> None:
    with transaction() as session:
        roster = _hold_or_open(actor, meeting_id, delegation_id)
        last, count = session.execute(
            sa.select(sa.func.coalesce(sa.func.max(_rows.c.number), 0), sa.func.count()).where(
                _rows.c.roster_id == roster.id
            )
        ).one()
        if count + len(rows) > MOST_ROWS:
            raise Invalid(
                "draft_long", N_("一份名单最多 %(most)s 人，请分几次报。"), field="text",
                most=MOST_ROWS,
            )  # fmt: skip
        new = [
            {
                "roster_id": roster.id,
                "number": last + place,
                "cells": list(row.cells),
                "values": {str(key): list(one) for key, one in row.answers.items()},
                "fate": Fate.NEW,
                "notes": [],
            }
            for place, row in enumerate(rows, start=1)
        ]
        if new:
            session.connection().execute(_KEEP, new)


def _hold_or_open(actor: Actor, meeting_id: int, delegation_id: int) -> Roster:
    scope_id = meeting_of(meeting_id).scope_id
    delegation_in(meeting_id, delegation_id)
    found = open_draft_of(delegation_id)
    if found is not None:
        return lock(Roster, found.id)
    roster = Roster(
        meeting_id=meeting_id,
        delegation_id=delegation_id,
        actor=str(actor),
        created_at=clock.now(),
        columns=[str(column) for column in DRAFT_COLUMNS],
        totals={},
    )
    db.session.add(roster)
    flush_or(Conflict("draft_opened", N_("名单刚刚已在另一处打开，请再试一次。")))
    audit(actor, scope_id, "roster.open", f"roster:{roster.id}", delegation=delegation_id)
    return roster


def _hold(meeting_id: int, delegation_id: int) -> Roster:
    delegation_in(meeting_id, delegation_id)
    found = open_draft_of(delegation_id)
    roster = None if found is None else lock(Roster, found.id)
    if roster is None or roster.state is not RosterState.OPEN:
        raise NotFound("draft_missing", N_("名单已经提交，或已清空。请回到单位页查看。"))
    return roster


def save_draft(
    meeting_id: int,
    delegation_id: int,
    typed: Mapping[int, DraftRow],
    removed: Collection[int] = (),
) -> None:
    """Keep rows as they are typed now, by their numbers; rows not named stay as they are.

    Raises NotFound where the list was sent or dropped meanwhile.
    """
    with transaction() as session:
        roster = _hold(meeting_id, delegation_id)
        for row in session.scalars(sa.select(RosterRow).where(RosterRow.roster_id == roster.id)):
            if row.number in removed:
                session.delete(row)
                continue
            new = typed.get(row.number)
            if new is None:
                continue
            cells = [_clipped(cell) for cell in new.cells]
            values = {
                str(key): [_clipped(text) for text in one] for key, one in new.answers.items()
            }
            if (list(row.cells), dict(row.values)) != (cells, values):
                row.cells, row.values = cells, values


def discard_draft(actor: Actor, meeting_id: int, delegation_id: int) -> None:
    """Drop a unit's list with all that was typed; who is registered stays so."""
    with transaction():
        roster = _hold(meeting_id, delegation_id)
        _close(roster, RosterState.DISCARDED)
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "roster.discard", f"roster:{roster.id}")


def discard_old_drafts(actor: Actor) -> int:
    """Drop the lists that units never sent, once their meeting is over; tell how many."""
    old = db.session.execute(
        sa.select(Roster.meeting_id, Delegation.id)
        .join(Delegation, Delegation.id == Roster.delegation_id)
        .join(Meeting, Meeting.id == Roster.meeting_id)
        .where(
            Roster.state == RosterState.OPEN,
            Meeting.ends_at < clock.now() - DRAFT_KEPT,
        )
    ).all()
    for meeting_id, delegation_id in old:
        discard_draft(actor, meeting_id, delegation_id)
    return len(old)


def _close(roster: Roster, state: RosterState) -> None:
    roster.state = state
    db.session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster.id))
    db.session.flush()


def submit_draft(
    actor: Actor, meeting_id: int, delegation_id: int, *, language: str = ""
) -> list[Enrolled]:
    """Register everybody of a unit's list, or nobody: then the list stays as it is.

    Who is registered already, or stands in the list twice, is passed over. Raises Conflict where
    a row has an error, GroupRefused where there are too few places; another refusal names the
    number of its row in `row`.
    """
    with transaction():
        roster = _hold(meeting_id, delegation_id)
        meeting = meeting_of(meeting_id)
        if meeting.state in _OVER:
            raise Conflict("registration_closed", N_("这次会议现在不接受报名。"))
        judged = judged_draft(meeting, delegation_id, draft_rows_of(roster.id))
        wrong = sum(len(one.errors) for one in judged if not one.row.is_blank)
        if wrong:
            raise Conflict(
                "draft_wrong",
                N_("还有 %(wrong)s 处要改，名单没有提交；填写的内容都已保存。"),
                wrong=wrong,
            )
        new = [one for one in judged if one.is_new]
        if not new:
            raise Conflict("draft_empty", N_("名单里还没有要报名的人，请先添加。"))
        enrolled = _register(actor, meeting, delegation_id, new, language)
        roster.taken_at, roster.totals = clock.now(), {str(Fate.TAKEN): len(new)}
        _close(roster, RosterState.TAKEN)
        audit(actor, meeting.scope_id, "roster.take", f"roster:{roster.id}", taken=len(new))
    return enrolled


def _register(
    actor: Actor,
    meeting: Meeting,
    delegation_id: int,
    rows: Sequence[JudgedRow],
    language: str,
) -> list[Enrolled]:
    entries = [
        Entry(
            one.read.values[Column.NAME],
            one.read.values.get(Column.PHONE, ""),
            Category(one.read.values.get(Column.CATEGORY) or Category.DELEGATE),
            one.read.values.get(Column.TITLES, ""),
            one.read.values.get(Column.EMAIL, ""),
            one.answers,
            language,
        )
        for one in rows
    ]
    try:
        return register_group(actor, meeting.id, delegation_id, entries)
    except DomainError as error:
        if error.row is not None:
            error.row = rows[error.row].row.number
        raise
