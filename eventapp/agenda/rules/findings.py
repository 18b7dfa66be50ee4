"""What an agenda occupies, and where it clashes."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_, Invalid


class ResourceKind(StrEnum):
    """What an item can occupy; one of each can be in one item at a time."""

    PERSON = "person"
    AUTHORITY = "authority"
    ROOM = "room"
    STAGE = "stage"
    TABLE = "table"
    HOST = "host"
    DOCUMENT = "document"


RESOURCE_KIND_LABEL: dict[ResourceKind, str] = {
    ResourceKind.PERSON: N_("人员"),
    ResourceKind.AUTHORITY: N_("唯一授权人"),
    ResourceKind.ROOM: N_("会场"),
    ResourceKind.STAGE: N_("舞台"),
    ResourceKind.TABLE: N_("签约台"),
    ResourceKind.HOST: N_("主持人"),
    ResourceKind.DOCUMENT: N_("文本"),
}


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


@dataclass(frozen=True, slots=True, order=True)
class Engagement:
    """An item occupies a resource from `start` until just before `end`."""

    start: datetime
    end: datetime
    kind: ResourceKind
    resource_id: int
    item_id: int
    role: str = ""

    def __post_init__(self) -> None:
        """Refuse an engagement that takes no time: it could clash with nothing."""
        if self.start >= self.end:
            raise Invalid("engagement_without_time", N_("结束时间必须晚于开始时间。"), field="end")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a finding is about: `item`, or the kind of a resource, and its id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a plan, where, how badly, and what would mend it.

    `message` and `fix` are message ids; the page puts the subjects' names beside them.
    `when` is the half-open stretch of the clash, or the gap that is too short.
    """

    code: str
    severity: Severity
    subjects: tuple[Subject, ...]
    when: tuple[datetime, datetime]
    message: str
    fix: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


CONFLICT_SEVERITY: dict[ResourceKind, Severity] = {
    ResourceKind.PERSON: Severity.BLOCK_PUBLISH,
    ResourceKind.AUTHORITY: Severity.BLOCK_PUBLISH,
    ResourceKind.ROOM: Severity.BLOCK_PUBLISH,
    ResourceKind.STAGE: Severity.BLOCK_PUBLISH,
    ResourceKind.TABLE: Severity.BLOCK_PUBLISH,
    ResourceKind.HOST: Severity.WARN,
    ResourceKind.DOCUMENT: Severity.BLOCK_PUBLISH,
}

_TWICE: dict[ResourceKind, tuple[str, str]] = {
    ResourceKind.PERSON: (
        N_("同一个人在同一时间有两项安排。"),
        N_("请错开时间，或改由他人出席其中一项。"),
    ),
    ResourceKind.AUTHORITY: (
        N_("这个单位只有一位授权人，却要同时出席两项。"),
        N_("请错开时间，或请该单位再授权一人。"),
    ),
    ResourceKind.ROOM: (
        N_("同一个会场在同一时间有两项安排。"),
        N_("请错开时间，或换一个会场。"),
    ),
    ResourceKind.STAGE: (
        N_("同一个舞台在同一时间有两项安排。"),
        N_("请错开时间，或换一个舞台。"),
    ),
    ResourceKind.TABLE: (
        N_("同一张签约台在同一时间有两项安排。"),
        N_("请错开批次，或换一张签约台。"),
    ),
    ResourceKind.HOST: (
        N_("同一位主持人要同时主持两项。"),
        N_("请错开时间，或换一位主持人。"),
    ),
    ResourceKind.DOCUMENT: (
        N_("同一套文本要同时用在两处。"),
        N_("请错开时间，或多备一套文本。"),
    ),
}
_TOO_CLOSE = (
    N_("前后两项之间只有 %(minutes)s 分钟，少于预留的 %(buffer)s 分钟。"),
    N_("请在两项之间多留一些时间。"),
)


def find_conflicts(
    engagements: Iterable[Engagement], buffer: timedelta = timedelta(0)
) -> list[Finding]:
    """Find every resource that two different items want at once.

    Stretches are half-open: what ends at nine leaves the room free at nine. With `buffer`,
    two items that leave less than that between them are a warning. The same person twice in
    one item (speaks and signs) is no clash. One finding for each resource and pair of items,
    in order of time. A sweep by start per resource: O(n log n + k) for k clashing pairs.
    """
    by_resource: defaultdict[tuple[ResourceKind, int], list[Engagement]] = defaultdict(list)
    for engagement in engagements:
        by_resource[engagement.kind, engagement.resource_id].append(engagement)
    found: dict[tuple[Any, ...], Finding] = {}
    for resource, wanted in by_resource.items():
        for earlier, later in _meeting_pairs(sorted(wanted), buffer):
            finding = _finding(earlier, later, buffer)
            pair = (*resource, *sorted((earlier.item_id, later.item_id)))
            # A real clash between two items says more than a narrow gap between them.
            if pair not in found or (_is_gap(found[pair]) and not _is_gap(finding)):
                found[pair] = finding
    return sorted(found.values(), key=_place)


def _meeting_pairs(
    wanted: list[Engagement], buffer: timedelta
) -> Iterator[tuple[Engagement, Engagement]]:
    """Yield the pairs of different items that meet, from engagements sorted by start."""
    still_open: list[tuple[datetime, Engagement]] = []
    for later in wanted:
        while still_open and still_open[0][0] + buffer <= later.start:
            heapq.heappop(still_open)
        for _, earlier in still_open:
            if earlier.item_id != later.item_id:
                yield earlier, later
        heapq.heappush(still_open, (later.end, later))


def _finding(earlier: Engagement, later: Engagement, buffer: timedelta) -> Finding:
    kind = earlier.kind
    subjects = (
        Subject(kind.value, earlier.resource_id),
        Subject("item", earlier.item_id),
        Subject("item", later.item_id),
    )
    if earlier.end > later.start:
        message, fix = _TWICE[kind]
        when = (later.start, min(earlier.end, later.end))
        params = {"first_role": earlier.role, "second_role": later.role}
        return Finding(
            f"{kind.value}_twice", CONFLICT_SEVERITY[kind], subjects, when, message, fix, params
        )
    message, fix = _TOO_CLOSE
    when = (earlier.end, later.start)
    params = {"minutes": _minutes(when[1] - when[0]), "buffer": _minutes(buffer)}
    return Finding(f"{kind.value}{_GAP}", Severity.WARN, subjects, when, message, fix, params)


_GAP = "_too_close"


def _is_gap(finding: Finding) -> bool:
    return finding.code.endswith(_GAP)


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))


def _place(finding: Finding) -> tuple[Any, ...]:
    return (finding.when, finding.code, [subject.id for subject in finding.subjects])
