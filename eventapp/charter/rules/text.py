"""A charter as a text with numbered parts, and the states of its editions."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eventapp.core.errors import N_, Conflict, Invalid


class EditionState(StrEnum):
    """Where an edition of a charter stands between draft and decision."""

    DRAFT = "draft"
    TABLED = "tabled"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


EDITION_STATE_LABEL: dict[EditionState, str] = {
    EditionState.DRAFT: N_("草案"),
    EditionState.TABLED: N_("审议稿"),
    EditionState.ADOPTED: N_("通过稿"),
    EditionState.REJECTED: N_("未通过"),
    EditionState.SUPERSEDED: N_("已被新稿取代"),
}

# An adopted edition stays adopted: that it was once decided remains true, and the newest
# adopted one is in force.
NEXT: dict[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset({EditionState.TABLED}),
    EditionState.TABLED: frozenset(
        {EditionState.ADOPTED, EditionState.REJECTED, EditionState.SUPERSEDED}
    ),
    EditionState.ADOPTED: frozenset(),
    EditionState.REJECTED: frozenset(),
    EditionState.SUPERSEDED: frozenset(),
}


def may_become(old: EditionState, new: EditionState) -> bool:
    """Answer whether an edition in state `old` may go to `new`."""
    return new in NEXT[old]


def ensure_may_become(old: EditionState, new: EditionState) -> None:
    """Refuse, with Conflict, a step that an edition cannot take."""
    if not may_become(old, new):
        raise Conflict(
            "edition_state",
            N_("章程这一稿现在的状态不允许这一步，请刷新页面后再看。"),
            old=old,
            new=new,
        )


class ClauseKind(StrEnum):
    """What a part of a charter is; the names of the parts are those of Chinese statutes."""

    PREAMBLE = "preamble"
    CHAPTER = "chapter"
    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUBITEM = "subitem"


CLAUSE_KIND_LABEL: dict[ClauseKind, str] = {
    ClauseKind.PREAMBLE: N_("序言"),
    ClauseKind.CHAPTER: N_("章"),
    ClauseKind.ARTICLE: N_("条"),
    ClauseKind.PARAGRAPH: N_("款"),
    ClauseKind.ITEM: N_("项"),
    ClauseKind.SUBITEM: N_("目"),
}


_DIGITS = "零一二三四五六七八九"
_SIZES = {"千": 1000, "百": 100, "十": 10, "": 1}
NUMBER_MOST = 9999


def chinese_number(number: int) -> str:
    """Return 31 as 三十一, as articles are counted; from 0 to 9999, else ValueError."""
    if not 0 <= number <= NUMBER_MOST:
        raise ValueError("articles are counted from 0 to 9999")
    text = ""
    for name, size in _SIZES.items():
        digit = number // size % 10
        if digit:
            text += _DIGITS[digit] + name
        elif text and not text.endswith("零"):
            text += "零"
    text = text.rstrip("零") or "零"
    return text[1:] if text.startswith("一十") else text


def parse_chinese_number(text: str) -> int:
    """Return 三十一, 一〇五 or 31 as a number from 0 to 9999.

    Only what is written as people count is read: 三百百 or 十零 raise Invalid.
    """
    plain = text.strip().replace("〇", "零")
    if len(plain) <= 4 and plain.isdecimal():
        return int(plain)
    if 2 <= len(plain) <= 4 and set(plain) <= set(_DIGITS):
        return int("".join(str(_DIGITS.index(letter)) for letter in plain))
    number = _add_up(plain)
    if number is not None and chinese_number(number) in (plain, plain.removeprefix("一")):
        return number
    raise Invalid("not_a_number", N_("“%(text)s”不是能识别的序号。"), text=text[:20])


def _add_up(plain: str) -> int | None:
    number, digit = 0, 0
    for letter in plain:
        if letter in _DIGITS:
            digit = _DIGITS.index(letter)
        elif letter in _SIZES:
            number += (digit or 1) * _SIZES[letter]
            digit = 0
        else:
            return None
    return number + digit if plain and number + digit <= NUMBER_MOST else None


@dataclass(frozen=True, slots=True)
class Article:
    """One 条 with its paragraphs as (kind, text); no ordinal: text that stood outside any."""

    ordinal: int | None
    paragraphs: tuple[tuple[ClauseKind, str], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One 章; without ordinal it holds the articles that stand before any chapter."""

    ordinal: int | None
    title: str
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class TextFinding:
    """Something in a pasted text that its author should look at; lines count from 1."""

    line: int
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Document:
    """A charter's text by its parts. What is doubtful is kept and told in `findings`."""

    preamble: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    findings: tuple[TextFinding, ...] = ()


_NUMERAL = "([0-9０-９〇零一二三四五六七八九十百千]{1,9})"
_CHAPTER = re.compile(rf"第\s*{_NUMERAL}\s*章(?P<gap>[\s:：]*)(?P<rest>[^。；，]{{0,40}})")
_ARTICLE = re.compile(rf"第\s*{_NUMERAL}\s*条(?P<gap>[\s:：]*)(?P<rest>.*)")
_ITEM = re.compile(rf"[（(]\s*{_NUMERAL}\s*[）)]")
_SUBITEM = re.compile(r"[0-9０-９]{1,3}\s*[.．、](?![0-9０-９])")
_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # 总　则 is 总则, spread out
_AFTER_REFERENCE = tuple("、，,至的之第")  # 第五条、第六条所称…

_CHAPTER_ORDER = N_("第 %(line)s 行：按顺序应是第 %(expected)s 章，写的是第 %(found)s 章。")
_ARTICLE_ORDER = N_("第 %(line)s 行：按顺序应是第 %(expected)s 条，写的是第 %(found)s 条。")
_ITEM_ORDER = N_("第 %(line)s 行：按顺序应是第 %(expected)s 项，写的是第 %(found)s 项。")
_OUTSIDE = N_("第 %(line)s 行：这段文字在章名之后、条文之前，不属于任何一条。")


def parse_charter(text: str) -> Document:
    """Return the chapters, articles and paragraphs of a charter that was typed or pasted.

    Read are 第一章, 第一条, （一） and 1. at the beginning of a line; everything else is a
    paragraph of what it follows, and what stands before the first of them is the preamble.
    No character but space is lost: a wrong order becomes a finding, for the author alone
    knows which number is wrong. A line such as 第二条所称会员… after article 2 refers to it.
    Raises Invalid (field `text`) when there is not one article.
    """
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            reader.read(number, line.strip())
    document = reader.document()
    if not any(article.ordinal for chapter in document.chapters for article in chapter.articles):
        raise Invalid("charter_without_articles", N_("没有找到“第一条”这样的条文。"), field="text")
    return document


def ensure_orderly(document: Document) -> None:
    """Refuse, with Invalid that names the line, a text in which something is out of order."""
    for finding in document.findings:
        raise Invalid(finding.code, finding.message, field="text", **finding.params)


@dataclass(slots=True)
class _OpenArticle:
    ordinal: int | None
    paragraphs: list[tuple[ClauseKind, str]] = field(default_factory=list[tuple[ClauseKind, str]])
    last_item: int = 0


@dataclass(slots=True)
class _OpenChapter:
    ordinal: int | None
    title: str
    articles: list[_OpenArticle] = field(default_factory=list[_OpenArticle])


@dataclass(slots=True)
class _Reader:
    """What has been read so far; each line goes to the first part that recognises it."""

    preamble: list[str] = field(default_factory=list[str])
    chapters: list[_OpenChapter] = field(default_factory=list[_OpenChapter])
    findings: list[TextFinding] = field(default_factory=list[TextFinding])
    last_chapter: int = 0
    last_article: int = 0

    def read(self, number: int, line: str) -> None:
        if not (self._read_chapter(number, line) or self._read_article(number, line)):
            self._read_paragraph(number, line)

    def document(self) -> Document:
        chapters = tuple(
            Chapter(
                chapter.ordinal,
                chapter.title,
                tuple(Article(one.ordinal, tuple(one.paragraphs)) for one in chapter.articles),
            )
            for chapter in self.chapters
        )
        return Document(tuple(self.preamble), chapters, tuple(self.findings))

    def _read_chapter(self, number: int, line: str) -> bool:
        ordinal = _heading(_CHAPTER.fullmatch(line), self.last_chapter)
        if ordinal is None:
            return False
        self._expect(number, "chapter_order", _CHAPTER_ORDER, self.last_chapter + 1, ordinal)
        self.last_chapter = ordinal
        title = line[line.index("章") + 1 :].strip(" \u3000\t:：")
        self.chapters.append(_OpenChapter(ordinal, _SPREAD.sub("", title)))
        return True

    def _read_article(self, number: int, line: str) -> bool:
        found = _ARTICLE.fullmatch(line)
        ordinal = _heading(found, self.last_article)
        if found is None or ordinal is None:
            return False
        self._expect(number, "article_order", _ARTICLE_ORDER, self.last_article + 1, ordinal)
        self.last_article = ordinal
        if not self.chapters:
            self.chapters.append(_OpenChapter(None, ""))
        self.chapters[-1].articles.append(_OpenArticle(ordinal))
        if found["rest"]:
            self._read_paragraph(number, found["rest"])
        return True

    def _read_paragraph(self, number: int, line: str) -> None:
        if not self.chapters:
            self.preamble.append(line)
            return
        chapter = self.chapters[-1]
        if not chapter.articles:
            if not chapter.title:  # its title stands on a line of its own
                chapter.title = _SPREAD.sub("", line)
                return
            self.findings.append(
                TextFinding(number, "text_outside_article", _OUTSIDE, {"line": number})
            )
            chapter.articles.append(_OpenArticle(None))
        article = chapter.articles[-1]
        kind = self._kind(number, line, article)
        article.paragraphs.append((kind, line))

    def _kind(self, number: int, line: str, article: _OpenArticle) -> ClauseKind:
        item = _ordinal(_ITEM.match(line))
        if item is not None:
            # Items may begin again at one under a further paragraph of the same article.
            if item != 1:
                self._expect(number, "item_order", _ITEM_ORDER, article.last_item + 1, item)
            article.last_item = item
            return ClauseKind.ITEM
        return ClauseKind.SUBITEM if _SUBITEM.match(line) else ClauseKind.PARAGRAPH

    def _expect(self, line: int, code: str, message: str, expected: int, found: int) -> None:
        if found != expected:
            params = {"line": line, "expected": expected, "found": found}
            self.findings.append(TextFinding(line, code, message, params))


def _ordinal(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    try:
        return parse_chinese_number(found[1])
    except Invalid:
        return None  # 第百百条 is no heading; the line stays as text


def _heading(found: re.Match[str] | None, last: int) -> int | None:
    """Return the ordinal of a heading, None for a sentence that only begins like one."""
    ordinal = _ordinal(found)
    if found is None or ordinal is None:
        return None
    joined = bool(found["rest"]) and not found["gap"]
    refers = joined and (ordinal <= last or found["rest"].startswith(_AFTER_REFERENCE))
    return None if refers else ordinal


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of an edition, in reading order, under an id that survives every edition."""

    id: str
    kind: ClauseKind
    ordinal: int | None
    text: str


def clauses_of(document: Document, new_id: Callable[[], str]) -> list[Clause]:
    """Return the document as clauses in reading order, each with an id from `new_id`."""
    return [Clause(new_id(), kind, ordinal, text) for kind, ordinal, text in _parts(document)]


def _parts(document: Document) -> Iterator[tuple[ClauseKind, int | None, str]]:
    for line in document.preamble:
        yield ClauseKind.PREAMBLE, None, line
    for chapter in document.chapters:
        if chapter.ordinal is not None:
            yield ClauseKind.CHAPTER, chapter.ordinal, chapter.title
        for article in chapter.articles:
            yield ClauseKind.ARTICLE, article.ordinal, ""
            for kind, text in article.paragraphs:
                yield kind, None, text


def edition_record(title: str, clauses: Sequence[Clause]) -> dict[str, Any]:
    """Return what is hashed when an edition is tabled: every clause, word for word."""
    return {
        "what": "charter_edition",
        "title": title,
        "clauses": [
            {
                "id": clause.id,
                "kind": clause.kind.value,
                "ordinal": clause.ordinal,
                "text": clause.text,
            }
            for clause in clauses
        ],
    }


def plain_text(title: str, clauses: Sequence[Clause]) -> str:
    """Return an edition as it is read out; parsing it again gives the same parts."""
    lines = [title] if title else []
    opened = ""
    for clause in clauses:
        if clause.kind in (ClauseKind.CHAPTER, ClauseKind.ARTICLE):
            if opened:
                lines.append(opened)
            opened = clause_label(clause)
            if clause.kind is ClauseKind.CHAPTER:
                lines.append(f"{opened}　{clause.text}".rstrip())
                opened = ""
        else:
            lines.append(f"{opened}　{clause.text}" if opened else clause.text)
            opened = ""
    return "\n".join([*lines, opened] if opened else lines)


def clause_label(clause: Clause) -> str:
    """Return 第三章 or 第七条 for a numbered part, nothing for any other."""
    if clause.ordinal is None:
        return ""
    return f"第{chinese_number(clause.ordinal)}{CLAUSE_KIND_LABEL[clause.kind]}"
