"""Doing to a plan what a finding suggests."""

from eventapp.agenda.queries import findings_of, item_in
from eventapp.agenda.rules import Finding, Kind, Repair, RepairKind
from eventapp.agenda.service.held import hold
from eventapp.agenda.service.planning import add_item, change_item, move_item_after
from eventapp.core.access import Actor
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict

BREAK_TITLE = "茶歇"


def mend_finding(actor: Actor, meeting_id: int, key: str, number: int = 0) -> Finding:
    """Do the repair of this number, from 0, that a finding suggests now.

    The plan is checked anew first: what somebody else has mended meanwhile is not mended again.
    Raises Conflict when the finding is gone or suggests no such repair any more.
    """
    with transaction():
        hold(meeting_id)
        found = next((one for one in findings_of(meeting_id) if one.key == key), None)
        if found is None or not 0 <= number < len(found.repairs):
            raise Conflict("finding_gone", N_("这个问题已经不在了，或有了变化。请看最新的议程。"))
        _do(actor, meeting_id, found.repairs[number])
    return found


def _do(actor: Actor, meeting_id: int, repair: Repair) -> None:
    item = item_in(meeting_id, repair.item_id)
    match repair.kind:
        case RepairKind.MOVE_AFTER:
            move_item_after(actor, meeting_id, item.id, repair.other_id)
        case RepairKind.ADD_BREAK:
            add_item(
                actor,
                meeting_id,
                kind=Kind.BREAK,
                title=BREAK_TITLE,
                minutes=repair.minutes,
                room_id=item.room_id,
                after_id=item.id,
            )
        case RepairKind.START_AT:
            change_item(actor, meeting_id, item.id, version=item.version, fixed_at=repair.at)
        case RepairKind.CHANGE_ROOM:
            change_item(actor, meeting_id, item.id, version=item.version, room_id=repair.other_id)
        case RepairKind.SHORTEN:
            change_item(actor, meeting_id, item.id, version=item.version, minutes=repair.minutes)
        case RepairKind.FILL_IN:
            raise Conflict("repair_by_hand", N_("这个问题要由您填写，请打开这一项。"))
