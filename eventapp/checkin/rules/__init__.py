"""What the door says to a scan, and who counts as inside."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
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


class Way(StrEnum):
    """Which way people may go through a gate."""

    BOTH = "both"
    ENTRY = "entry"
    EXIT = "exit"


WAY_LABEL: dict[Way, str] = {
    Way.BOTH: N_("入场和离场"),
    Way.ENTRY: N_("只入场"),
    Way.EXIT: N_("只离场"),
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
    NO_REENTRY = "no_reentry"
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
    Verdict.NO_REENTRY: N_("离场后不能再入"),
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
    Verdict.LEFT: Saying(
        Tone.OK, N_("离场已记录。"), N_("再次入场须重新扫码；离场后不能再入的场次除外。")
    ),
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
    Verdict.NO_REENTRY: Saying(
        Tone.STOP,
        N_("这个人已经离开本场次，离场后不能再次入场。"),
        N_("请说明规定；确有需要的，请转服务台。"),
    ),
    Verdict.FULL: Saying(
        Tone.STOP, N_("场内人数已到上限。"), N_("请稍候，有人离场后再扫；急需入场的，请转服务台。")
    ),
}

DESK_STEP: dict[Verdict, str] = {
    Verdict.ALREADY_INSIDE: N_("请核对本人；若是凭证借给了别人，请补发凭证。"),
    Verdict.NOT_APPROVED: N_("请会务组审核，通过以后再点“登记入场”。"),
    Verdict.CANCELLED: N_("请向本人核实；确实要参会的，请办理现场报名。"),
    Verdict.REPLACED: N_("请按代替者的姓名查找。"),
    Verdict.FULL: N_("请稍候，有人离场后再点“登记入场”；或请会务组调高场内人数上限。"),
}
"""What to do instead where the person stands at the help desk already: nobody is sent there."""


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
    `category` are those of their features. The gate's rules: `gate_way` says which way people
    may go; `gate_categories` None takes everybody; open from `gate_opens_at` until before
    `gate_closes_at`, None for always. `staffed` says that somebody of the staff sees the person, as
    at a kiosk nobody does. The gate leads to one session, and the rest is about that
    session alone: `places_left` is what its capacity leaves before this person, None without
    one; `left_for_good`, that the person left it and may not come again; `inside`, that they are
    in it now, wherever else they have been.
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
    gate_way: Way = Way.BOTH
    gate_categories: frozenset[str] | None = None
    gate_opens_at: datetime | None = None
    gate_closes_at: datetime | None = None
    places_left: int | None = None
    direction: Direction = Direction.ENTRY
    left_for_good: bool = False
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
    open; is this the right gate, and is it open; is the person inside already; may they come
    in once more; is there room.
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
    if facts.gate_way is Way.EXIT:
        return Verdict.GATE_CLOSED
    if (opens and facts.scanned_at < opens) or (closes and facts.scanned_at >= closes):
        return Verdict.GATE_CLOSED
    return None


def _answer_about_inside(facts: AdmissionFacts) -> Verdict:
    inside = facts.inside
    if inside is None and facts.left_for_good:
        return Verdict.NO_REENTRY
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
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Move:
    """A record that moved somebody: into a session, out of it, or back to before an admission.

    `at` is when it was scanned, `seq` its place in the ledger. A roll-call names nobody by
    `registration_id`: it moves whoever `answered` into its session and confirms them; who was
    `silent` waits again, wherever they are.
    """

    registration_id: int | None
    verdict: Verdict
    session_id: int = 0
    undone: bool = False
    seq: int = 0
    staffed: bool = True
    at: datetime = _LONG_AGO
    answered: frozenset[int] = frozenset()
    silent: frozenset[int] = frozenset()

    @classmethod
    def of(cls, body: Mapping[str, Any], session_id: int = 0, seq: int = 0) -> Self:
        """Read the body of a record that moves people."""
        answered = frozenset(body.get("answered", ()))
        return cls(
            body["registration_id"],
            Verdict(body["verdict"]),
            session_id,
            body["verdict"] == Verdict.LEFT and body["scan_id"].startswith(UNDO),
            seq,
            is_staffed(Method(body["method"])),
            datetime.fromisoformat(body.get("scanned_at") or body["received_at"]),
            answered,
            frozenset(body.get("silent", ())) - answered,
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """An admission that leads somebody to where they are, and whether it counts for their unit.

    `seq` is the record that began it.
    """

    session_id: int
    seq: int = 0
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Hall:
    """Where everybody is after some records of the door.

    `stays` are the admissions that led each person who is inside to where they are, the newest
    last. `came` are those who were let in at some time; what was taken back never was.
    """

    stays: dict[int, list[Stay]] = field(default_factory=dict)
    came: frozenset[int] = frozenset()

    def inside(self, session_id: int = 0) -> frozenset[int]:
        """Return who is inside one session."""
        return frozenset(
            one for one, stays in self.stays.items() if stays[-1].session_id == session_id
        )

    def confirmed(self, session_id: int = 0) -> frozenset[int]:
        """Return who of those was seen by somebody: the presence that a ballot counts."""
        return frozenset(one for one in self.inside(session_id) if self.stays[one][-1].confirmed)


def hall_after(moves: Iterable[Move]) -> Hall:
    """Return where everybody is after these moves, in the order of the ledger.

    Whoever enters one session leaves the other; an exit ends the stay; taking an admission back
    returns the person to where they were before it. Who answers at a roll-call is inside and
    confirmed; who is silent is confirmed no more, inside or not, until a staffed gate sees them
    after it: a scan from before it that was uploaded late confirms nobody.
    """
    found: dict[int, list[Stay]] = {}
    times: Counter[int] = Counter()
    silent: dict[int, datetime] = {}
    for move in moves:
        for one in move.answered:
            stays = found.setdefault(one, [])
            if stays and stays[-1].session_id == move.session_id:
                stays[-1] = replace(stays[-1], confirmed=True)
            else:
                stays.append(Stay(move.session_id, move.seq))
                times[one] += 1
        for one in move.silent - move.answered:
            silent[one] = move.at
            found[one] = [replace(stay, confirmed=False) for stay in found.get(one, ())]
        if move.registration_id is not None:
            stays = found.setdefault(move.registration_id, [])
            since = silent.get(move.registration_id, move.at)
            times[move.registration_id] += _step(
                stays, move, seen=move.staffed and since <= move.at
            )
    came = frozenset(one for one, count in times.items() if count > 0)
    return Hall({one: stays for one, stays in found.items() if stays}, came)


def _step(stays: list[Stay], move: Move, *, seen: bool) -> int:
    """Let one scan change where its person is; tell how many admissions more there are."""
    here = bool(stays) and stays[-1].session_id == move.session_id
    if move.verdict is Verdict.ADMITTED:
        stays.append(Stay(move.session_id, move.seq, seen or (here and stays[-1].confirmed)))
        return 1
    if move.verdict is Verdict.CONFIRMED and here and seen:
        stays[-1] = replace(stays[-1], confirmed=True)
    elif move.undone and stays:
        stays.pop()
        return -1
    elif move.verdict is Verdict.LEFT:
        kept = [] if here else [one for one in stays if one.session_id != move.session_id]
        stays[:] = kept
    return 0


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
