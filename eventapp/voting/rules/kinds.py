"""The closed lists of words that voting is spoken in, and how each is shown.

Every list is stored as text; a word once stored never changes its meaning.
"""

from enum import StrEnum, auto

from eventapp.core.errors import N_


class Choice(StrEnum):
    """What a unit may say to the question."""

    YES = auto()
    NO = auto()
    ABSTAIN = auto()


class Mode(StrEnum):
    """How the votes are taken."""

    NAMED = auto()
    SHOW_OF_HANDS = auto()
    PAPER = auto()
    SEALED = auto()
    ACCLAMATION = auto()


class Base(StrEnum):
    """What the threshold is a fraction of.

    ALL: the electorate. PRESENT: its units that count as present. CAST: yes + no + abstain.
    VALID: yes + no, abstentions out.
    """

    PRESENT = auto()
    ALL = auto()
    VALID = auto()
    CAST = auto()


class Bound(StrEnum):
    """Whether the number itself is enough: 以上 includes it, 超过 and 过半数 do not."""

    AT_LEAST = auto()
    MORE_THAN = auto()


class CountedAt(StrEnum):
    """At which end of the ballot presence is counted."""

    OPENING = auto()
    CLOSING = auto()


class MotionKind(StrEnum):
    """What is put to the vote."""

    CHARTER = auto()
    LIST = auto()
    PROCEDURE = auto()
    TEXT = auto()
    ELECTION = auto()


class ElectorateSource(StrEnum):
    """Where the list of units that may vote was taken from."""

    COUNCIL_SEATS = auto()
    PROPOSED_LIST = auto()
    ALL_MEMBERS = auto()
    BY_HAND = auto()


class Result(StrEnum):
    """What became of the motion.

    NO_QUORUM: too few were present, so there was no vote. VOID: more papers came back than had
    been given out, so the ballot has to be held again.
    """

    PASSED = auto()
    FAILED = auto()
    NO_QUORUM = auto()
    VOID = auto()


CHOICE_LABELS = {
    Choice.YES: N_("赞成"),
    Choice.NO: N_("反对"),
    Choice.ABSTAIN: N_("弃权"),
}
MODE_LABELS = {
    Mode.NAMED: N_("记名"),
    Mode.SHOW_OF_HANDS: N_("举手"),
    Mode.PAPER: N_("纸质无记名"),
    Mode.SEALED: N_("电子无记名"),
    Mode.ACCLAMATION: N_("鼓掌通过"),
}
BASE_LABELS = {
    Base.PRESENT: N_("到会"),
    Base.ALL: N_("全体"),
    Base.VALID: N_("有效票"),
    Base.CAST: N_("投票"),
}
BOUND_LABELS = {
    Bound.AT_LEAST: N_("以上（含本数）"),
    Bound.MORE_THAN: N_("超过（不含本数）"),
}
COUNTED_AT_LABELS = {
    CountedAt.OPENING: N_("表决开始时"),
    CountedAt.CLOSING: N_("表决结束时"),
}
MOTION_KIND_LABELS = {
    MotionKind.CHARTER: N_("章程"),
    MotionKind.LIST: N_("名单"),
    MotionKind.PROCEDURE: N_("表决办法"),
    MotionKind.TEXT: N_("一般事项"),
    MotionKind.ELECTION: N_("选举"),
}
ELECTORATE_SOURCE_LABELS = {
    ElectorateSource.COUNCIL_SEATS: N_("理事会席位"),
    ElectorateSource.PROPOSED_LIST: N_("拟任名单"),
    ElectorateSource.ALL_MEMBERS: N_("全体成员单位"),
    ElectorateSource.BY_HAND: N_("另行确定的名单"),
}
RESULT_LABELS = {
    Result.PASSED: N_("通过"),
    Result.FAILED: N_("未通过"),
    Result.NO_QUORUM: N_("未达到法定到会数"),
    Result.VOID: N_("表决无效"),
}

OFFERED_MODES = (Mode.NAMED, Mode.SHOW_OF_HANDS, Mode.PAPER)
"""The modes in which a ballot can be taken so far."""
OFFERED_KINDS = (MotionKind.CHARTER, MotionKind.LIST, MotionKind.PROCEDURE, MotionKind.TEXT)
"""The kinds of motions that can be put so far."""
