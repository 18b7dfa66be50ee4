"""Keeping what devices decided without the server: all of it, once, and in whatever order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.checkin.models import Scan
from eventapp.checkin.queries import door
from eventapp.checkin.queries.histories import (
    LET_IN,
    WENT_OUT,
)
from eventapp.checkin.rules import (
    TEXT_LONGEST,
    Direction,
    Verdict,
)
from eventapp.checkin.rules.settling import Reason, ordered_at
from eventapp.checkin.service.batches import Batch, Case, Upload
from eventapp.checkin.service.records import Answer, Knock, content_of
from eventapp.checkin.service.scans import Reading, read_text
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, DomainError, Invalid
from eventapp.core.ledger import lock_head

MOST = 200
"""Scans in one batch."""
_FARTHEST = timedelta(days=3660)
_NONSENSE: dict[Direction, frozenset[Verdict]] = {
    Direction.ENTRY: WENT_OUT,
    Direction.EXIT: LET_IN,
}
"""What no device shows to whoever goes this way."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one uploaded scan: its answer, and the conflict it is in; or why neither."""

    scan_id: str
    answer: Answer | None = None
    conflict: Reason | None = None
    error: DomainError | None = None


def keep_uploads(actor: Actor, scope_id: int, uploads: Sequence[Upload]) -> list[Kept]:
    """Keep each scan once and settle what stands; tell of each what became of it, in their order.

    One that is malformed, or names a gate of another meeting, spoils no other. Scans of a device
    that has ended change nothing and wait for the desk.
    """
    if len(uploads) > MOST:
        raise Invalid("upload_too_long", N_("一次最多上传 %(most)s 次扫码。"), most=MOST)
    received_at = clock.now()
    cases = [_case(actor, scope_id, upload, received_at) for upload in uploads]
    with transaction() as session:
        head = lock_head(scope_id, Scan.ledger)
        device, ended = door.device_of(actor), actor.ended_at is not None
        Batch(session.connection(), scope_id, head, device, ended=ended).keep(cases)
    return [Kept(one.upload.scan_id, one.answer, one.reason, one.error) for one in cases]


def _case(actor: Actor, scope_id: int, upload: Upload, received_at: datetime) -> Case:
    knock = Knock(
        scope_id,
        upload.gate_id,
        upload.scan_id,
        door.device_of(actor),
        upload.text,
        upload.method,
        upload.direction,
        upload.claimed_at,
        received_at,
        content_of(upload.scan_id, upload.gate_id, upload.direction, upload.text),
    )
    case = Case(upload, received_at, knock, Reading())
    try:
        _ensure_sound(upload, received_at)
        door.ensure_own_gate(actor, upload.gate_id)
        case.at = ordered_at(upload.claimed_at, upload.offset_ms, upload.synced_at)
        case.reading = read_text(upload.text, upload.scan_id)
    except DomainError as error:
        case.error = error
    return case


def _ensure_sound(upload: Upload, received_at: datetime) -> None:
    times = (upload.claimed_at, upload.synced_at)
    sound = (
        8 <= len(upload.scan_id) <= 40
        and upload.scan_id.isascii()
        and len(upload.text) <= TEXT_LONGEST
        and all(abs(one - received_at) < _FARTHEST for one in times)
        and abs(upload.offset_ms) < _FARTHEST / timedelta(milliseconds=1)
        and upload.shown not in _NONSENSE[upload.direction]
    )
    if not sound:
        raise Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。"))
