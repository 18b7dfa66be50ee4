"""Who may be given what, and what a personal link looks like."""

import base64
from datetime import timedelta

from eventapp.core.access import LINK_ROLES, Role
from eventapp.core.errors import N_, Forbidden, Invalid

USER_SIGN_IN = timedelta(hours=12)
"""How long a browser stays signed in to an account."""
LINK_SIGN_IN = timedelta(days=30)
"""How long a browser stays signed in by a personal link, at most until the link expires."""
MAX_CODE_FAILURES = 10
"""Wrong sign-in codes after which a link waits for the desk."""
INSTALLATION_ROLES = frozenset({Role.ADMINISTRATOR})


def ensure_grantable(role: Role, *, in_installation: bool) -> None:
    """Refuse a role that comes only by link, or one that stands in the wrong kind of scope."""
    if role in LINK_ROLES:
        raise Invalid("role_by_link", N_("这一身份只能通过个人链接取得，不能授予账号。"))
    if (role in INSTALLATION_ROLES) != in_installation:
        raise Invalid("role_elsewhere", N_("这一身份不能在这里授予。"))


def ensure_may_grant(role: Role, *, is_administrator: bool) -> None:
    """Keep organisers from making administrators."""
    if role in INSTALLATION_ROLES and not is_administrator:
        raise Forbidden("grant_forbidden", N_("只有系统管理员可以授予这一身份。"))


def link_text(link_id: int, mac: bytes) -> str:
    """Write a link's token: 4 bytes of id and 16 of MAC in lower-case Base32, 32 characters."""
    return base64.b32encode(link_id.to_bytes(4, "big") + mac[:16]).decode().lower()


def read_link(token: str) -> tuple[int, bytes] | None:
    """Read a link's token back, or tell that it is none."""
    try:
        data = base64.b32decode(token.strip().upper())
    except ValueError:
        return None
    return (int.from_bytes(data[:4], "big"), data[4:]) if len(data) == 20 else None
