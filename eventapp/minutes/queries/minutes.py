"""Reads of minutes, their steps and their released editions."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from eventapp.core import installation
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.minutes.models import Minutes, MinutesEdition, MinutesStep
from eventapp.minutes.queries.facts import facts_of
from eventapp.minutes.rules import (
    Byline,
    Content,
    Prose,
    Step,
    content_from,
    number_text,
)
from eventapp.voting.rules import record_code

CODE = re.compile(r"[0-9a-f]{12}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the sign-off as the timeline shows it."""

    step: Step
    name: str
    word: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EditionRow:
    """Released minutes with the meeting that they are of."""

    id: int
    minutes_id: int
    meeting_id: int
    meeting: str
    zone: str
    title: str
    number: str
    digest: str
    code: str
    pdf_digest: str
    internal_digest: str
    released_at: datetime


def minutes_of(meeting_id: int) -> Minutes | None:
    """Find the minutes of a meeting that are worked on now, which may be a correction."""
    return db.session.scalar(
        sa.select(Minutes)
        .where(Minutes.meeting_id == meeting_id)
        .order_by(Minutes.id.desc())
        .limit(1)
    )


def minutes_in(meeting_id: int, minutes_id: int) -> Minutes:
    """Find minutes of this meeting; those of another do not exist."""
    found = db.session.get(Minutes, minutes_id)
    if found is None or found.meeting_id != meeting_id:
        raise NotFound("minutes_unknown", N_("没有找到这份纪要。"))
    return found


def content_of(minutes: Minutes) -> Content:
    """Give the minutes as they stand: live while they are drafted, frozen once they are signed."""
    if minutes.frozen:
        return content_from(json.loads(minutes.frozen))
    installation.refresh()
    return Content(
        minutes.title,
        facts_of(minutes.meeting_id),
        Prose(**minutes.prose) if minutes.prose else Prose(),
        Byline(**minutes.byline) if minutes.byline else Byline(),
        installation.is_demo(),
    )


def steps_of(minutes_id: int) -> list[StepRow]:
    """List the steps that minutes have taken, oldest first."""
    rows = db.session.scalars(
        sa.select(MinutesStep).where(MinutesStep.minutes_id == minutes_id).order_by(MinutesStep.id)
    )
    return [StepRow(row.step, row.name, row.word, row.digest, row.at) for row in rows]


_EDITIONS = (
    sa.select(MinutesEdition, Minutes.title, Meeting.id, Meeting.title, Meeting.zone)
    .join(Minutes, Minutes.id == MinutesEdition.minutes_id)
    .join(Meeting, Meeting.id == Minutes.meeting_id)
)


def editions_of(meeting_id: int) -> list[EditionRow]:
    """List the released minutes of a meeting, newest first."""
    chosen = _EDITIONS.where(Meeting.id == meeting_id).order_by(MinutesEdition.id.desc())
    return [_edition(*row) for row in db.session.execute(chosen)]


def edition_in(meeting_id: int, edition_id: int) -> EditionRow:
    """Find released minutes of this meeting; a draft has no edition, so it does not exist."""
    chosen = _EDITIONS.where(Meeting.id == meeting_id, MinutesEdition.id == edition_id)
    row = db.session.execute(chosen).first()
    if row is None:
        raise NotFound("minutes_unknown", N_("没有找到这份纪要。"))
    return _edition(*row)


def edition_by_code(text: str) -> EditionRow | None:
    """Find released minutes by the code printed on them, their digest, or their file's SHA-256."""
    wanted = re.sub(r"[-\s]", "", text).lower()
    if not CODE.fullmatch(wanted):
        return None
    chosen = _EDITIONS.where(
        sa.or_(
            MinutesEdition.digest.startswith(wanted),
            sa.and_(MinutesEdition.pdf_digest == wanted, MinutesEdition.pdf_digest != ""),
        )
    )
    rows = db.session.execute(chosen).all()
    return _edition(*rows[0]) if len(rows) == 1 else None


def edition_content(edition_id: int) -> Content:
    """Read the frozen content of released minutes."""
    body = db.session.scalars(
        sa.select(MinutesEdition.body).where(MinutesEdition.id == edition_id)
    ).one()
    return content_from(json.loads(body)["content"])


def _edition(
    row: MinutesEdition, title: str, meeting_id: int, meeting: str, zone: str
) -> EditionRow:
    return EditionRow(
        row.id,
        row.minutes_id,
        meeting_id,
        meeting,
        zone,
        title,
        number_text(row.year, row.number),
        row.digest,
        record_code(row.digest),
        row.pdf_digest,
        row.internal_digest,
        row.released_at,
    )
