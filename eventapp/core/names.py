"""Names of people and units: cleaned, compared, spelled, ordered and broken into lines.

A formal list that has one name in the wrong place offends somebody in the room, and no
database collation gives the official order by strokes. So every order is a text key that is
computed here, kept in a column, and the same on every database: keys hold only 0-9 and a-z,
so that collations agree on them, and fit KEY_LENGTH characters. A key that had to be cut may
tie; whoever sorts adds the row's id.

What a programme cannot know (how a person reads their own surname, a character that the stroke
table lacks) it guesses or puts last. So pinyin may be said by hand (`said`) and strokes counted by
hand (`counted`); what fits the name's characters takes the place of what is worked out.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from eventapp.core.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

KEY_LENGTH = 255
"""Longest key, in characters: what a varchar(255) column holds."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TIGHT = _HAN + "\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20"
_FULL_NAME = re.compile(f"[{_HAN}]{{2,4}}")
_TOKEN = re.compile(rf"[{_HAN}]|[^\W{_HAN}]+")

_HALF_WIDTH = {
    0xFEE0 + code: code for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))
}
_DOTS = dict.fromkeys(map(ord, "・･•‧∙⋅\u0387"), "·")
_FORMS = {**_HALF_WIDTH, **_DOTS}

_CLOSING = "）》〉」』、，；："
_OPENING = "（《〈「『"
_LAST_WORDS = (
    "成立大会|会员大会|代表大会|预备会议|筹备会议|签约仪式|启动仪式|授牌仪式|揭牌仪式|"
    "管理办法|表决办法|选举办法|议事规则|实施方案|工作报告|座谈会|章程"
)
_JOINT = re.compile(
    "|".join((
        rf"(?<=[{_CLOSING}])(?![{_CLOSING}])",
        rf"(?<![{_OPENING}])(?=[{_OPENING}])",
        rf"(?<=[{_HAN}]{{2}})(?=暨[{_HAN}]{{2}})",
        rf"(?<=[{_HAN}]{{2}})(?<![参赠])(?=与(?!会)[{_HAN}]{{2}})",
        rf"(?<=[{_HAN}]{{4}})(?=(?:{_LAST_WORDS})(?![{_HAN}]))",
        rf"(?<=[{_HAN}]{{4}})(?=第[一二三四五六七八九十百零〇\d]+[届次])",
    ))
)  # fmt: skip

_MARKS = re.compile("[\u0300\u0301\u0304\u030c]")
_TONES = "\u0304\u0301\u030c\u0300"
_RANK_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_BLANK = "000"


class _Reading(NamedTuple):
    """How one character is read, or one run of letters, which has no tone (0)."""

    text: str
    syllable: str
    tone: int


@lru_cache(maxsize=1024)  # one name is cleaned on each of its ways
def clean_name(text: str) -> str:
    """Return the one way in which a name is kept; cleaning twice changes nothing.

    Names arrive from spreadsheets and phones: full-width letters and digits become half-width,
    a padded 王　磊 becomes 王磊, the dots of minority names become ·, and what nobody can see
    (controls, zero-width characters, variation selectors, lone surrogates) goes. Single spaces
    between Latin words stay; NFC (UAX #15) unites composed and decomposed letters.
    """
    spaced = re.sub(r"\s+", " ", text)
    seen = "".join(char for char in spaced if not _is_invisible(char))
    composed = unicodedata.normalize("NFC", seen.translate(_FORMS))
    single = re.sub(r" {2,}", " ", composed).strip(" ")
    joined = re.sub(rf"(?<=[{_TIGHT}]) (?=[{_TIGHT}])", "", single)
    return re.sub(r" ?· ?", "·", joined)


@lru_cache(maxsize=8192)  # the same units are compared with whatever somebody types
def name_key(text: str) -> str:
    """Return the form under which two spellings of one name are equal.

    Case, width, spaces and dots do not count, so Mary Ann is maryann, and 买买提·艾力 is the
    same with a dot, with another dot and with none. Traditional and simplified stay different.
    """
    folded = unicodedata.normalize("NFKC", clean_name(text)).casefold()
    return unicodedata.normalize("NFC", re.sub(r"[\s·]", "", folded))


def pad_name(name: str) -> str:
    """Return a two-character Chinese name as wide as three (王　磊), any other cleaned.

    Formal lists set names in one column; padding twice changes nothing.
    """
    cleaned = clean_name(name)
    if len(cleaned) == 2 and _FULL_NAME.fullmatch(cleaned):
        return f"{cleaned[0]}\u3000{cleaned[1]}"
    return cleaned


def surname_length(name: str) -> int:
    """Return how many characters of a Chinese name are the surname, 0 where nobody can tell.

    Two to four Chinese characters are taken for a person's full name, so 欧阳 alone is 欧 with
    the given name 阳. Units, Latin names and names with a dot have no surname here.
    """
    cleaned = clean_name(name)
    if not _FULL_NAME.fullmatch(cleaned):
        return 0
    return 2 if len(cleaned) > 2 and cleaned[:2] in COMPOUND_SURNAMES else 1


def pinyin_of(name: str, said: str = "") -> str:
    """Return the name in pinyin: "Wang Lei", "Ouyang Xi'an", "Dong Ying Zhi Ye Xue Yuan".

    People are spelled as GB/T 28039-2011 asks: surname first, both parts written together
    and capitalised, ü kept, an apostrophe before a later a, e or o. The parts of a name with
    dots keep them; a unit is spelled syllable by syllable. Latin words stay as they are.
    """
    cleaned = clean_name(name)
    size = surname_length(cleaned)
    readings = _readings(cleaned, said)
    if size:
        return f"{_written_together(readings[:size])} {_written_together(readings[size:])}"
    if "·" in cleaned:
        rest = iter(readings)
        sizes = [len(_TOKEN.findall(part)) for part in cleaned.split("·")]
        return "·".join(_written_together(list(islice(rest, count))) for count in sizes)
    return " ".join(_written_together([reading]) for reading in readings)


def plain_pinyin(pinyin: str) -> str:
    """Return pinyin as it is typed to look for somebody: a-z and digits alone, v for ü."""
    toneless = _MARKS.sub("", unicodedata.normalize("NFKD", pinyin.lower()))
    letters = re.sub("(?<=[ln])\u00fc", "v", unicodedata.normalize("NFC", toneless))
    return re.sub("[^a-z0-9]", "", unicodedata.normalize("NFKD", letters))


def initials_of(name: str, said: str = "") -> str:
    """Return the first letters that a receptionist types: 王磊 is wl, John Smith is js."""
    readings = _readings(clean_name(name), said)
    return "".join(_ascii(reading.syllable or reading.text)[:1] for reading in readings)


def fits_pinyin(name: str, said: str) -> bool:
    """Tell whether pinyin said by hand can be shared out among the characters of a name."""
    return _said(_TOKEN.findall(clean_name(name)), said) is not None


def fits_strokes(name: str, counted: str) -> bool:
    """Tell whether there is one count of strokes, 1 to 64, for each Chinese character of a name."""
    counts = counted.split()
    characters = sum(map(_is_han, clean_name(name)))
    return len(counts) == characters and all(
        count.isascii() and count.isdecimal() and 1 <= int(count) <= 64 for count in counts
    )


def strokes_of(name: str) -> str:
    """Return the count of each Chinese character of a name, ? where the table lacks it: 4 15."""
    return " ".join(str(stroke_count(char) or "?") for char in clean_name(name) if _is_han(char))


def pinyin_key(name: str, said: str = "") -> str:
    """Return a text that sorts names of people and units by pinyin.

    One character after the other: syllable, then tone. A surname is decided wholly, down to
    its strokes, before the given name, so that 王 and 汪 never mix. Equal readings are told
    apart by stroke order. Characters without a known reading come last.
    """
    cleaned = clean_name(name)
    size = surname_length(cleaned)
    readings = _readings(cleaned, said)
    surname = "".join(_spelling(reading) + _rank(reading.text) for reading in readings[:size])
    rest = "".join(map(_spelling, readings[size:]))
    ties = "".join(_rank(char) for reading in readings[size:] for char in reading.text)
    return f"{surname}{rest}0{ties}"[:KEY_LENGTH]


def stroke_key(name: str, counted: str = "", *, full_name_rule: bool = False) -> str:
    """Return a text that sorts names by strokes (GF 3003-1999); Latin comes after Chinese.

    Characters compare by stroke count, then strokes as 横 竖 撇 点 折, then structure. By 姓氏笔画
    (the default) a single-character given name is preceded by a blank: 田一 田富 田大利. By
    姓名笔画 (full_name_rule, as people's congresses do) it is not: 田一 田大利 田富.
    A Chinese character that the table lacks, its stroke count unknown, sorts after all those
    that it has, by code point; see stroke_count. One that is counted otherwise by hand stands
    behind all that have as many strokes.
    """
    cleaned = clean_name(name)
    counts = iter(counted.split() if fits_strokes(cleaned, counted) else ())
    ranks = [
        _counted_rank(char, next(counts, "")) if _is_han(char) else _rank(char)
        for char in cleaned
        if char.isalnum()
    ]
    size = surname_length(cleaned)
    if size and not full_name_rule and len(cleaned) == size + 1:
        ranks.insert(size, _BLANK)
    return "".join(ranks)[:KEY_LENGTH]


def stroke_count(char: str) -> int | None:
    """Return the strokes of one character, None where the table lacks it.

    A form that shows None as a question lets the organiser place that name by hand.
    """
    found = _strokes().get(char)
    return found[0] if found else None


def short_joints(text: str) -> list[str]:
    """Split a long title where a line may break; the pieces joined are the text.

    The joints are: around brackets and book-title marks, after enumeration marks and commas,
    before 暨 and 与 between words, before 第…届 and 第…次, and before a last word such as
    成立大会. Titles break by meaning, never inside a word or before a closing mark.
    """
    return [piece for piece in _JOINT.split(text) if piece]


def _is_invisible(char: str) -> bool:
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return selector or unicodedata.category(char) in {"Cc", "Cf", "Cs"}


@lru_cache(maxsize=256)  # a name is spelled, shortened and sorted in one go
def _readings(cleaned: str, said: str = "") -> Sequence[_Reading]:
    """Read a cleaned name: as said, or the surname by the table and the rest by its words."""
    by_hand = _said(_TOKEN.findall(cleaned), said) if said else None
    if by_hand is not None:
        return by_hand
    size = surname_length(cleaned)
    sounds: list[str] = []
    if cleaned[:size] in SURNAME_READINGS:
        sounds = SURNAME_READINGS[cleaned[:size]].split()
    elif size:
        sounds = _sounds(cleaned[:size])
    tokens = _TOKEN.findall(cleaned)
    sounds += _sounds("".join(token for token in tokens if _is_han(token))[size:])
    spoken = iter(sounds)
    return tuple(_reading(token, next(spoken) if _is_han(token) else "") for token in tokens)


def _said(tokens: Sequence[str], said: str) -> list[_Reading] | None:
    """Share pinyin out among characters and words, None where that cannot be done.

    What is written together is cut where the characters can be read so; what stands apart by
    spaces or apostrophes, one piece for each, is taken as it is.
    """
    pieces = [piece for piece in map(_syllable, re.split(r"[\s'’·]+", said)) if piece[0]]
    if len(pieces) == len(tokens) and tokens:
        known = [_known_sounds(token) for token in tokens]
        return [
            _Reading(token, syllable, tone or sounds.get(syllable, 0)) if _is_han(token)
            else _Reading(syllable, "", 0)
            for token, (syllable, tone), sounds in zip(tokens, pieces, known, strict=True)
        ]  # fmt: skip
    return _cut(tokens, "".join(syllable for syllable, _tone in pieces)) if tokens else None


def _cut(tokens: Sequence[str], letters: str) -> list[_Reading] | None:
    if not tokens:
        return None if letters else []
    first, rest = tokens[0], tokens[1:]
    for syllable, tone in _known_sounds(first).items():
        if letters.startswith(syllable):
            further = _cut(rest, letters[len(syllable) :])
            if further is not None:
                return [_Reading(first, syllable if tone else "", tone), *further]
    return None


def _syllable(piece: str) -> tuple[str, int]:
    """Return the letters of a syllable, v for ü, and its tone from its mark or digit, else 0."""
    marks = [
        place for place, mark in enumerate(_TONES, 1) if mark in unicodedata.normalize("NFD", piece)
    ]
    plain = plain_pinyin(piece)
    letters = plain.rstrip("0123456789")
    digits = plain[len(letters) :]
    if marks or not digits:
        return letters, marks[0] if marks else 0
    return letters, int(digits) if digits in set("12345") else 0


def _known_sounds(token: str) -> dict[str, int]:
    """Return the readings of a character with their tones, the usual first; a word reads itself."""
    if not _is_han(token):
        return {_ascii(token): 0}
    from pypinyin import Style, pinyin  # noqa: PLC0415

    found = pinyin(token, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
    sounds = [SURNAME_READINGS.get(token, ""), *found]
    known: dict[str, int] = {}
    for sound in sounds:
        if sound[-1:].isdigit():
            known.setdefault(sound[:-1], int(sound[-1]))
    return known


def _reading(token: str, sound: str) -> _Reading:
    if sound[-1:].isdigit():
        return _Reading(token, sound[:-1], int(sound[-1]))
    return _Reading(token, sound, 0)


def _sounds(han: str) -> list[str]:
    """Return one sound such as lv3 for each character, an empty one where none is known."""
    # Its dictionaries are a tenth of a start; pages read the keys, few requests make them.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin(
        han,
        style=Style.TONE3,
        neutral_tone_with_five=True,
        errors=lambda unknown: [""] * len(unknown),  # pyright: ignore[reportArgumentType]
    )


def _is_han(token: str) -> bool:
    return re.match(f"[{_HAN}]", token) is not None


def _written_together(readings: Sequence[_Reading]) -> str:
    word = ""
    for reading in readings:
        syllable = reading.syllable.replace("v", "ü") or reading.text
        word += f"'{syllable}" if word and syllable[0] in "aeo" else syllable
    return word[:1].upper() + word[1:]


def _spelling(reading: _Reading) -> str:
    """Return syllable and tone of a character, or the folded letters of a Latin word."""
    if reading.syllable:
        return f"{_ascii(reading.syllable)}{reading.tone}"
    return "".join(_ascii(char) or f"zz{ord(char):06x}" for char in reading.text)


def _ascii(text: str) -> str:
    """Return the ASCII letters and digits of a text in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isascii() and char.isalnum())


def _rank(char: str) -> str:
    """Return the place of one character: in the table, then other Chinese, then Latin, then rest.

    The marks w, x and y keep the four apart: a rank of the table begins with less than w.
    """
    found = _strokes().get(char)
    if found:
        return _digits(found[1])
    if _is_han(char):
        return f"w{ord(char):06x}"
    letters = _ascii(char)
    return f"x{letters}" if letters else f"y{ord(char):06x}"


def _digits(place: int) -> str:
    return "".join(_RANK_DIGITS[place >> shift & 31] for shift in (10, 5, 0))


def _counted_rank(char: str, count: str) -> str:
    """Return the place of a character by a count, where that is not what the table says."""
    if not count or int(count) == stroke_count(char):
        return _rank(char)
    return f"{_digits(_last_of(int(count)))}z{ord(char):06x}"


@cache
def _last_of(count: int) -> int:
    """Tell the last place of the table that has at most so many strokes."""
    return max(place for strokes, place in _strokes().values() if strokes <= count)


@cache
def _strokes() -> dict[str, tuple[int, int]]:
    """Read the table once: character → stroke count, place from 1."""
    table: dict[str, tuple[int, int]] = {}
    path = Path(__file__).with_name("data") / "strokes.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        count, characters = line.split(" ", 1)
        for char in characters:
            table[char] = (int(count), len(table) + 1)
    return table
