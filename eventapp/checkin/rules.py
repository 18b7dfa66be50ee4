"""What the door says to a scan, and who counts as inside."""

from enum import StrEnum

from eventapp.core.errors import N_


class Method(StrEnum):
    """How the person was recognised."""

    QR = "qr"
    TYPED_CODE = "typed_code"
    WEDGE = "wedge"
    SEARCH = "search"
    MANUAL = "manual"


METHOD_LABEL: dict[Method, str] = {
    Method.QR: N_("扫码"),
    Method.TYPED_CODE: N_("输入签到码"),
    Method.WEDGE: N_("扫码枪"),
    Method.SEARCH: N_("查找姓名"),
    Method.MANUAL: N_("人工登记"),
}


class Direction(StrEnum):
    """Which way the person goes."""

    ENTRY = "entry"
    EXIT = "exit"


DIRECTION_LABEL: dict[Direction, str] = {
    Direction.ENTRY: N_("入场"),
    Direction.EXIT: N_("离场"),
}


class Verdict(StrEnum):
    """The door's answer to one scan; it is stored and replayed, never worked out twice."""

    ADMITTED = "admitted"
    ALREADY_INSIDE = "already_inside"
    SAME_SCAN_REPEAT = "same_scan_repeat"
    LEFT = "left"
    NOT_INSIDE = "not_inside"
    WRONG_MEETING = "wrong_meeting"
    NOT_APPROVED = "not_approved"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    MEETING_NOT_OPEN = "meeting_not_open"
    WRONG_CATEGORY = "wrong_category"


VERDICT_LABEL: dict[Verdict, str] = {
    Verdict.ADMITTED: N_("请进"),
    Verdict.ALREADY_INSIDE: N_("已经入场"),
    Verdict.SAME_SCAN_REPEAT: N_("刚刚扫过"),
    Verdict.LEFT: N_("已离场"),
    Verdict.NOT_INSIDE: N_("没有入场记录"),
    Verdict.WRONG_MEETING: N_("不是本次会议"),
    Verdict.NOT_APPROVED: N_("报名未通过"),
    Verdict.CANCELLED: N_("报名已取消"),
    Verdict.REPLACED: N_("已由他人代替"),
    Verdict.REVOKED: N_("凭证已更换"),
    Verdict.UNKNOWN: N_("查无此凭证"),
    Verdict.UNREADABLE: N_("无法识别"),
    Verdict.MEETING_NOT_OPEN: N_("尚未开放入场"),
    Verdict.WRONG_CATEGORY: N_("请走其他入口"),
}


class Tone(StrEnum):
    """How the door's screen looks and sounds."""

    OK = "ok"
    NEUTRAL = "neutral"
    STOP = "stop"


TONE_LABEL: dict[Tone, str] = {
    Tone.OK: N_("放行"),
    Tone.NEUTRAL: N_("提示"),
    Tone.STOP: N_("请停步"),
}
