"""What is wrong with a plan, how badly, and what would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from eventapp.core.errors import N_


class Severity(StrEnum):
    """What a finding stops."""

    BLOCK = "block"
    BLOCK_PUBLISH = "block_publish"
    WARN = "warn"
    INFORM = "inform"


SEVERITY_LABEL: dict[Severity, str] = {
    Severity.BLOCK: N_("必须先解决"),
    Severity.BLOCK_PUBLISH: N_("发布前解决"),
    Severity.WARN: N_("请留意"),
    Severity.INFORM: N_("供参考"),
}


def refuses_publishing(severity: Severity) -> bool:
    """Answer whether a finding of this severity keeps an agenda from being published."""
    return severity in {Severity.BLOCK, Severity.BLOCK_PUBLISH}


class Subject(NamedTuple):
    """Something that a finding is about: `item`, or the kind of a resource, and its id."""

    kind: str
    id: int


class RepairKind(StrEnum):
    """What can be done to a plan to mend it."""

    START_AT = "start_at"
    MOVE_AFTER = "move_after"
    CHANGE_ROOM = "change_room"
    SHORTEN = "shorten"
    ADD_BREAK = "add_break"
    FILL_IN = "fill_in"


REPAIR_LABEL: dict[RepairKind, str] = {
    RepairKind.START_AT: N_("把“%(item)s”改为 %(at)s 开始"),
    RepairKind.MOVE_AFTER: N_("把“%(item)s”移到“%(other)s”之后"),
    RepairKind.CHANGE_ROOM: N_("把“%(item)s”换到%(room)s"),
    RepairKind.SHORTEN: N_("把“%(item)s”缩短为 %(minutes)s 分钟"),
    RepairKind.ADD_BREAK: N_("在“%(item)s”之后加 %(minutes)s 分钟茶歇"),
    RepairKind.FILL_IN: N_("填写“%(item)s”"),
}
"""One button each; `FILL_IN` is the way to the item's form, for only a person knows the words."""


class Repair(NamedTuple):
    """A change of the plan, as data: `item_id` is changed as its kind says.

    START_AT: fixed at `at`. MOVE_AFTER: to the place after `other_id`, 0 for the first place.
    CHANGE_ROOM: to the room `other_id`. SHORTEN: to `minutes`. ADD_BREAK: of `minutes` after it.
    """

    kind: RepairKind
    item_id: int
    other_id: int = 0
    at: datetime | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a plan, where, how badly, and what would mend it.

    `message` and `fix` are message ids, filled by `params`. `when` is the half-open stretch of
    the clash, or the gap that is too short. The first of `repairs` is the suggested one.
    """

    code: str
    severity: Severity
    subjects: tuple[Subject, ...]
    when: tuple[datetime, datetime]
    message: str
    fix: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    repairs: tuple[Repair, ...] = ()

    @property
    def key(self) -> str:
        """Name the finding by what it is about, so that it can be found again in a new check."""
        return ".".join([self.code, *(f"{one.kind}-{one.id}" for one in self.subjects)])
