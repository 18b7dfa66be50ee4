"""Items of an agenda: what they are, when they fall, and where they clash."""

from enum import StrEnum

from eventapp.core.errors import N_, Conflict


class Kind(StrEnum):
    """What happens in an item."""

    ADDRESS = "address"
    REPORT = "report"
    DELIBERATION = "deliberation"
    BALLOT = "ballot"
    ELECTION = "election"
    LAUNCH = "launch"
    PLAQUE = "plaque"
    APPOINTMENT = "appointment"
    SIGNING = "signing"
    UNVEILING = "unveiling"
    PUBLICATION = "publication"
    SPEECH = "speech"
    GROUP_PHOTO = "group_photo"
    BREAK = "break"
    TOUR = "tour"
    OTHER = "other"


KIND_LABEL: dict[Kind, str] = {
    Kind.ADDRESS: N_("致辞"),
    Kind.REPORT: N_("报告/说明"),
    Kind.DELIBERATION: N_("审议"),
    Kind.BALLOT: N_("表决"),
    Kind.ELECTION: N_("选举"),
    Kind.LAUNCH: N_("启动"),
    Kind.PLAQUE: N_("授牌"),
    Kind.APPOINTMENT: N_("颁发聘书"),
    Kind.SIGNING: N_("签约"),
    Kind.UNVEILING: N_("揭牌"),
    Kind.PUBLICATION: N_("发布"),
    Kind.SPEECH: N_("发言"),
    Kind.GROUP_PHOTO: N_("合影"),
    Kind.BREAK: N_("茶歇"),
    Kind.TOUR: N_("参观"),
    Kind.OTHER: N_("其他"),
}


class ItemState(StrEnum):
    """How far an item has come while the meeting runs."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"


ITEM_STATE_LABEL: dict[ItemState, str] = {
    ItemState.PLANNED: N_("未开始"),
    ItemState.RUNNING: N_("进行中"),
    ItemState.DONE: N_("已完成"),
    ItemState.SKIPPED: N_("已略过"),
}

FORWARD: dict[ItemState, frozenset[ItemState]] = {
    ItemState.PLANNED: frozenset({ItemState.RUNNING, ItemState.SKIPPED}),
    ItemState.RUNNING: frozenset({ItemState.DONE}),
    ItemState.DONE: frozenset(),
    ItemState.SKIPPED: frozenset(),
}

# Every step can be taken back, one at a time, by a further step that is itself recorded.
UNDO: dict[ItemState, frozenset[ItemState]] = {
    state: frozenset(old for old, news in FORWARD.items() if state in news) for state in ItemState
}

NEXT: dict[ItemState, frozenset[ItemState]] = {
    state: FORWARD[state] | UNDO[state] for state in ItemState
}


def may_become(old: ItemState, new: ItemState) -> bool:
    """Answer whether an item in state `old` may go to `new`, forward or by undoing."""
    return new in NEXT[old]


def ensure_may_become(old: ItemState, new: ItemState) -> None:
    """Refuse, with Conflict, a step that an item cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "item_state", N_("这个环节现在的状态不允许这一步，请刷新页面后再看。"), old=old, new=new
        )


def is_undo(old: ItemState, new: ItemState) -> bool:
    """Answer whether the step takes an earlier one back."""
    return new in UNDO[old]


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
