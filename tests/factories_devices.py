"""Devices that scan at a door, and what they send later. Call inside an app context."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from eventapp.accounts import service as accounts
from eventapp.accounts.queries import actors_of
from eventapp.checkin import service
from eventapp.checkin.rules import Direction, Method, Verdict
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor
from tests.factories_checkin import Door


def make_device(door: Door, label: str = "东门一号", gate_id: int = 0) -> tuple[Actor, str]:
    """Make a device of the door's gate, or of another; give its actor and token."""
    token = accounts.make_device(
        SYSTEM,
        door.scope_id,
        gate_id or door.gate_id,
        label,
        expires_at=clock.now() + timedelta(hours=48),
    )
    return actors_of([token])[0], token


def bearer(token: str) -> dict[str, str]:
    """Give the header in which a device sends its token."""
    return {"Authorization": f"Bearer {token}"}


def upload(
    door: Door,
    text: str,
    at: datetime,
    *,
    scan_id: str = "",
    shown: Verdict | None = None,
    direction: Direction = Direction.ENTRY,
    skew: timedelta = timedelta(0),
    gate_id: int = 0,
) -> service.Upload:
    """Give a scan as it happened at an instant on a device whose clock is wrong by so much."""
    passed = Verdict.LEFT if direction is Direction.EXIT else Verdict.ADMITTED
    return service.Upload(
        gate_id or door.gate_id,
        scan_id or str(uuid4()),
        text,
        Method.QR,
        direction,
        at + skew,
        shown or passed,
        at - timedelta(minutes=5),
        round(-skew / timedelta(milliseconds=1)),
    )


def on_wire(scan: service.Upload) -> dict[str, Any]:
    """Write an upload as a device sends it."""
    return {
        "scan_id": scan.scan_id,
        "gate": scan.gate_id,
        "text": scan.text,
        "method": scan.method,
        "direction": scan.direction,
        "claimed_at": wire_time(scan.claimed_at),
        "synced_at": wire_time(scan.synced_at),
        "offset_ms": scan.offset_ms,
        "shown": scan.shown,
    }


def wire_time(at: datetime) -> str:
    """Write an instant as browsers do."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
