"""What the door says to a scan, and who counts as inside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from eventapp.core.errors import N_

TEXT_LONGEST = 400
"""Characters of a scanned text; no pass of ours and no code is as long."""
TYPED_LONGEST = 40
"""Characters of what is taken for a typed code; no pass is as short."""


class Method(StrEnum):
    """How the person was recognised."""

    QR = "qr"
    TYPED_CODE = "typed_code"
    WEDGE = "wedge"
    SEARCH = "search"
    MANUAL = "manual"
    KIOSK = "kiosk"
    ROLL_CALL = "roll_call"


METHOD_LABEL: dict[Method, str] = {
    Method.QR: N_("扫码"),
    Method.TYPED_CODE: N_("输入签到码"),
    Method.WEDGE: N_("扫码枪"),
    Method.SEARCH: N_("查找姓名"),
    Method.MANUAL: N_("人工登记"),
    Method.KIOSK: N_("自助签到"),
    Method.ROLL_CALL: N_("点名"),
}
UNATTENDED: frozenset[Method] = frozenset({Method.KIOSK})
"""Ways in that nobody of the staff watches: whoever comes so is inside and not yet confirmed."""


def is_staffed(method: Method) -> bool:
    """Tell whether somebody of the staff saw the person; only then may their unit vote."""
    return method not in UNATTENDED


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
    CONFIRMED = "confirmed"
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
    GATE_CLOSED = "gate_closed"
    FULL = "full"


VERDICT_LABEL: dict[Verdict, str] = {
    Verdict.ADMITTED: N_("请进"),
    Verdict.CONFIRMED: N_("到场已确认"),
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
    Verdict.GATE_CLOSED: N_("入口未开放"),
    Verdict.FULL: N_("场内已满"),
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


@dataclass(frozen=True, slots=True)
class Saying:
    """What staff see after a scan: how it sounds, what is the matter, what to do now."""

    tone: Tone
    sentence: str
    next_step: str


SAYING: dict[Verdict, Saying] = {
    Verdict.ADMITTED: Saying(Tone.OK, N_("可以入场。"), N_("请引导入座。")),
    Verdict.CONFIRMED: Saying(
        Tone.OK, N_("已由门岗确认到场。"), N_("请引导入座，本单位从现在起计入到会。")
    ),
    Verdict.ALREADY_INSIDE: Saying(
        Tone.NEUTRAL, N_("这个人已经入场。"), N_("请核对本人；若是凭证借给了别人，请转服务台。")
    ),
    Verdict.SAME_SCAN_REPEAT: Saying(
        Tone.NEUTRAL, N_("刚刚已经扫过这个凭证。"), N_("已经记下，不用再扫。")
    ),
    Verdict.LEFT: Saying(Tone.OK, N_("离场已记录。"), N_("再次入场时请重新扫码。")),
    Verdict.NOT_INSIDE: Saying(
        Tone.NEUTRAL, N_("没有这个人的入场记录。"), N_("可以离场；若确实参加了会议，请补记入场。")
    ),
    Verdict.WRONG_MEETING: Saying(
        Tone.STOP, N_("这是另一场会议的凭证。"), N_("请转服务台，查看是否报名了本次会议。")
    ),
    Verdict.NOT_APPROVED: Saying(
        Tone.STOP, N_("这份报名还没有通过。"), N_("请转服务台，由会务组审核。")
    ),
    Verdict.CANCELLED: Saying(Tone.STOP, N_("这份报名已经取消。"), N_("请转服务台核实。")),
    Verdict.REPLACED: Saying(
        Tone.STOP, N_("这份报名已由他人代替。"), N_("请转服务台，查看由谁参会。")
    ),
    Verdict.REVOKED: Saying(
        Tone.STOP, N_("这个凭证已经换发，旧的作废。"), N_("请出示最新的凭证，或转服务台补发。")
    ),
    Verdict.UNKNOWN: Saying(
        Tone.STOP, N_("系统里没有这个凭证。"), N_("请按姓名或手机号查找，或转服务台。")
    ),
    Verdict.UNREADABLE: Saying(
        Tone.STOP, N_("这个码读不出来。"), N_("请调亮屏幕重扫，或输入签到码。")
    ),
    Verdict.MEETING_NOT_OPEN: Saying(
        Tone.STOP, N_("会议现在不开放入场。"), N_("请核对会议时间，或请会务组开放入场。")
    ),
    Verdict.WRONG_CATEGORY: Saying(
        Tone.STOP, N_("这个入口不接待这一类别。"), N_("请按指示牌前往对应的入口。")
    ),
    Verdict.GATE_CLOSED: Saying(
        Tone.STOP, N_("这个入口现在不开放。"), N_("请走其他入口，或等到开放时间再扫。")
    ),
    Verdict.FULL: Saying(
        Tone.STOP, N_("场内人数已到上限。"), N_("请稍候，有人离场后再扫；急需入场的，请转服务台。")
    ),
}


@dataclass(frozen=True, slots=True)
class Inside:
    """The admission that holds now: since when, through which gate, and by whose hand.

    `confirmed`: somebody saw the person, at a staffed gate or at a roll-call.
    """

    at: datetime
    gate: str
    same_device: bool
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class AdmissionFacts:
    """All that the door knows when it answers one scan.

    `registered_here` is already true for somebody whose pass names another meeting but who
    is registered at this one too. The words of `registration_state`, `meeting_state` and
    `category` are those of their features. The gate's rules: `gate_categories` None takes
    everybody; open from `gate_opens_at` until before `gate_closes_at`, None for always.
    `staffed` says that somebody of the staff sees the person, as at a kiosk nobody does.
    `places_left` is what the session's capacity leaves before this person, None without one.
    Fields after a False `readable` or `known` are not looked at.
    """

    scanned_at: datetime
    readable: bool = True
    known: bool = True
    registered_here: bool = True
    generation_current: bool = True
    registration_state: str = "approved"
    meeting_state: str = "in_session"
    category: str = "delegate"
    gate_categories: frozenset[str] | None = None
    gate_opens_at: datetime | None = None
    gate_closes_at: datetime | None = None
    places_left: int | None = None
    direction: Direction = Direction.ENTRY
    staffed: bool = True
    inside: Inside | None = None


NAMELESS: frozenset[Verdict] = frozenset(
    {Verdict.UNREADABLE, Verdict.UNKNOWN, Verdict.WRONG_MEETING, Verdict.REVOKED}
)
"""Answers that name nobody: whoever found an old pass learns nothing about its owner."""

SIGNED: frozenset[Verdict] = frozenset({Verdict.ADMITTED, Verdict.CONFIRMED})
"""Answers after which a meeting that wants signatures asks for one."""
SIGNATURES_KEPT = timedelta(days=180)
"""How long after a meeting what was signed on the screen is kept."""

REPEAT_WINDOW = timedelta(seconds=5)
UNDO = "undo-"
"""What the number of a scan that takes an admission back begins with."""
UNDO_WINDOW = timedelta(seconds=10)
"""How long the device that let somebody in may take it back without a supervisor."""

DOORS_OPEN_IN: frozenset[str] = frozenset(
    {"registration_open", "registration_closed", "in_session"}
)
_ENDED = {"cancelled": Verdict.CANCELLED, "replaced": Verdict.REPLACED}


def decide_admission(facts: AdmissionFacts) -> Verdict:
    """Give the door's answer to one scan.

    The order is from what is least to what is most known about the person, so that the
    first answer is the one that helps: can it be read; do we know it; is the person
    expected here; is this the newest pass; does the registration stand; is the meeting
    open; is this the right gate, and is it open; is the person inside already; is there room.
    Who came to the wrong gate is sent on, not told to wait for it; who is inside already has
    a place and is never told that there is none.
    Somebody who leaves is never stopped by a later refusal: after the pass is known,
    only being inside is asked.
    `docs/door.md` gives the same for every implementation, `docs/door-vectors.json` proves it.
    """
    refusal = _refuse_pass(facts)
    if refusal:
        return refusal
    if facts.direction is Direction.EXIT:
        return Verdict.LEFT if facts.inside else Verdict.NOT_INSIDE
    return _refuse_person(facts) or _answer_about_inside(facts)


def _refuse_pass(facts: AdmissionFacts) -> Verdict | None:
    if not facts.readable:
        return Verdict.UNREADABLE
    if not facts.known:
        return Verdict.UNKNOWN
    return None if facts.registered_here else Verdict.WRONG_MEETING


def _refuse_person(facts: AdmissionFacts) -> Verdict | None:
    # A re-issued pass comes before the registration's state: the finder of an old
    # pass learns nothing about its owner.
    if not facts.generation_current:
        return Verdict.REVOKED
    if facts.registration_state != "approved":
        return _ENDED.get(facts.registration_state, Verdict.NOT_APPROVED)
    if facts.meeting_state not in DOORS_OPEN_IN:
        return Verdict.MEETING_NOT_OPEN
    if facts.gate_categories is not None and facts.category not in facts.gate_categories:
        return Verdict.WRONG_CATEGORY
    opens, closes = facts.gate_opens_at, facts.gate_closes_at
    if (opens and facts.scanned_at < opens) or (closes and facts.scanned_at >= closes):
        return Verdict.GATE_CLOSED
    return None


def _answer_about_inside(facts: AdmissionFacts) -> Verdict:
    inside = facts.inside
    if inside is None:
        full = facts.places_left is not None and facts.places_left <= 0
        return Verdict.FULL if full else Verdict.ADMITTED
    if facts.staffed and not inside.confirmed:
        return Verdict.CONFIRMED
    since = facts.scanned_at - inside.at
    if inside.same_device and timedelta(0) <= since < REPEAT_WINDOW:
        return Verdict.SAME_SCAN_REPEAT
    return Verdict.ALREADY_INSIDE


MOVING: frozenset[Verdict] = frozenset({Verdict.ADMITTED, Verdict.CONFIRMED, Verdict.LEFT})
"""Answers after which somebody else is inside, or counts otherwise, than before."""


@dataclass(frozen=True, slots=True)
class Move:
    """A record of the door that moves people: who came, was confirmed, waits again, or left.

    `taken_back`: they left because their admission was undone.
    """

    came: frozenset[int] = frozenset()
    confirmed: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    taken_back: bool = False

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read a record's body; one that refused somebody moves nobody."""
        if body["method"] == Method.ROLL_CALL:
            answered, silent = frozenset(body["answered"]), frozenset(body["silent"])
            return cls(answered, answered, silent - answered)
        if body["verdict"] not in MOVING or body["registration_id"] is None:
            return cls()
        one = frozenset({int(body["registration_id"])})
        if body["verdict"] == Verdict.LEFT:
            return cls(left=one, taken_back=body["scan_id"].startswith(UNDO))
        came = one if body["verdict"] == Verdict.ADMITTED else frozenset[int]()
        return cls(came, one if is_staffed(Method(body["method"])) else frozenset())


@dataclass(frozen=True, slots=True)
class Hall:
    """Who is inside after some records of the door, and of them who was seen by somebody.

    `came` are those who were let in at some time; what was taken back never was.
    """

    inside: frozenset[int] = frozenset()
    confirmed: frozenset[int] = frozenset()
    came: frozenset[int] = frozenset()


def hall_after(moves: Iterable[Move]) -> Hall:
    """Return who is inside after these moves, in the order of the ledger.

    Read up to a stated head of the ledger, `confirmed` is the presence that a ballot counts. A
    roll-call stands in that order like a scan: who answered is inside and confirmed, who speaks
    for a unit that did not answer is confirmed no more and waits, inside or not, until a staffed
    gate sees them; what comes after it changes it further.
    """
    inside, confirmed = set[int](), set[int]()
    times: dict[int, int] = {}
    for move in moves:
        for one in move.came - inside:
            times[one] = times.get(one, 0) + 1
        if move.taken_back:
            for one in move.left & inside:
                times[one] -= 1
        inside |= move.came
        inside -= move.left
        confirmed |= move.confirmed & inside
        confirmed -= move.left | move.waiting
    came = frozenset(one for one, count in times.items() if count > 0)
    return Hall(frozenset(inside), frozenset(confirmed), came)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A mandate in force: this person speaks for this unit, by its own choice or by proxy."""

    person_id: int
    organisation_id: int
    is_proxy: bool = False


def units_present(
    inside: Iterable[int], mandates: Iterable[Speaker], *, proxies: bool = True
) -> frozenset[int]:
    """Return the units with at least one person inside who speaks for them.

    `inside` are persons. The caller passes the mandates that are in force at that moment.
    With `proxies` a unit that is represented by another's delegate counts, as a rule says
    with `proxy_counts_as_present`. Two delegates of one unit are one unit.
    """
    people = frozenset(inside)
    return frozenset(
        mandate.organisation_id
        for mandate in mandates
        if mandate.person_id in people and (proxies or not mandate.is_proxy)
    )
