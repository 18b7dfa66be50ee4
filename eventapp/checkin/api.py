"""The JSON doors of the phones at the gates. A queue waits for them: columns, no entities."""

from datetime import UTC
from typing import Annotated, Any, Literal, TypeVar

import orjson
from flask import Blueprint, Response, request
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, ValidationError

from eventapp.checkin import queries, service
from eventapp.checkin.document.answers import show_answer, show_at_kiosk, show_scan
from eventapp.checkin.rules import TEXT_LONGEST, Direction, Method
from eventapp.core import clock, feed
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Invalid
from eventapp.meetings.queries import meeting_here
from eventapp.web.doors import requires, scope
from eventapp.web.forms import LARGEST
from eventapp.web.language import html_lang
from eventapp.web.lock import locked_place
from eventapp.web.polling import conditional
from eventapp.web.session import actor

bp = Blueprint("checkin_api", __name__)
Sent = TypeVar("Sent", bound=BaseModel)


Number = Annotated[int, Field(ge=0, le=LARGEST)]


class ScanIn(BaseModel):
    """A scan as a device sends it; its id is made on the device, before any answer."""

    scan_id: Annotated[str, StringConstraints(min_length=8, max_length=40, pattern=r"^[\w:.-]+$")]
    gate: Number
    text: Annotated[str, StringConstraints(max_length=TEXT_LONGEST)]
    method: Literal[Method.QR, Method.TYPED_CODE, Method.WEDGE] = Method.QR
    direction: Direction = Direction.ENTRY
    claimed_at: AwareDatetime | None = None


class UndoIn(BaseModel):
    """An admission to be taken back, and why."""

    registration_id: Number
    reason: str


class KioskScanIn(BaseModel):
    """A scan at a kiosk: which gate it stands at, and that nobody watches, is not the page's."""

    scan_id: Annotated[str, StringConstraints(min_length=8, max_length=40, pattern=r"^[\w:.-]+$")]
    text: Annotated[str, StringConstraints(max_length=TEXT_LONGEST)]
    claimed_at: AwareDatetime | None = None


Point = tuple[Number, Number]


class SignatureIn(BaseModel):
    """What a finger wrote after a scan of this device."""

    scan_id: Annotated[str, StringConstraints(min_length=8, max_length=40, pattern=r"^[\w:.-]+$")]
    strokes: Annotated[list[Annotated[list[Point], Field(max_length=4000)]], Field(max_length=200)]


def _sent(shape: type[Sent]) -> Sent:
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        raise Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。")) from error


def _json(data: Any) -> Response:
    return Response(orjson.dumps(data), mimetype="application/json")


@bp.post("/m/<meeting>/api/scans")
@requires(Permission.SCAN_PASSES)
def record_scan(meeting: str) -> Response:  # noqa: ARG001 - the scope is read from it
    """Answer one scan; sent again with its id, it gets the same answer again."""
    sent = _sent(ScanIn)
    answer = service.record_scan_in(
        actor(),
        scope().id,
        gate_id=sent.gate,
        scan_id=sent.scan_id,
        text=sent.text,
        method=sent.method,
        direction=sent.direction,
        claimed_at=(sent.claimed_at or clock.now()).astimezone(UTC),
    )
    return _json(show_answer(answer))


@bp.post("/m/<meeting>/api/undo")
@requires(Permission.SCAN_PASSES)
def undo_admission(meeting: str) -> Response:
    """Take an admission back, by the device that gave it or by a supervisor."""
    sent = _sent(UndoIn)
    here = meeting_here(meeting)
    answer = service.undo_admission(actor(), here.id, sent.registration_id, sent.reason)
    return _json(show_answer(answer))


@bp.post("/m/<meeting>/api/kiosk")
@requires(Permission.SUPERVISE_DOOR)
def record_kiosk_scan(meeting: str) -> Response:
    """Answer a scan at the kiosk that this browser is locked to; it tells of nobody else."""
    sent = _sent(KioskScanIn)
    answer = service.record_scan_in(
        actor(),
        scope().id,
        gate_id=locked_place(meeting),
        scan_id=sent.scan_id,
        text=sent.text,
        method=Method.KIOSK,
        claimed_at=(sent.claimed_at or clock.now()).astimezone(UTC),
    )
    speaks = queries.waits_to_speak(answer["registration_id"])
    return _json(show_at_kiosk(answer, speaks=speaks))


@bp.post("/m/<meeting>/api/signatures")
@requires(Permission.SCAN_PASSES)
def sign_sheet(meeting: str) -> Response:
    """Keep what somebody signed on the screen after they were let in."""
    sent = _sent(SignatureIn)
    here = meeting_here(meeting)
    service.sign_sheet(actor(), here.id, scan_id=sent.scan_id, strokes=sent.strokes)
    return _json({"signed": True})


@bp.get("/m/<meeting>/api/door")
@requires(Permission.SCAN_PASSES)
def show_counts(meeting: str) -> Response:
    """Tell how many are inside and what this device scanned last; 304 while nothing changed."""
    device = queries.device_of(actor())

    def render() -> Response:
        here = meeting_here(meeting)
        scans = queries.last_scans(here.scope_id, device=device)
        return _json(
            {
                "counts": queries.tally_of(here.id),
                "scans": [show_scan(scan, here.zone) for scan in scans],
            }
        )

    return conditional(f"{feed.version_of(scope().id)}-{device}-{html_lang()}", render)
