"""Sentences of the paper, in which each fact is a run of its own."""

import re
from datetime import datetime
from typing import Any

from eventapp.web.filters import local

ORDINALS = "零一二三四五六七八九十"
Json = dict[str, Any]


def fill(pattern: str, **facts: object) -> Json:
    """Give a paragraph whose placeholders are facts, each a run of its own."""
    runs: list[Json] = []
    for place, piece in enumerate(re.split(r"\{(\w+)\}", pattern)):
        if place % 2:
            runs.append(run(str(facts[piece]), fact=True))
        elif piece:
            runs.append(run(piece))
    return {"runs": runs}


def run(text: str, *, fact: bool = False) -> Json:
    """Give one piece of a paragraph as the template wants it."""
    return {"text": text, "face": None, "fact": fact}


def words_of(paragraph: Json) -> str:
    """Give a paragraph without its marks."""
    return "".join(run["text"] for run in paragraph["runs"])


def chinese(number: int) -> str:
    """Write a number below 100 in Chinese, as headings are numbered: 十二."""
    tens, ones = divmod(number, 10)
    if number <= 10:
        return ORDINALS[number]
    return f"{ORDINALS[tens] if tens > 1 else ''}十{ORDINALS[ones] if ones else ''}"


def day(instant: datetime, zone: str) -> str:
    """Write a day as official papers do: 2024年1月19日."""
    there = local(instant, zone)
    return f"{there.year}年{there.month}月{there.day}日"
