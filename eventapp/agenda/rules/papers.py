"""Who may read a paper of an item, and from when."""

from datetime import datetime
from enum import StrEnum

from eventapp.core.errors import N_


class Readers(StrEnum):
    """For whom a paper is; each also is for those after it."""

    PUBLIC = "public"
    REGISTERED = "registered"
    COUNCIL = "council"
    STAFF = "staff"


READERS_LABEL: dict[Readers, str] = {
    Readers.PUBLIC: N_("所有人"),
    Readers.REGISTERED: N_("报名通过的人员"),
    Readers.COUNCIL: N_("理事会单位的授权代表"),
    Readers.STAFF: N_("会务人员"),
}
_RANKS = list(Readers)


def may_read(
    reader: Readers, readers: Readers, readable_from: datetime | None, now: datetime
) -> bool:
    """Answer whether somebody of this standing may read a paper for `readers` now.

    The staff prepare papers, so they read them before the time.
    """
    if reader is Readers.STAFF:
        return True
    is_time = readable_from is None or now >= readable_from
    return is_time and _RANKS.index(reader) >= _RANKS.index(readers)
