"""Verbs on minutes: write, check, comment, sign, send back, release, and note who took them."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from eventapp.accounts.models import User
from eventapp.alliance.models import Alliance
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.jobs import enqueue
from eventapp.core.ledger import audit, canonical, digest
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.minutes.models import Minutes, MinutesDownload, MinutesEdition, MinutesStep
from eventapp.minutes.queries import content_of, edition_in, steps_of
from eventapp.minutes.rules import (
    Byline,
    Content,
    Format,
    Prose,
    State,
    Step,
    ensure_comments_ended,
    ensure_did_not_write,
    ensure_different_person,
    ensure_may_become,
    ensure_word,
    record_of,
)

RENDER_JOB = "render_minutes"
PDF = "application/pdf"


def start_minutes(actor: Actor, meeting_id: int, *, title: str = "") -> Minutes:
    """Begin the minutes of a meeting; a meeting has one, corrections aside.

    The drafter is whoever begins, until somebody submits.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        minutes = Minutes(
            meeting_id=meeting_id,
            title=title.strip() or f"{meeting.title.removesuffix('会议')}会议纪要",
            prose=record_of(Prose()),
            byline=record_of(Byline()),
            writers=[],
            drafter_id=actor.id,
            created_at=clock.now(),
        )
        session.add(minutes)
        flush_or(Conflict("minutes_exist", N_("这次会议已经有纪要了。")))
        audit(actor, meeting.scope_id, "minutes.start", f"minutes:{minutes.id}")
    return minutes


def save_draft(
    actor: Actor,
    meeting_id: int,
    minutes_id: int,
    *,
    version: int,
    title: str,
    prose: Prose,
    byline: Byline,
) -> Minutes:
    """Keep what was written; refuse to write over what somebody else saved meanwhile.

    Raises Conflict `minutes_changed` when `version` is not the one that is kept.
    """
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        _ensure_drafting(minutes)
        if minutes.version != version:
            raise Conflict(
                "minutes_changed", N_("另一位编辑刚刚保存了这份纪要，两份文字都在下面。")
            )
        minutes.title, minutes.version = title, version + 1
        minutes.prose, minutes.byline = record_of(prose), record_of(byline)
        minutes.writers = sorted({*minutes.writers, actor.id})
        _audit(actor, minutes, "minutes.save", version=minutes.version)
    return minutes


def submit_minutes(actor: Actor, meeting_id: int, minutes_id: int, *, version: int) -> Minutes:
    """Hand the draft over to be checked; whoever hands it over is its drafter."""
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        ensure_may_become(minutes.state, State.CHECKING)
        if minutes.version != version:
            raise Conflict("minutes_changed", N_("纪要刚刚有新的修改，请看过后再提交。"))
        minutes.state, minutes.drafter_id = State.CHECKING, actor.id
        minutes.writers = sorted({*minutes.writers, actor.id})
        _take(actor, minutes, Step.SUBMIT)
    return minutes


def check_minutes(
    actor: Actor, meeting_id: int, minutes_id: int, *, seen: str, skip: str | None = None
) -> Minutes:
    """Vouch that the text agrees with the records, and open the round of comments.

    `seen` is the digest of the content on the checker's page; Conflict if it changed meanwhile.
    With a word in `skip` the round is over at once, and the word says why none was held.
    """
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        ensure_may_become(minutes.state, State.COMMENTS)
        ensure_did_not_write(minutes.writers, actor.id)
        ensure_different_person(minutes.drafter_id, actor.id, None)
        _ensure_seen(minutes, seen)
        reason = None if skip is None else ensure_word(skip)
        minutes.state, minutes.checker_id = State.COMMENTS, actor.id
        _take(actor, minutes, Step.CHECK)
        if reason is not None:
            _take(actor, minutes, Step.END_COMMENTS, reason)
    return minutes


def comment_minutes(actor: Actor, meeting_id: int, minutes_id: int, *, word: str) -> None:
    """Add a comment to minutes that are open for them."""
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        if minutes.state is not State.COMMENTS:
            raise Conflict("minutes_state", N_("这份纪要现在不征求意见。"))
        _take(actor, minutes, Step.COMMENT, ensure_word(word))


def end_comments(actor: Actor, meeting_id: int, minutes_id: int, *, word: str = "") -> None:
    """Close the round of comments, so that the minutes can be signed."""
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        if minutes.state is not State.COMMENTS:
            raise Conflict("minutes_state", N_("这份纪要现在不征求意见。"))
        _take(actor, minutes, Step.END_COMMENTS, word.strip())


def sign_minutes(actor: Actor, meeting_id: int, minutes_id: int, *, seen: str) -> Minutes:
    """Sign the minutes: from now on their content is frozen, whatever the records become.

    `seen` is the digest of the content on the signer's page: one signs what one has read.
    """
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        ensure_may_become(minutes.state, State.SIGNED)
        ensure_comments_ended(row.step for row in steps_of(minutes_id))
        ensure_did_not_write(minutes.writers, actor.id)
        ensure_different_person(minutes.drafter_id, minutes.checker_id, actor.id)
        _ensure_seen(minutes, seen)
        minutes.frozen = canonical(content_of(minutes).record()).decode()
        minutes.state, minutes.signer_id = State.SIGNED, actor.id
        _take(actor, minutes, Step.SIGN)
    return minutes


def send_back(actor: Actor, meeting_id: int, minutes_id: int, *, word: str) -> Minutes:
    """Send the minutes back to be drafted anew, with a word why; what was frozen thaws."""
    with transaction():
        minutes = _locked(meeting_id, minutes_id)
        ensure_may_become(minutes.state, State.DRAFTING, word)
        _take(actor, minutes, Step.SEND_BACK, word.strip())
        minutes.state, minutes.frozen = State.DRAFTING, ""
        minutes.checker_id = minutes.signer_id = None
        minutes.version += 1
    return minutes


def thaw_minutes(actor: Actor, meeting_id: int, naming: str, *, word: str) -> int:
    """Send signed minutes that name somebody back, for who is erased must not be released.

    Tells how many it were; drafts follow the records by themselves, released ones stay.
    """
    with transaction() as session:
        signed = session.scalars(
            sa.select(Minutes.id).where(
                Minutes.meeting_id == meeting_id,
                Minutes.state == State.SIGNED,
                Minutes.frozen.contains(naming, autoescape=True),
            )
        ).all()
        for minutes_id in signed:
            send_back(actor, meeting_id, minutes_id, word=word)
    return len(signed)


def release_minutes(actor: Actor, meeting_id: int, minutes_id: int) -> MinutesEdition:
    """Release signed minutes under the next number of their alliance's year, without gaps.

    The papers are made by a job after the commit.
    """
    with transaction() as session:
        minutes = _locked(meeting_id, minutes_id)
        ensure_may_become(minutes.state, State.RELEASED)
        meeting = meeting_of(meeting_id)
        lock(Alliance, meeting.alliance_id)
        edition = _edition(minutes, meeting)
        session.add(edition)
        flush_or(Conflict("minutes_released", N_("这份纪要已经发布。")))
        minutes.state = State.RELEASED
        _take(actor, minutes, Step.RELEASE)
        enqueue(RENDER_JOB, meeting.scope_id, actor, meeting=meeting_id, edition=edition.id)
    return edition


def _edition(minutes: Minutes, meeting: Meeting) -> MinutesEdition:
    released_at = clock.now()
    year = released_at.astimezone(ZoneInfo(meeting.zone)).year
    last = db.session.scalar(
        sa.select(sa.func.max(MinutesEdition.number)).where(
            MinutesEdition.alliance_id == meeting.alliance_id, MinutesEdition.year == year
        )
    )
    body = {
        "minutes": minutes.id,
        "alliance": meeting.alliance_id,
        "year": year,
        "number": (last or 0) + 1,
        "released_at": released_at.isoformat(),
        "content": json.loads(minutes.frozen),
    }
    return MinutesEdition(
        minutes_id=minutes.id,
        alliance_id=meeting.alliance_id,
        year=year,
        number=body["number"],
        body=canonical(body).decode(),
        digest=digest(body),
        released_at=released_at,
    )


def keep_papers(edition_id: int, *, press: bytes, internal: bytes) -> None:
    """Keep the two settings of a released edition by their digests; doing it twice changes nothing.

    Whoever sets them does so outside a transaction, for it takes a second, and the same edition
    gives the same bytes.
    """
    with transaction():
        row = lock(MinutesEdition, edition_id)
        row.pdf_digest = row.pdf_digest or files.store(press, PDF).digest
        row.internal_digest = row.internal_digest or files.store(internal, PDF).digest


def note_download(actor: Actor, meeting_id: int, edition_id: int, taken_as: Format) -> None:
    """Note that somebody took released minutes away; a log of its own, apart from the audit."""
    edition = edition_in(meeting_id, edition_id)
    with transaction() as session:
        session.add(
            MinutesDownload(
                edition_id=edition.id, actor=str(actor), format=taken_as, at=clock.now()
            )
        )


def content_digest(content: Content) -> str:
    """Tell the digest that a step of the sign-off vouches for."""
    return digest(content.record())


def _locked(meeting_id: int, minutes_id: int) -> Minutes:
    minutes = lock(Minutes, minutes_id)
    if minutes.meeting_id != meeting_id:
        raise NotFound("minutes_unknown", N_("没有找到这份纪要。"))
    return minutes


def _ensure_drafting(minutes: Minutes) -> None:
    if minutes.state is not State.DRAFTING:
        raise Conflict("minutes_state", N_("纪要已经提交，不能再改；需要修改请先退回。"))


def _ensure_seen(minutes: Minutes, seen: str) -> None:
    if content_digest(content_of(minutes)) != seen:
        raise Conflict("minutes_changed", N_("您看到的内容之后又有变化，请看过现在的内容再确认。"))


def _take(actor: Actor, minutes: Minutes, step: Step, word: str = "") -> None:
    """Note a step: who took it, when, and the digest of the content that they took it on."""
    hashed = content_digest(content_of(minutes))
    db.session.add(
        MinutesStep(
            minutes_id=minutes.id,
            step=step,
            user_id=actor.id,
            name=db.session.get_one(User, actor.id).name,
            word=word,
            digest=hashed,
            at=clock.now(),
        )
    )
    db.session.flush()
    _audit(actor, minutes, f"minutes.{step.value}", digest=hashed)


def _audit(actor: Actor, minutes: Minutes, action: str, **data: Any) -> None:
    scope_id = meeting_of(minutes.meeting_id).scope_id
    audit(actor, scope_id, action, f"minutes:{minutes.id}", **data)
