"""A browser locked to one place of a meeting, as a tablet is that nobody watches.

The lock stands in the browser's signed cookie: whoever holds the browser cannot open it without
what the place asks for, and whoever drops the cookie drops the sign-in with it.
"""

from flask import session

from eventapp.core.errors import N_, Conflict

_LOCK = "locked_to"


def lock_browser(meeting: str, place: int) -> None:
    """Keep this browser at a place of a meeting, until it is unlocked."""
    session[_LOCK] = {"meeting": meeting, "place": place}


def unlock_browser() -> None:
    """Let this browser go where it wants."""
    session.pop(_LOCK, None)


def locked_meeting() -> str:
    """Tell to which meeting this browser is locked; empty where it is not."""
    return str(session.get(_LOCK, {}).get("meeting", ""))


def locked_place(meeting: str) -> int:
    """Tell at which place of this meeting the browser is; raises Conflict where at none."""
    if not meeting or locked_meeting() != meeting:
        raise Conflict("not_locked", N_("这台设备没有打开自助签到，请由门岗主管重新打开。"))
    return int(session[_LOCK]["place"])
