"""Open a list that an organiser sent, say what each of its rows means, drop it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.alliance.queries import member_names
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit
from eventapp.core.names import name_key
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import fields_of
from eventapp.roster.models import ANSWERS, Roster, RosterRow
from eventapp.roster.queries import roster_in, standing_of
from eventapp.roster.rules import (
    Column,
    Fate,
    Heading,
    ReadRow,
    RosterState,
    count_rows,
    find_heading,
    judge_rows,
    read_rows,
    suggest_units,
    unknown_units,
    who_may_be,
    with_units_meant,
)
from eventapp.roster.rules.answers import headings_of, read_answer_cells
from eventapp.roster.service.sheets import Sheet, ensure_readable, read_sheet

_rows: Any = RosterRow.__table__
_KEEP = sa.insert(_rows)
LONGEST_FILE_NAME = 160
NEW_PERSON = "new"
"""The word that a row is nobody who is known."""
KEPT = timedelta(days=30)
"""How long a list stays with its file: long enough to ask offices about their rows."""


def open_roster(actor: Actor, meeting_id: int, *, data: bytes, file_name: str) -> int:
    """Keep a list as it was sent; tell its number. `check_roster` says what it means.

    Raises Invalid (field `file`) for what is plainly no list.
    """
    ensure_readable(data, file_name)
    with transaction() as session:
        scope_id = meeting_of(meeting_id).scope_id
        files.store(data, "application/octet-stream")
        roster = Roster(
            meeting_id=meeting_id,
            file_name=file_name[-LONGEST_FILE_NAME:],
            file_digest=hashlib.sha256(data).hexdigest(),
            actor=str(actor),
            created_at=clock.now(),
            totals={},
            columns=[],
        )
        session.add(roster)
        session.flush()
        roster_id = roster.id
        audit(actor, scope_id, "roster.open", f"roster:{roster_id}", digest=roster.file_digest)
    return roster_id


def ask_for_check(actor: Actor, meeting_id: int, roster_id: int) -> int:
    """Have a list checked in the background; tell the job's number."""
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        job_id = enqueue("check_roster", meeting_of(meeting_id).scope_id, actor, roster=roster_id)
        said = {key: roster.totals.get(key, {}) for key in ("meant", "said")}
        roster.totals = {"job": job_id, **said}
    return job_id


def set_columns(
    actor: Actor, meeting_id: int, roster_id: int, *, header_row: int, columns: Sequence[str]
) -> None:
    """Say by hand what the columns of a list mean, and have it checked anew.

    A meaning is a `Column`, or a question of the meeting by its name in forms. Raises Invalid
    (field `columns`) where no column, or more than one, is the name.
    """
    chosen = [column for column in columns if column]
    if any(chosen.count(column) > 1 for column in chosen):
        raise Invalid(
            "columns_twice", N_("同一个含义只能给一列，请检查各列的选择。"), field="columns"
        )
    if Column.NAME not in chosen:
        raise Invalid("columns_name", N_("请指出哪一列是姓名。"), field="columns")
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        roster.header_row = header_row
        known = {*Column, *headings_of(fields_of(meeting_id)).values()}
        roster.columns = [str(column) if column in known else "" for column in columns]
        audit(actor, meeting_of(meeting_id).scope_id, "roster.columns", f"roster:{roster_id}")
        ask_for_check(actor, meeting_id, roster_id)


def set_units(actor: Actor, meeting_id: int, roster_id: int, meant: Mapping[str, str]) -> None:
    """Say which members units are that stand in a list under other names, and have it checked anew.

    `meant` names members by what is written; without a name the unit is none. Raises Invalid
    (field `units`) for a name that no member has.
    """
    wanted = {written: name for written, name in meant.items() if name}
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        meeting = meeting_of(meeting_id)
        if not set(wanted.values()) <= set(member_names(meeting.alliance_id).values()):
            raise Invalid("unit_gone", N_("所选的单位已不在成员名单里，请重新选。"), field="units")
        roster.totals = {**roster.totals, "meant": wanted}
        audit(actor, meeting.scope_id, "roster.units", f"roster:{roster_id}", units=len(wanted))
        ask_for_check(actor, meeting_id, roster_id)


def set_people(actor: Actor, meeting_id: int, roster_id: int, said: Mapping[int, str]) -> None:
    """Say who rows are that may be somebody known, and have the list checked anew.

    `said` holds by the row's number the id of somebody who was offered for it, `NEW_PERSON` for
    somebody new, or nothing where it is left open; other rows stay as they were said. Raises
    Invalid (field `people`) for anybody else.
    """
    with transaction():
        roster = lock_open(meeting_id, roster_id)
        offered = roster.totals.get("alike", {})
        before = roster.totals.get("said", {})
        wanted = {number: one for number, one in before.items() if int(number) not in said}
        for number, word in said.items():
            if not word:
                continue
            if word != NEW_PERSON and word not in map(str, offered.get(str(number), ())):
                raise Invalid("person_gone", N_("所选的人已不在，请重新选。"), field="people")
            wanted[str(number)] = 0 if word == NEW_PERSON else int(word)
        roster.totals = {**roster.totals, "said": wanted}
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "roster.people", f"roster:{roster_id}", rows=len(wanted))
        ask_for_check(actor, meeting_id, roster_id)


STEPS = 3
"""Steps of checking: the file is read, its rows are understood, their fates are kept."""


def check_roster(
    meeting_id: int, roster_id: int, tell: Callable[[int, int], None] = lambda _done, _of: None
) -> dict[str, Any]:
    """Read a list and keep what becomes of each row and why; tell the totals.

    Nobody is registered by it. What cannot be read at all is kept as a refusal in the totals;
    `tell` hears of each step.
    """
    tell(0, STEPS)
    roster = roster_in(meeting_id, roster_id)
    name, digest, columns = roster.file_name, roster.file_digest, tuple(roster.columns)
    header_row = roster.header_row
    try:
        sheet = read_sheet(files.read(digest), name)
    except Invalid as error:
        return _keep(meeting_id, roster_id, None, Heading(0, ()), [], error)
    tell(1, STEPS)
    fields = fields_of(meeting_id)
    heading = (
        Heading(header_row, columns) if columns else find_heading(sheet.rows, headings_of(fields))
    )
    rows = read_rows(sheet.rows, heading) if Column.NAME in heading.columns else []
    rows = read_answer_cells(rows, heading, fields)
    tell(2, STEPS)
    return _keep(meeting_id, roster_id, sheet, heading, rows, None)


def _keep(
    meeting_id: int,
    roster_id: int,
    sheet: Sheet | None,
    heading: Heading,
    rows: Sequence[ReadRow],
    refused: Invalid | None,
) -> dict[str, Any]:
    with transaction() as session:
        roster = lock_open(meeting_id, roster_id)
        meeting = meeting_of(meeting_id)
        meant = roster.totals.get("meant", {})
        rows = with_units_meant(rows, meant)
        said = roster.totals.get("said", {})
        standing = standing_of(meeting, rows, said=who_is_said(roster))
        may_be = {
            str(row.number): near
            for row in rows
            if row.fate is Fate.NEW and (near := who_may_be(row, standing))
        }
        judged = judge_rows(rows, standing)
        units = unknown_units(judged, standing.members)
        near = {unit: suggest_units(unit, standing.member_names) for unit in units}
        totals: dict[str, Any] = {
            **count_rows(judged),
            "new_units": units,
            "near": {unit: names for unit, names in near.items() if names},
            "meant": meant,
            "alike": may_be,
            "said": said,
        }
        if refused is not None:
            totals["refused"] = [refused.message, refused.params]
        if sheet is not None:
            totals |= {"others": list(sheet.others), "heads": _heads(sheet, heading)}
            roster.sheet = sheet.name[:60]
        roster.header_row, roster.columns = heading.row, [str(one) for one in heading.columns]
        roster.totals = {**totals, "job": roster.totals.get("job")}
        session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster_id))
        if judged:
            session.connection().execute(_KEEP, [_row(roster_id, row) for row in judged])
    return totals


def _heads(sheet: Sheet, heading: Heading) -> list[str]:
    """Return what stands above each column, or in its first cell."""
    rows = [row for row in sheet.rows if row.number >= heading.row]
    width = max(len(row.cells) for row in sheet.rows)
    heads = [""] * width
    for row in rows[: 1 if heading.row else 5]:
        for place, cell in enumerate(row.cells):
            heads[place] = heads[place] or cell.strip()[:30]
    return heads


def _row(roster_id: int, row: ReadRow) -> dict[str, Any]:
    return {
        "roster_id": roster_id,
        "number": row.number,
        "cells": list(row.cells),
        "values": {**row.values, ANSWERS: dict(row.answers)} if row.answers else row.values,
        "fate": row.fate,
        "notes": [note.as_json() for note in row.notes],
    }


def discard_roster(actor: Actor, meeting_id: int, roster_id: int) -> None:
    """Drop a list: its rows and its file go, who it registered stays registered."""
    with transaction() as session:
        roster = roster_in(meeting_id, roster_id)
        roster = lock(Roster, roster.id)
        session.execute(sa.delete(RosterRow).where(RosterRow.roster_id == roster_id))
        roster.state, roster.file_name, roster.totals = RosterState.DISCARDED, "", {}
        audit(actor, meeting_of(meeting_id).scope_id, "roster.discard", f"roster:{roster_id}")
        digest = roster.file_digest
        is_shared = session.scalar(
            sa.select(sa.func.count())
            .select_from(Roster)
            .where(
                Roster.file_digest == digest,
                Roster.id != roster_id,
                Roster.state != RosterState.DISCARDED,
            )
        )
        roster.file_digest = ""
        if not is_shared:
            files.discard(digest)


def discard_old_rosters(actor: Actor) -> int:
    """Drop the organisers' lists that were sent long ago; tell how many."""
    old = db.session.execute(
        sa.select(Roster.meeting_id, Roster.id).where(
            Roster.delegation_id.is_(None),
            Roster.state != RosterState.DISCARDED,
            Roster.created_at < clock.now() - KEPT,
        )
    ).all()
    for meeting_id, roster_id in old:
        discard_roster(actor, meeting_id, roster_id)
    return len(old)


def forget_person(actor: Actor, meeting_id: int, *, name: str, phone: str) -> None:
    """Leave no list of a meeting that names this person: files go whole, typed rows singly.

    Who has the same name loses a copy too, and nothing else: people stand in registrations.
    """
    wanted = name_key(name)
    with transaction() as session:
        kept = session.execute(
            sa.select(
                RosterRow.id, RosterRow.values, RosterRow.cells, Roster.id, Roster.file_digest
            )
            .join(Roster, Roster.id == RosterRow.roster_id)
            .where(Roster.meeting_id == meeting_id)
        ).all()
        for row_id, values, cells, roster_id, digest in kept:
            texts = {name_key(str(cell)) for cell in (*values.values(), *cells)}
            if wanted not in texts and not (phone and phone in texts):
                continue
            if not digest:
                session.execute(sa.delete(RosterRow).where(RosterRow.id == row_id))
            elif session.get_one(Roster, roster_id).state is not RosterState.DISCARDED:
                discard_roster(actor, meeting_id, roster_id)


def who_is_said(roster: Roster) -> dict[int, int]:
    """Tell who rows were said to be, by their numbers; 0 for somebody new."""
    return {int(number): one for number, one in roster.totals.get("said", {}).items()}


def lock_open(meeting_id: int, roster_id: int) -> Roster:
    """Hold a list that has not been taken; raises Conflict for one that has."""
    roster = lock(Roster, roster_in(meeting_id, roster_id).id)
    if roster.state is not RosterState.OPEN:
        raise Conflict("roster_closed", N_("这份名单已经导入或放弃，不能再改。"))
    return roster
