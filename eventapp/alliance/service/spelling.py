"""How a person's name is read, found and sorted: worked out, or said by hand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventapp.core.errors import N_, Invalid
from eventapp.core.names import (
    fits_pinyin,
    fits_strokes,
    initials_of,
    pinyin_key,
    pinyin_of,
    plain_pinyin,
    stroke_key,
)

LONGEST_PINYIN = 160
LONGEST_INITIALS = 40


@dataclass(frozen=True, slots=True)
class SpellingIn:
    """What was said by hand about a name; what is empty is worked out.

    `strokes` are the counts of its Chinese characters, one after the other: 4 15.
    """

    pinyin: str = ""
    initials: str = ""
    strokes: str = ""


def checked_spelling(name: str, typed: SpellingIn) -> dict[str, str]:
    """Return what is kept of what was said by hand; Invalid names the field that does not fit."""
    pinyin, strokes = " ".join(typed.pinyin.split()), " ".join(typed.strokes.split())
    initials = plain_pinyin(typed.initials)
    if pinyin and (len(pinyin) > LONGEST_PINYIN or not fits_pinyin(name, pinyin)):
        raise Invalid(
            "pinyin_unfit",
            N_("拼音与姓名对不上。请每个字写一个音节，用空格隔开，如 shan tian fang。"),
            field="pinyin",
        )
    if typed.initials.strip() and not re.fullmatch(f"[a-z0-9]{{1,{LONGEST_INITIALS}}}", initials):
        raise Invalid("initials_unfit", N_("首字母只用字母，如 stf。"), field="initials")
    if strokes and not fits_strokes(name, strokes):
        raise Invalid(
            "strokes_unfit",
            N_("笔画数与姓名对不上。请每个汉字写一个数，用空格隔开，如 8 5 7。"),
            field="strokes",
        )
    kept = {"pinyin": pinyin, "initials": initials, "strokes": strokes}
    return {word: value for word, value in kept.items() if value}


def fitting_spelling(name: str, kept: Mapping[str, Any]) -> dict[str, str]:
    """Return what was said by hand as far as it fits another name."""
    fits = {"pinyin": fits_pinyin, "strokes": fits_strokes}
    return {
        word: value
        for word, value in kept.items()
        if word not in fits or fits[word](name, str(value))
    }


def spelled_columns(name: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return all columns that follow from a cleaned name and what was said by hand about it."""
    said, counted = str(kept.get("pinyin", "")), str(kept.get("strokes", ""))
    spelling = pinyin_of(name, said)
    return {
        "spelling": dict(kept),
        "pinyin": spelling[:160],
        "spelled": plain_pinyin(spelling)[:160],
        "initials": (kept.get("initials") or initials_of(name, said))[:40],
        "pinyin_key": pinyin_key(name, said),
        "stroke_key": stroke_key(name, counted),
    }
