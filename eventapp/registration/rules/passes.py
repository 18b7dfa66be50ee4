"""What a pass says, and the typed code that stands in for it."""

import base64
import binascii
import hmac
import re
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from eventapp.core.errors import N_, Invalid


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


class Reissue(StrEnum):
    """Why somebody at the door needs a new pass."""

    LOST = "lost"
    MISUSED = "misused"
    UNREADABLE = "unreadable"


REISSUE_LABEL: dict[Reissue, str] = {
    Reissue.LOST: N_("遗失"),
    Reissue.MISUSED: N_("被他人使用"),
    Reissue.UNREADABLE: N_("损坏，扫不出来"),
}

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


PROOF_LENGTH = 32  # bytes, HMAC-SHA-256 (RFC 2104)
_PROOF_TEXT_LENGTH = -(-(CLAIMS_LENGTH + PROOF_LENGTH) * 8 // 5)
_PROOF_PADDING = "=" * (-_PROOF_TEXT_LENGTH % 8)


def prove(signature: bytes, scan_id: str) -> bytes:
    """Return what proves that a signature was seen in one scan, without telling the signature.

    A phone sends and keeps this in a pass's place: a signature opens its holder's name in the
    phone's pack, so none lies in the queue of a phone that was lost. It serves one scan alone.
    """
    return hmac.digest(signature, b"menghui door proof v1" + scan_id.encode(), "sha256")


def proof_to_text(claims: bytes, proof: bytes) -> str:
    """Return claims and proof as unpadded Base32, 71 characters."""
    return base64.b32encode(claims + proof).decode("ascii").rstrip("=")


def proof_from_text(text: str) -> tuple[bytes, bytes] | None:
    """Return claims and proof as a phone sends them, or None where the text is something else."""
    if len(text) != _PROOF_TEXT_LENGTH:
        return None
    try:
        data = base64.b32decode(text + _PROOF_PADDING)
    except (binascii.Error, ValueError):
        return None
    claims, proof = data[:CLAIMS_LENGTH], data[CLAIMS_LENGTH:]
    return (claims, proof) if proof_to_text(claims, proof) == text else None


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
