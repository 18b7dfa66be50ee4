"""A signature on the sheet: strokes of a finger, kept as a picture that nobody else shares."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from eventapp.checkin.models import DoorSession, DoorSignature, Scan
from eventapp.checkin.queries import door
from eventapp.checkin.rules import SIGNATURES_KEPT, SIGNED
from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Registration

WIDTH, HEIGHT = 1000, 400
"""The sheet of glass that a finger writes on, in the units of its strokes."""
STROKES_MOST, POINTS_MOST = 200, 8000
SIGN_WITHIN = timedelta(minutes=10)
"""How long after a scan its device may hand in the signature."""
Strokes = Sequence[Sequence[tuple[int, int]]]


def set_signing(actor: Actor, meeting_id: int, *, signs: bool) -> None:
    """Ask whoever comes in for a signature from now on, or do not."""
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        session.execute(
            sa.update(DoorSession).where(DoorSession.meeting_id == meeting_id).values(signs=signs)
        )
        audit(actor, meeting.scope_id, "door.set_signing", f"meeting:{meeting_id}", signs=signs)


def sign_sheet(actor: Actor, meeting_id: int, *, scan_id: str, strokes: Strokes) -> None:
    """Keep what somebody wrote after a scan of this device that let them in; the last one stands.

    Raises NotFound for another device's scan or one that let nobody in, Conflict where the meeting
    asks for no signature or the scan is long past, Invalid for strokes that no finger makes.
    """
    points = sum(len(stroke) for stroke in strokes)
    if not 0 < len(strokes) <= STROKES_MOST or not 0 < points <= POINTS_MOST:
        raise Invalid("signature_empty", N_("还没有签名，请用手指在框内书写。"))
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        scan = session.execute(
            sa.select(Scan.registration_id, Scan.received_at).where(
                Scan.scope_id == meeting.scope_id,
                Scan.device == door.device_of(actor),
                Scan.scan_id == scan_id,
                Scan.verdict.in_(SIGNED),
                Scan.registration_id.is_not(None),
            )
        ).first()
        if scan is None:
            raise NotFound("scan_unknown", N_("没有找到这次签到，请再扫一次码。"))
        if not door.asks_signature(meeting_id) or clock.now() - scan.received_at > SIGN_WITHIN:
            raise Conflict("signature_late", N_("现在不能签名了，请再扫一次码，或在纸上签名。"))
        _discard([scan.registration_id])
        stored = files.store(drawing(scan.registration_id, strokes).encode(), "image/svg+xml")
        session.add(
            DoorSignature(
                registration_id=scan.registration_id,
                digest=stored.digest,
                signed_at=clock.now(),
            )
        )
        audit(
            actor,
            meeting.scope_id,
            "door.sign",
            f"registration:{scan.registration_id}",
            digest=stored.digest,
        )


def drawing(registration_id: int, strokes: Strokes) -> str:
    """Draw strokes as SVG; the registration's number in it makes it the picture of one alone."""
    paths = "".join(f'<path d="{_path(stroke)}"/>' for stroke in strokes if stroke)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="signature-{registration_id}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke="#1a1a1a" stroke-width="9"'
        f' stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )


def _path(stroke: Sequence[tuple[int, int]]) -> str:
    (x, y), *others = [(min(max(int(x), 0), WIDTH), min(max(int(y), 0), HEIGHT)) for x, y in stroke]
    return f"M{x} {y}" + ("".join(f"L{a} {b}" for a, b in others) or "l0 0")


def forget_person(actor: Actor, meeting_id: int, person_id: int) -> None:
    """Delete what a person signed at the door of a meeting."""
    _forget(
        actor,
        meeting_id,
        sa.select(Registration.id).where(
            Registration.meeting_id == meeting_id, Registration.person_id == person_id
        ),
    )


def delete_old_signatures(actor: Actor, meeting_ids: Collection[int]) -> None:
    """Delete the signatures of those of these meetings that ended long enough ago."""
    past = clock.now() - SIGNATURES_KEPT
    ended = sa.select(Meeting.id).where(Meeting.id.in_(meeting_ids), Meeting.ends_at < past)
    for meeting_id in db.session.scalars(ended).all():
        whose = sa.select(Registration.id).where(Registration.meeting_id == meeting_id)
        _forget(actor, meeting_id, whose)


def _forget(actor: Actor, meeting_id: int, whose: Any) -> None:
    with transaction():
        deleted = _discard(db.session.scalars(whose).all())
        if deleted:
            scope_id = meeting_of(meeting_id).scope_id
            audit(actor, scope_id, "door.forget", f"meeting:{meeting_id}", signatures=deleted)


def _discard(registration_ids: Collection[int]) -> int:
    mine = DoorSignature.registration_id.in_(registration_ids)
    digests = db.session.scalars(sa.select(DoorSignature.digest).where(mine)).all()
    db.session.execute(sa.delete(DoorSignature).where(mine))
    for digest in digests:
        files.discard(digest)
    return len(digests)
