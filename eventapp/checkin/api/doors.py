"""The doors of the devices at the gates. A queue waits for them: columns, no entities."""

import gzip
from functools import lru_cache
from typing import Any, TypeVar

import orjson
from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import TooManyRequests

from eventapp.accounts.queries import device_told
from eventapp.accounts.rules import LATE_SCANS
from eventapp.accounts.service import note_device
from eventapp.checkin import queries, service
from eventapp.checkin.api.shapes import (
    KioskScanIn,
    ScanIn,
    SignatureIn,
    SyncIn,
    UndoIn,
    UploadedScanIn,
    UploadIn,
)
from eventapp.checkin.document import pack
from eventapp.checkin.document.answers import show_answer, show_at_kiosk, show_scan
from eventapp.checkin.rules import Method
from eventapp.core import clock
from eventapp.core.access import ActorKind, Permission
from eventapp.core.errors import N_, Invalid
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.meetings.rules import State
from eventapp.web.doors import requires, scope
from eventapp.web.errors import text_of
from eventapp.web.flood import is_within
from eventapp.web.language import html_lang
from eventapp.web.lock import locked_place
from eventapp.web.session import actor

bp = Blueprint("checkin_api", __name__)
Sent = TypeVar("Sent", bound=BaseModel)

SMALL = 8 * 2**10
LARGE = 512 * 2**10
"""Bytes of a body: of one scan, of a batch."""
LIMITS = {
    "scans": "1200 per minute",
    "upload": "240 per minute",
    "sync": "240 per minute",
    "pack": "30 per minute",
    "undo": "60 per minute",
    "kiosk": "240 per minute",
    "sign": "60 per minute",
}
"""For one device, or one browser; a hall may share one address."""
LIVE_MS, QUIET_MS = 1500, 15_000
SEEN_EVERY = 30
"""Seconds; what a device tells of itself is kept at most so often, unless it changes."""


@bp.after_request
def _tell_time(response: Response) -> Response:
    response.headers["X-Server-Time"] = pack.instant(clock.now())
    return response


def _sent(shape: type[Sent], most: int = SMALL) -> Sent:
    request.max_content_length = most
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        raise Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。")) from error


def _json(data: Any) -> Response:
    return Response(orjson.dumps(data), mimetype="application/json")


def _spare(what: str) -> None:
    """Stop a device that asks more than any device would."""
    if not is_within(LIMITS[what], "door", what, queries.device_of(actor())):
        raise TooManyRequests(retry_after=10)


@bp.post("/api/v1/meetings/<meeting>/scans")
@requires(Permission.SCAN_PASSES)
def record_scan(meeting: str) -> Response:  # noqa: ARG001 - the scope is read from it
    """Answer one scan; sent again with its id, it gets the same answer again."""
    _spare("scans")
    sent = _sent(ScanIn)
    answer = service.record_scan_in(
        actor(),
        scope().id,
        gate_id=sent.gate,
        scan_id=sent.scan_id,
        text=sent.text,
        method=sent.method,
        direction=sent.direction,
        claimed_at=sent.claimed_at or clock.now(),
    )
    return _json({"scan_id": sent.scan_id, **show_answer(answer)})


@bp.post("/api/v1/meetings/<meeting>/scans/upload")
@requires(Permission.SCAN_PASSES, late=LATE_SCANS)
def upload_scans(meeting: str) -> Response:  # noqa: ARG001 - the scope is read from it
    """Keep what was decided without the server; each scan gets an answer of its own."""
    _spare("upload")
    sent = _sent(UploadIn, LARGE).scans
    read = [_read(one) for one in sent]
    kept = iter(service.keep_uploads(actor(), scope().id, [one for one in read if one]))
    answers = [_show_kept(next(kept)) if one else _not_kept(sent[i]) for i, one in enumerate(read)]
    return _json({"server_time": pack.instant(clock.now()), "answers": answers})


def _read(sent: dict[str, Any]) -> service.Upload | None:
    try:
        scan = UploadedScanIn.model_validate(sent)
    except ValidationError:
        return None
    return service.Upload(
        scan.gate,
        scan.scan_id,
        scan.text,
        scan.method,
        scan.direction,
        scan.claimed_at,
        scan.shown,
        scan.synced_at,
        scan.offset_ms,
    )


def _show_kept(kept: service.Kept) -> dict[str, Any]:
    if kept.error is not None:
        error = {"code": kept.error.code, "message": text_of(kept.error), "reference": ""}
        return {"scan_id": kept.scan_id, "kept": False, "error": error}
    conflict = {"scan_id": kept.scan_id, "kept": True, "conflict": kept.conflict}
    return {**conflict, **show_answer(kept.answer or {})}


def _not_kept(sent: dict[str, Any]) -> dict[str, Any]:
    scan_id = sent.get("scan_id")
    error = Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。"))
    return _show_kept(service.Kept(scan_id if isinstance(scan_id, str) else "", error=error))


@bp.post("/api/v1/meetings/<meeting>/undo")
@requires(Permission.SCAN_PASSES)
def undo_admission(meeting: str) -> Response:
    """Take an admission back, by the device that gave it or by a supervisor."""
    _spare("undo")
    sent = _sent(UndoIn)
    here = meeting_here(meeting)
    answer = service.undo_admission(actor(), here.id, sent.registration_id, sent.reason)
    return _json(show_answer(answer))


@bp.post("/api/v1/meetings/<meeting>/kiosk")
@requires(Permission.SUPERVISE_DOOR)
def record_kiosk_scan(meeting: str) -> Response:
    """Answer a scan at the kiosk that this browser is locked to; it tells of nobody else."""
    _spare("kiosk")
    sent = _sent(KioskScanIn)
    answer = service.record_scan_in(
        actor(),
        scope().id,
        gate_id=locked_place(meeting),
        scan_id=sent.scan_id,
        text=sent.text,
        method=Method.KIOSK,
        claimed_at=sent.claimed_at or clock.now(),
    )
    speaks = queries.waits_to_speak(answer["registration_id"])
    return _json(show_at_kiosk(answer, speaks=speaks))


@bp.post("/api/v1/meetings/<meeting>/signatures")
@requires(Permission.SCAN_PASSES)
def sign_sheet(meeting: str) -> Response:
    """Keep what somebody signed on the screen after they were let in."""
    _spare("sign")
    sent = _sent(SignatureIn, LARGE)
    strokes = [[(x, y) for x, y in stroke] for stroke in sent.strokes]
    here = meeting_here(meeting)
    service.sign_sheet(actor(), here.id, scan_id=sent.scan_id, strokes=strokes)
    return _json({"signed": True})


@bp.post("/api/v1/meetings/<meeting>/sync")
@requires(Permission.SCAN_PASSES)
def sync_device(meeting: str) -> Response:
    """Tell what a device's pack lacks since a version, and note how much it has not sent."""
    _spare("sync")
    sent = _sent(SyncIn)
    _note(sent)
    here = meeting_here(meeting)
    now, mark = queries.heads_at(scope())
    version = queries.version_text(now)
    answer: dict[str, Any] = {
        "server_time": pack.instant(clock.now()),
        "version": version,
        "full": False,
        "counts": _counts(here.id, mark),
        "scans": _scans(here.scope_id, here.zone, queries.device_of(actor()), mark, html_lang()),
        "gate": None,
        "sessions": None,
        "meeting": None,
        "passes": [],
        "gone": [],
        "next_ms": LIVE_MS if here.state is State.IN_SESSION else QUIET_MS,
    }
    if sent.since == version:
        return _json(answer)
    since = queries.read_version(sent.since or "")
    changes = queries.changes_since(here.scope_id, since, now)
    if changes.full:
        return _json({**answer, "full": True})
    if changes.settings:
        answer |= _settings(here)
    if changes.people:
        salt = pack.salt_of(here.id, queries.device_of(actor()))
        answer["passes"] = pack.show_passes(here.id, salt, changes.people)
        answer["gone"] = queries.gone_passes(changes.people, (row[0] for row in answer["passes"]))
    return _json(answer)


# The mark names a state of the ledgers, so what is kept under it never grows old.
@lru_cache(maxsize=256)
def _counts(meeting_id: int, mark: str) -> dict[str, int]:  # noqa: ARG001
    return queries.tally_of(meeting_id)


@lru_cache(maxsize=1024)
def _scans(
    scope_id: int,
    zone: str,
    device: str,
    mark: str,  # noqa: ARG001
    lang: str,  # noqa: ARG001
) -> list[dict[str, Any]]:
    return [show_scan(scan, zone) for scan in queries.last_scans(scope_id, device=device)]


def _note(sent: SyncIn) -> None:
    who = actor()
    if who.kind is not ActorKind.DEVICE:
        return
    told = device_told(who.id)
    seen = told.last_seen_at
    fresh = seen is not None and (clock.now() - seen).total_seconds() < SEEN_EVERY
    if not fresh or (told.unsent, told.version) != (sent.unsent, sent.version):
        note_device(who.id, unsent=sent.unsent, version=sent.version)


def _settings(here: MeetingHere) -> dict[str, Any]:
    return {
        "gate": pack.show_gate(queries.gate_at(here.id, pack.gate_of(actor()))),
        "sessions": pack.show_sessions(queries.sessions_of(here.id)),
        "meeting": pack.show_meeting(here),
    }


@bp.get("/api/v1/meetings/<meeting>/pack")
@requires(Permission.SCAN_PASSES)
def show_pack(meeting: str) -> Response:
    """Give a device all that it needs to decide alone, each name sealed under its own pass."""
    _spare("pack")
    who, here = actor(), meeting_here(meeting)
    now, _ = queries.heads_at(scope())  # before the rows: what changes meanwhile is sent again
    salt = pack.salt_of(here.id, queries.device_of(who))
    told = device_told(who.id) if who.kind is ActorKind.DEVICE else None
    data = orjson.dumps(
        {
            "server_time": pack.instant(clock.now()),
            "version": queries.version_text(now),
            "salt": salt.hex(),
            "keys": pack.show_keys(),
            "device": told
            and {
                "id": who.id,
                "label": told.label,
                "gate_id": who.subject_id,
                "expires_at": pack.instant(told.expires_at),
            },
            **_settings(here),
            "passes": pack.show_passes(here.id, salt),
        }
    )
    response = Response(data, mimetype="application/json")
    response.vary.add("Accept-Encoding")
    if "gzip" in request.accept_encodings:
        response.set_data(gzip.compress(data, 1))
        response.content_encoding = "gzip"
    return response
