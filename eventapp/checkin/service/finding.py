"""Admitting whom staff found in the list: by the same road as every scan, without a pass."""

from collections.abc import Iterable

from eventapp.checkin.queries import door, scope_of
from eventapp.checkin.queries.finding import ensure_registered_here, unit_at_door
from eventapp.checkin.rules import Direction, Method
from eventapp.checkin.service.records import Answer, Knock, content_of
from eventapp.checkin.service.scans import answer_knock
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.errors import N_, Invalid, NotFound

REASON_LONGEST = 200


def admit_found(
    actor: Actor, meeting_id: int, *, gate_id: int, scan_id: str, registration_id: int
) -> Answer:
    """Answer for somebody who was found in the list, once, as for a scan of their pass.

    Raises NotFound for a registration or a gate of another meeting, Invalid for an id that no
    page makes, Conflict when a scan's id comes back for somebody else.
    """
    ensure_registered_here(meeting_id, registration_id)
    return _knock(actor, meeting_id, gate_id, scan_id, registration_id, Method.SEARCH)


def admit_by_hand(
    actor: Actor, meeting_id: int, *, gate_id: int, scan_id: str, registration_id: int, reason: str
) -> Answer:
    """Do the same for somebody who can show nothing, on a supervisor's word.

    The reason stays with the record's answer, its digest in the record; the rules are no others.
    """
    reason = reason.strip()
    if not reason or len(reason) > REASON_LONGEST:
        raise Invalid("reason_missing", N_("请写明人工登记的原因。"), field="reason")
    ensure_registered_here(meeting_id, registration_id)
    return _knock(actor, meeting_id, gate_id, scan_id, registration_id, Method.MANUAL, reason)


def admit_unit(
    actor: Actor, meeting_id: int, *, scan_id: str, key: str, registration_ids: Iterable[int]
) -> list[Answer]:
    """Answer for each of these people of the unit of somebody whom this device has scanned.

    Each has a scan of its own, whose id is made of `key`: sent again, all get the same answers.
    Raises NotFound for anybody who is not of that unit; then nobody is admitted.
    """
    unit = unit_at_door(meeting_id, door.device_of(actor), scan_id)
    wanted = sorted(set(registration_ids))
    if not wanted:
        raise Invalid("nobody_ticked", N_("请先勾选要入场的人。"), field="people")
    if not set(wanted) <= {member.registration_id for member in unit.members}:
        raise NotFound("registration_unknown", N_("没有找到这份报名。"))
    return [
        _knock(actor, meeting_id, unit.gate_id, scan_of(key, one), one, Method.SEARCH)
        for one in wanted
    ]


def scan_of(key: str, registration_id: int) -> str:
    """Name the scan of one person of a unit that was admitted together."""
    return f"{key}-{registration_id}"


def _knock(
    actor: Actor,
    meeting_id: int,
    gate_id: int,
    scan_id: str,
    registration_id: int,
    method: Method,
    reason: str = "",
) -> Answer:
    if not 8 <= len(scan_id) <= 40 or not scan_id.isascii():
        raise Invalid("scan_malformed", N_("这次扫码的数据不完整，请再扫一次。"))
    door.ensure_own_gate(actor, gate_id)
    now = clock.now()
    knock = Knock(
        scope_of(meeting_id),
        gate_id,
        scan_id,
        door.device_of(actor),
        "",
        method,
        Direction.ENTRY,
        now,
        now,
        content_of(scan_id, gate_id, Direction.ENTRY, f"{method}:{registration_id}\n{reason}"),
        found=registration_id,
        reason=reason,
    )
    return answer_knock(knock)
