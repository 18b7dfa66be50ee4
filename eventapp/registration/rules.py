"""Who may register as what, and what becomes of a registration."""

import base64
import binascii
import re
import struct
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventapp.core.errors import N_, Conflict, Invalid


class Category(StrEnum):
    """In which capacity a person attends."""

    LEADER = "leader"
    GUEST = "guest"
    DELEGATE = "delegate"
    OBSERVER = "observer"
    PRESS = "press"
    STAFF = "staff"


CATEGORY_LABEL: dict[Category, str] = {
    Category.LEADER: N_("领导"),
    Category.GUEST: N_("嘉宾"),
    Category.DELEGATE: N_("正式代表"),
    Category.OBSERVER: N_("列席"),
    Category.PRESS: N_("媒体"),
    Category.STAFF: N_("工作人员"),
}

# What the public form offers unless the organiser opens more; the rest is given, not chosen.
PUBLIC_CATEGORIES: frozenset[Category] = frozenset({Category.DELEGATE, Category.OBSERVER})


class State(StrEnum):
    """What has been decided about a registration."""

    INVITED = "invited"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


STATE_LABEL: dict[State, str] = {
    State.INVITED: N_("已邀请，待答复"),
    State.SUBMITTED: N_("待审核"),
    State.APPROVED: N_("已通过"),
    State.WAITLISTED: N_("候补"),
    State.DECLINED: N_("未通过"),
    State.CANCELLED: N_("已取消"),
    State.REPLACED: N_("已由他人代替"),
}

NEXT: dict[State, frozenset[State]] = {
    State.INVITED: frozenset({State.APPROVED, State.DECLINED, State.CANCELLED}),
    State.SUBMITTED: frozenset({State.APPROVED, State.WAITLISTED, State.DECLINED, State.CANCELLED}),
    State.WAITLISTED: frozenset({State.APPROVED, State.CANCELLED}),
    State.DECLINED: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset({State.CANCELLED, State.REPLACED}),
    State.CANCELLED: frozenset(),
    State.REPLACED: frozenset(),
}


SHORT_DAYS = 7
"""How long meals, rooms and car plates are kept after a meeting."""


class FieldKind(StrEnum):
    """What a question of the registration form asks for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "email"
    FILE = "file"
    YES_NO = "yes_no"


FIELD_LABEL: dict[FieldKind, str] = {
    FieldKind.TEXT: N_("单行文字"),
    FieldKind.LONG_TEXT: N_("多行文字"),
    FieldKind.CHOICE: N_("单选"),
    FieldKind.CHOICES: N_("多选"),
    FieldKind.NUMBER: N_("数字"),
    FieldKind.DATE: N_("日期"),
    FieldKind.PHONE: N_("电话"),
    FieldKind.EMAIL: N_("邮箱"),
    FieldKind.FILE: N_("文件"),
    FieldKind.YES_NO: N_("是或否"),
}


def may_become(old: State, new: State) -> bool:
    """Answer whether a registration in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: State, new: State) -> None:
    """Refuse, with Conflict, a step that a registration cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "registration_state",
            N_("这份报名现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


def decide_registration(
    category: Category,
    open_categories: Collection[Category],
    quota_left: int | None,
    auto_approve: bool,
) -> State:
    """Say what a new registration becomes.

    `quota_left` counts the free places of the category; None means without limit. A full
    category puts the person on the waiting list even where somebody would have looked at
    the request first: a place that does not exist cannot be approved.
    Raises Invalid (field `category`) when the category is not open to whoever asks.
    """
    if category not in open_categories:
        raise Invalid(
            "category_not_open", N_("这个类别由主办方安排，不能自行报名。"), field="category"
        )
    if quota_left is not None and quota_left <= 0:
        return State.WAITLISTED
    return State.APPROVED if auto_approve else State.SUBMITTED


def places_left(*allowances: tuple[int | None, int]) -> int | None:
    """Return the free places under several allowances of (quota, taken); None is without limit."""
    left = [quota - taken for quota, taken in allowances if quota is not None]
    return min(left) if left else None


def ensure_place_left(left: int | None) -> None:
    """Refuse, with Conflict, an approval for which there is no place."""
    if left is not None and left <= 0:
        raise Conflict("quota_full", N_("名额已满，请先调整名额，或取消其他报名。"))


# What people agree to until the organiser writes their own; it is kept as version 1 when the
# first person agrees to it.
DEFAULT_CONSENT = N_(
    "我们收集您的姓名、单位、职务、手机号和邮箱（选填），只用于本次会议的报名、签到、座次、"
    "会议通知和会议记录，由主办方会务组使用，不向无关的人提供。闭会后，手机号和邮箱保存六个月即删除；"
    "姓名、单位和职务随会议记录存档。您可以随时在个人页面取消报名，也可以联系会务组查看、更正或删除自己的信息。"
)


CONTACT_MONTHS = 6
"""Months after the meeting for which the usual text promises to keep contacts."""


def contacts_end_at(ended_at: datetime, months: int) -> datetime:
    """Return when contacts are due to be deleted: the same day some months after a meeting's end.

    Where that month is shorter, it is its last day.
    """
    year, month = divmod(ended_at.year * 12 + ended_at.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return ended_at.replace(year=year, month=month + 1, day=min(ended_at.day, last))


@dataclass(frozen=True, slots=True)
class PassClaims:
    """What a pass says; nobody's name, so that a photographed pass tells nothing.

    `generation` rises with every re-issue, and an older one is refused at the door.
    """

    version: int
    key_id: int
    meeting_id: int
    registration_id: int
    generation: int


PASS_VERSION = 1
SIGNATURE_LENGTH = 64  # bytes, Ed25519 (RFC 8032)
_CLAIMS = struct.Struct(">BBIIH")
CLAIMS_LENGTH = _CLAIMS.size  # 12 bytes: with the signature 122 characters, QR version 5-M
_RANGES = {
    "version": 0xFF,
    "key_id": 0xFF,
    "meeting_id": 0xFFFFFFFF,
    "registration_id": 0xFFFFFFFF,
    "generation": 0xFFFF,
}


def _unreadable() -> Invalid:
    return Invalid("pass_unreadable", N_("这个参会凭证读不出来，请重扫或改输签到码。"))


def encode_claims(claims: PassClaims) -> bytes:
    """Return the claims as 12 bytes, big endian: the exact bytes that are signed.

    Raises Invalid when a number does not fit: a pass that wraps round would name
    somebody else.
    """
    numbers = [getattr(claims, name) for name in _RANGES]
    if not all(0 <= number <= most for number, most in zip(numbers, _RANGES.values(), strict=True)):
        raise Invalid("pass_out_of_range", N_("编号超出了参会凭证能表示的范围。"))
    return _CLAIMS.pack(*numbers)


def decode_claims(data: bytes) -> PassClaims:
    """Return what 12 bytes claim; believe it only after the signature has been checked.

    Raises Invalid `pass_unreadable` for another length or version.
    """
    if len(data) != CLAIMS_LENGTH or data[0] != PASS_VERSION:
        raise _unreadable()
    return PassClaims(*_CLAIMS.unpack(data))


def to_text(claims: bytes, signature: bytes) -> str:
    """Return a pass as unpadded Base32 (RFC 4648) in upper case, 122 characters.

    Base32 keeps the QR in its alphanumeric mode and survives scanners that type.
    """
    if len(claims) != CLAIMS_LENGTH or len(signature) != SIGNATURE_LENGTH:
        raise ValueError("a pass is 12 bytes of claims and 64 bytes of signature")
    return base64.b32encode(claims + signature).decode("ascii").rstrip("=")


_TEXT_LENGTH = -(-(CLAIMS_LENGTH + SIGNATURE_LENGTH) * 8 // 5)
_TEXT_LONGEST = 400  # characters; more spaces than that come from no scanner
_PADDING = "=" * (-_TEXT_LENGTH % 8)


def from_text(text: str) -> tuple[bytes, bytes]:
    """Return claims and signature of a scanned or pasted pass.

    Lower case, spaces and full-width characters are forgiven: wedge scanners type through
    the input method of the desk's computer. Each pass still has exactly one reading.
    Raises Invalid `pass_unreadable`.
    """
    if len(text) > _TEXT_LONGEST:
        raise _unreadable()
    letters = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(letters) != _TEXT_LENGTH:
        raise _unreadable()
    try:
        data = base64.b32decode(letters + _PADDING)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
    claims, signature = data[:CLAIMS_LENGTH], data[CLAIMS_LENGTH:]
    if to_text(claims, signature) != letters:  # the last character has two bits to spare
        raise _unreadable()
    return claims, signature


CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's Base32: no I, L, O, U
CODE_LENGTH = 8  # seven symbols of chance (35 bits) and one that checks them
_CHANCE_BITS = 5 * (CODE_LENGTH - 1)
_LOOKALIKES = str.maketrans("OIL", "011")
_CODE_GAPS = re.compile(r"[\s\-‐‑–—_.]+")


def _times_alpha(value: int) -> int:
    """Multiply by the generator of GF(32) modulo x^5 + x^2 + 1."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _remainder(symbols: str) -> int:
    """Return 0 for symbols that end in their own check symbol.

    The generator has order 31, so every single wrong symbol and every exchange of two
    different ones is caught.
    """
    remainder = 0
    for symbol in symbols:
        remainder = _times_alpha(remainder) ^ CODE_ALPHABET.index(symbol)
    return remainder


def make_code(randbits: Callable[[int], int]) -> str:
    """Return a new code of eight symbols; `randbits` is a source of secrets, in bits."""
    chance = randbits(_CHANCE_BITS)
    symbols = "".join(
        CODE_ALPHABET[(chance >> shift) & 31] for shift in range(_CHANCE_BITS - 5, -1, -5)
    )
    return symbols + CODE_ALPHABET[_times_alpha(_remainder(symbols))]


def clean_code(text: str) -> str:
    """Return the eight symbols that somebody meant, with O read as 0 and I, L as 1.

    Raises Invalid (field `code`) when they are not eight symbols of the alphabet; whether
    they fit together says `code_is_plausible`.
    """
    letters = _CODE_GAPS.sub("", unicodedata.normalize("NFKC", text[:_TEXT_LONGEST])).upper()
    symbols = letters.translate(_LOOKALIKES)
    well_formed = len(symbols) == CODE_LENGTH and set(symbols) <= set(CODE_ALPHABET)
    if len(text) > _TEXT_LONGEST or not well_formed:
        raise Invalid("code_unreadable", N_("签到码是八位字母和数字，请再看一遍。"), field="code")
    return symbols


def code_is_plausible(code: str) -> bool:
    """Answer whether a cleaned code ends in its own check symbol.

    A slip of the finger is told at once, without asking the database or counting as a guess.
    """
    return _remainder(code) == 0


def format_code(code: str) -> str:
    """Return a cleaned code in two groups of four, as it is printed and read out."""
    return f"{code[:4]}-{code[4:]}"
