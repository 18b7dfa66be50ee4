"""Verbs before a ballot opens: put a question, choose mode, rule and electorate."""

from collections.abc import Sequence

import sqlalchemy as sa

from eventapp.agenda.queries import items_of
from eventapp.alliance.queries import list_edition_in
from eventapp.charter.queries import body_of, edition_in
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.voting.models import Ballot, Motion
from eventapp.voting.queries import motion_in
from eventapp.voting.rules import (
    OFFERED_KINDS,
    OFFERED_MODES,
    BallotState,
    ElectorateSource,
    Mode,
    MotionKind,
    Rule,
    ensure_may_edit,
    text_digest,
)

NOT_TABLED = N_("只有提交审议的稿子才能付诸表决，草案请先提交审议。")


def create_motion(
    actor: Actor,
    meeting_id: int,
    *,
    kind: MotionKind,
    title: str,
    text: str = "",
    charter_edition_id: int | None = None,
    list_edition_id: int | None = None,
    item_id: int | None = None,
) -> Motion:
    """Put a question under the meeting's next number, with a snapshot of what it is about.

    A charter or a list must have been tabled: only a frozen text can be voted on.
    """
    if kind not in OFFERED_KINDS:
        raise Invalid("kind_not_offered", N_("暂不支持这类表决事项。"), field="kind")
    if not title.strip():
        raise Invalid("title_missing", N_("请填写表决事项。"), field="title")
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        _ensure_item(meeting_id, item_id)
        frozen, digest = _snapshot(
            meeting.alliance_id, kind, title, text, charter_edition_id, list_edition_id
        )
        last = session.scalar(
            sa.select(sa.func.max(Motion.number)).where(Motion.meeting_id == meeting_id)
        )
        motion = Motion(
            meeting_id=meeting_id,
            number=(last or 0) + 1,
            kind=kind,
            title=title.strip(),
            text=frozen,
            digest=digest,
            charter_edition_id=charter_edition_id if kind is MotionKind.CHARTER else None,
            list_edition_id=list_edition_id if kind is MotionKind.LIST else None,
            item_id=item_id,
        )
        session.add(motion)
        flush_or(Conflict("motion_number", N_("刚刚有人也新建了事项，请再提交一次。")))
        audit(actor, meeting.scope_id, "motion.create", f"motion:{motion.id}", digest=digest)
    return motion


def prepare_ballot(
    actor: Actor,
    meeting_id: int,
    *,
    motion_id: int,
    mode: Mode,
    rule: Rule,
    source: ElectorateSource,
    list_edition_id: int | None = None,
    organisation_ids: Sequence[int] = (),
    repeats_id: int | None = None,
) -> Ballot:
    """Prepare one taking of votes on a motion; everything can be changed until it opens."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        motion_in(meeting_id, motion_id)
        ballot = Ballot(meeting_id=meeting_id, motion_id=motion_id, repeats_id=None)
        if repeats_id is not None:
            ballot.repeats_id = _annulled(meeting_id, motion_id, repeats_id)
        _arrange(ballot, meeting.alliance_id, mode, rule, source, list_edition_id, organisation_ids)
        session.add(ballot)
        session.flush()
        audit(actor, meeting.scope_id, "ballot.prepare", f"ballot:{ballot.id}")
    return ballot


def change_ballot(
    actor: Actor,
    meeting_id: int,
    ballot_id: int,
    *,
    mode: Mode,
    rule: Rule,
    source: ElectorateSource,
    list_edition_id: int | None = None,
    organisation_ids: Sequence[int] = (),
) -> Ballot:
    """Change how a ballot will be taken; once it has been opened nothing changes any more."""
    with transaction():
        meeting = lock(Meeting, meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_edit(ballot.state)
        _arrange(ballot, meeting.alliance_id, mode, rule, source, list_edition_id, organisation_ids)
        audit(actor, meeting.scope_id, "ballot.change", f"ballot:{ballot_id}")
    return ballot


def discard_ballot(actor: Actor, meeting_id: int, ballot_id: int) -> None:
    """Take a ballot that was never opened off the list; an opened one can only be annulled."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_edit(ballot.state)
        session.delete(ballot)
        audit(actor, meeting.scope_id, "ballot.discard", f"ballot:{ballot_id}")


def hold_ballot(meeting_id: int, ballot_id: int) -> Ballot:
    """Lock a ballot of this meeting; one elsewhere does not exist."""
    ballot = lock(Ballot, ballot_id)
    if ballot.meeting_id != meeting_id:
        raise NotFound("ballot_unknown", N_("没有找到这次表决。"))
    return ballot


def _arrange(
    ballot: Ballot,
    alliance_id: int,
    mode: Mode,
    rule: Rule,
    source: ElectorateSource,
    list_edition_id: int | None,
    organisation_ids: Sequence[int],
) -> None:
    if mode not in OFFERED_MODES:
        raise Invalid("mode_not_offered", N_("暂不支持这种表决方式。"), field="mode")
    if source is ElectorateSource.PROPOSED_LIST:
        if list_edition_id is None:
            raise Invalid("list_missing", N_("请选择拟任名单。"), field="list_edition_id")
        if not list_edition_in(alliance_id, list_edition_id).digest:
            raise Conflict("edition_not_tabled", NOT_TABLED)
    if source is ElectorateSource.BY_HAND and not organisation_ids:
        raise Invalid("units_missing", N_("请选择有表决权的单位。"), field="organisation_ids")
    ballot.mode = mode
    ballot.rule = rule.to_record()
    ballot.source = source
    ballot.source_list_id = list_edition_id if source is ElectorateSource.PROPOSED_LIST else None
    ballot.source_units = (
        sorted(set(organisation_ids)) if source is ElectorateSource.BY_HAND else []
    )


def _snapshot(
    alliance_id: int,
    kind: MotionKind,
    title: str,
    text: str,
    charter_edition_id: int | None,
    list_edition_id: int | None,
) -> tuple[str, str]:
    """Give the exact text that is put to the vote, and its SHA-256."""
    if kind is MotionKind.CHARTER:
        if charter_edition_id is None:
            raise Invalid("edition_missing", N_("请选择章程的一稿。"), field="charter_edition_id")
        edition = edition_in(alliance_id, charter_edition_id)
        if not edition.digest:
            raise Conflict("edition_not_tabled", NOT_TABLED)
        return body_of(charter_edition_id), edition.digest
    if kind is MotionKind.LIST:
        if list_edition_id is None:
            raise Invalid("list_missing", N_("请选择拟任名单。"), field="list_edition_id")
        proposed = list_edition_in(alliance_id, list_edition_id)
        if not proposed.digest:
            raise Conflict("edition_not_tabled", NOT_TABLED)
        return proposed.body, proposed.digest
    frozen = text.strip() or title.strip()
    return frozen, text_digest(frozen)


def _ensure_item(meeting_id: int, item_id: int | None) -> None:
    if item_id is not None and all(item.id != item_id for item in items_of(meeting_id)):
        raise NotFound("item_unknown", N_("没有找到这个议程项。"))


def _annulled(meeting_id: int, motion_id: int, ballot_id: int) -> int:
    old = db.session.get(Ballot, ballot_id)
    if old is None or old.meeting_id != meeting_id or old.motion_id != motion_id:
        raise NotFound("ballot_unknown", N_("没有找到这次表决。"))
    if old.state is not BallotState.ANNULLED:
        raise Conflict("ballot_stands", N_("原来的表决没有作废，不能重新表决。"))
    return ballot_id
