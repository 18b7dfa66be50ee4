"""The shapes of the JSON doors: what comes in is checked by them, what goes out is described."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from eventapp.checkin.rules import TEXT_LONGEST, Direction, Method, Tone, Verdict
from eventapp.checkin.rules.settling import Reason
from eventapp.meetings.rules import State as MeetingState
from eventapp.web.forms import LARGEST

_DAY = (
    r"20(?:[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[02468][048]|[13579][26])-02-29)"
)
INSTANT = rf"^{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,6}})?Z$"
"""ISO 8601 in UTC, as browsers write it, on days that there are."""
_form = re.compile(INSTANT)


def _read_instant(said: Any) -> datetime:
    if not isinstance(said, str) or not _form.fullmatch(said):
        msg = "not an instant in UTC"
        raise ValueError(msg)
    return datetime.fromisoformat(said).astimezone(UTC)


Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    WithJsonSchema({"type": "string", "pattern": INSTANT}),
]


def _whole(said: Any) -> Any:
    """Take 5 and 5.0, which are one number in JSON, and no text."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        msg = "not a number"
        raise ValueError(msg)
    return said


Number = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_whole)]
Milliseconds = Annotated[int, Field(ge=-(10**11), le=10**11), BeforeValidator(_whole)]
ScanId = Annotated[
    str, StringConstraints(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_:.-]+$")
]


Watched = Literal[Method.QR, Method.TYPED_CODE, Method.WEDGE]
"""How a phone at a gate recognises somebody; other ways have doors of their own."""


class ScanIn(BaseModel):
    """A scan as a device sends it; its id is made on the device, before any answer."""

    scan_id: ScanId
    gate: Number
    text: Annotated[str, StringConstraints(max_length=TEXT_LONGEST)]
    method: Watched = Method.QR
    direction: Direction = Direction.ENTRY
    claimed_at: Instant | None = None
    synced_at: Instant | None = None
    offset_ms: Milliseconds | None = None


class UploadedScanIn(BaseModel):
    """A scan that was decided without the server, with the verdict that was shown."""

    scan_id: ScanId
    gate: Number
    text: Annotated[str, StringConstraints(max_length=TEXT_LONGEST)]
    method: Watched = Method.QR
    direction: Direction = Direction.ENTRY
    claimed_at: Instant
    synced_at: Instant
    offset_ms: Milliseconds
    shown: Verdict


class UploadIn(BaseModel):
    """Scans that wait on a device, each of them an UploadedScanIn; one that is not spoils none."""

    scans: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=200,
            json_schema_extra={
                "items": {
                    "anyOf": [{"$ref": "#/components/schemas/UploadedScanIn"}, {"type": "object"}]
                }
            },
        ),
    ]


class KioskScanIn(BaseModel):
    """A scan at a kiosk: which gate it stands at, and that nobody watches, is not the page's."""

    scan_id: ScanId
    text: Annotated[str, StringConstraints(max_length=TEXT_LONGEST)]
    claimed_at: Instant | None = None


Point = Annotated[list[Number], Field(min_length=2, max_length=2)]
_SOME: dict[str, Any] = {"minItems": 1}  # the service says so in words of its own
Stroke = Annotated[list[Point], Field(max_length=4000, json_schema_extra=_SOME)]


class SignatureIn(BaseModel):
    """What a finger wrote after a scan of this device: strokes of points."""

    scan_id: ScanId
    strokes: Annotated[list[Stroke], Field(max_length=200, json_schema_extra=_SOME)]


_SAID = r"^[^\x00]*[^\s\x00][^\x00]*$"
"""Not blank, and without the character that no database keeps."""


class UndoIn(BaseModel):
    """An admission to be taken back, and why."""

    registration_id: Number
    reason: Annotated[str, StringConstraints(pattern=_SAID, max_length=200)]


class SyncIn(BaseModel):
    """A device's heartbeat: the version of its pack, how much it holds unsent, its program."""

    since: Annotated[str, StringConstraints(max_length=4000)] | None = None
    unsent: Number = 0
    version: Annotated[str, StringConstraints(pattern=r"^[ -~]*$", max_length=40)] = ""


class First(BaseModel):
    """Where and when somebody was let in before."""

    gate: str
    time: str


class Counts(BaseModel):
    """How many are inside, and how many are expected."""

    arrived: int
    expected: int


class Said(BaseModel):
    """The answer to a scan, in the words of the one who asks."""

    model_config = ConfigDict(extra="forbid")
    verdict: Verdict
    tone: Tone
    word: str
    sentence: str
    next_step: str
    registration_id: int | None
    name: str
    unit: str
    title: str
    category: str
    place: str
    unit_arrived: int | None
    unit_total: int | None
    at: str
    first: First | None
    sign: bool
    rehearsal: bool
    counts: Counts


class ScanOut(Said):
    """The answer to a scan that was asked live."""

    scan_id: str


class KioskOut(BaseModel):
    """The answer at a kiosk: themselves, and nobody else's count."""

    model_config = ConfigDict(extra="forbid")
    verdict: Verdict
    tone: Tone
    word: str
    sentence: str
    next_step: str
    name: str
    unit: str
    title: str
    place: str
    sign: bool
    rehearsal: bool


class SignedOut(BaseModel):
    """The signature is kept."""

    signed: Literal[True]


class KeptOut(Said):
    """The answer to a scan that was uploaded, and the conflict that it is in."""

    scan_id: str
    kept: Literal[True]
    conflict: Reason | None


class Problem(BaseModel):
    """What is the matter: a word for programs, a sentence for people."""

    code: str
    message: str
    reference: str = ""


class NotKeptOut(BaseModel):
    """Why an uploaded scan was not kept."""

    scan_id: str
    kept: Literal[False]
    error: Problem


class UploadOut(BaseModel):
    """The answers to uploaded scans, in their order."""

    server_time: str
    answers: list[KeptOut | NotKeptOut]


class ErrorOut(BaseModel):
    """Any refusal."""

    error: Problem


class ListedScan(BaseModel):
    """A scan of this device in one line."""

    seq: int
    verdict: Verdict
    tone: Tone
    word: str
    name: str
    unit: str
    time: str


class GateOut(BaseModel):
    """A gate with its rules."""

    id: int
    name: str
    session_id: int
    way: str
    categories: list[str] | None
    opens_at: str | None
    closes_at: str | None


class SessionOut(BaseModel):
    """What people are admitted to."""

    id: int
    name: str
    capacity: int | None
    reentry: bool


class MeetingOut(BaseModel):
    """The meeting of a device."""

    id: int
    slug: str
    title: str
    state: MeetingState
    zone: str


class DeviceOut(BaseModel):
    """The device that asks."""

    id: int
    label: str
    gate_id: int
    expires_at: str


Row = Annotated[
    list[Any],
    Field(
        min_length=10,
        max_length=10,
        description="[pass, generation, registration, state, category, code digest, unit, "
        "inside: null | [session, admitted at, gate, device, confirmed], "
        "left: [sessions], sealed: base64 of nonce and ciphertext]",
    ),
]


class SyncOut(BaseModel):
    """What changed since a version; where nothing did, there is nothing."""

    server_time: str
    version: str
    full: bool
    counts: Counts
    scans: list[ListedScan]
    gate: GateOut | None
    sessions: list[SessionOut] | None
    meeting: MeetingOut | None
    passes: list[Row]
    gone: list[int]
    next_ms: int


class PackOut(BaseModel):
    """All that a device needs to decide alone."""

    server_time: str
    version: str
    salt: str
    keys: dict[str, str]
    device: DeviceOut | None
    meeting: MeetingOut
    gate: GateOut | None
    sessions: list[SessionOut]
    passes: list[Row]
