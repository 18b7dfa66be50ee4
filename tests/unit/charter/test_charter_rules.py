"""Charters: numbers, the reading of a text, and what an edition says."""

import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.charter.rules import (
    CLAUSE_KIND_LABEL,
    EDITION_STATE_LABEL,
    NEXT,
    Article,
    Chapter,
    ClauseKind,
    Document,
    EditionState,
    chinese_number,
    clauses_of,
    edition_record,
    ensure_may_become,
    ensure_orderly,
    may_become,
    parse_charter,
    parse_chinese_number,
    plain_text,
)
from eventapp.core.errors import Conflict, Invalid

PARAGRAPH, ITEM, SUBITEM = ClauseKind.PARAGRAPH, ClauseKind.ITEM, ClauseKind.SUBITEM

CHARTER = """高端化工产教联合体章程
（审议稿）

第一章　总　则
第一条　本联合体是非法人的协作组织。
　　第一条所称协作，不改变各单位的隶属关系。
第二条 宗旨：
（一）落实国家战略；
（二）打造人才高地：
1. 联合培养；
2、共建基地。
第二章　成员
第三条成员单位享有表决权。
"""


def numbered(document: Document, title: str = "") -> str:
    ids = count(1)
    return plain_text(title, clauses_of(document, lambda: f"c{next(ids)}"))


def test_every_state_and_kind_has_a_label() -> None:
    assert set(EDITION_STATE_LABEL) == set(NEXT) == set(EditionState)
    assert set(CLAUSE_KIND_LABEL) == set(ClauseKind)


def test_an_edition_is_tabled_before_it_is_decided_and_then_stays() -> None:
    assert [new for new in EditionState if may_become(EditionState.DRAFT, new)] == [
        EditionState.TABLED
    ]
    assert NEXT[EditionState.TABLED] == {
        EditionState.ADOPTED,
        EditionState.REJECTED,
        EditionState.SUPERSEDED,
    }
    with pytest.raises(Conflict):
        ensure_may_become(EditionState.ADOPTED, EditionState.SUPERSEDED)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (31, "三十一"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (115, "一百一十五"),
        (1005, "一千零五"),
        (1010, "一千零一十"),
        (9999, "九千九百九十九"),
    ],
)
def test_numbers_are_written_and_read_as_people_count(number: int, text: str) -> None:
    assert chinese_number(number) == text
    assert parse_chinese_number(text) == number


@given(st.integers(0, 9999))
def test_every_number_is_read_back(number: int) -> None:
    assert parse_chinese_number(chinese_number(number)) == number
    assert parse_chinese_number(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"), [("一〇五", 105), ("一十五", 15), ("３１", 31), (" 十 ", 10)]
)
def test_other_ways_of_writing_a_number_are_read(text: str, number: int) -> None:
    assert parse_chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "百百", "十零", "三一十", "十千", "甲", "零十", "12345"])
def test_what_nobody_counts_by_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_chinese_number(text)


@given(st.text(alphabet="零〇一二三四五六七八九十百千", max_size=9))
def test_whatever_is_read_as_a_number_is_one(text: str) -> None:
    try:
        number = parse_chinese_number(text)
    except Invalid:
        return
    assert 0 <= number <= 9999


@pytest.mark.parametrize("number", [-1, 10_000])
def test_a_number_out_of_reach_is_a_mistake_of_the_program(number: int) -> None:
    with pytest.raises(ValueError, match="9999"):
        chinese_number(number)


def test_a_charter_is_read_into_its_parts() -> None:
    assert parse_charter(CHARTER) == Document(
        preamble=("高端化工产教联合体章程", "（审议稿）"),
        chapters=(
            Chapter(
                1,
                "总则",
                (
                    Article(
                        1,
                        (
                            (PARAGRAPH, "本联合体是非法人的协作组织。"),
                            (PARAGRAPH, "第一条所称协作，不改变各单位的隶属关系。"),
                        ),
                    ),
                    Article(
                        2,
                        (
                            (PARAGRAPH, "宗旨："),
                            (ITEM, "（一）落实国家战略；"),
                            (ITEM, "（二）打造人才高地："),
                            (SUBITEM, "1. 联合培养；"),
                            (SUBITEM, "2、共建基地。"),
                        ),
                    ),
                ),
            ),
            Chapter(2, "成员", (Article(3, ((PARAGRAPH, "成员单位享有表决权。"),)),)),
        ),
    )


def test_articles_without_chapters_are_read() -> None:
    document = parse_charter("第一条 甲\n第二条 乙")
    (chapter,) = document.chapters
    assert chapter.ordinal is None
    assert [article.ordinal for article in chapter.articles] == [1, 2]
    ensure_orderly(document)


def test_a_missing_article_is_told_with_its_line_and_nothing_is_lost() -> None:
    document = parse_charter("第一条 甲\n\n第三条 丙\n第四条 丁")
    assert [article.ordinal for article in document.chapters[0].articles] == [1, 3, 4]
    (finding,) = document.findings
    assert (finding.line, finding.code) == (3, "article_order")
    with pytest.raises(Invalid) as refusal:
        ensure_orderly(document)
    assert str(refusal.value) == "第 3 行：按顺序应是第 2 条，写的是第 3 条。"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("第一章 总则\n第一条 甲\n第三章 附则\n第二条 乙", "chapter_order", 3),
        ("第一条 甲\n第一条 又一个甲", "article_order", 2),
        ("第二条 甲", "article_order", 1),
        ("第一条 甲：\n（一）子\n（三）寅", "item_order", 3),
        ("第一章 总则\n说明文字\n第一条 甲", "text_outside_article", 2),
    ],
)
def test_each_disorder_is_a_finding_at_its_line(text: str, code: str, line: int) -> None:
    assert [(one.code, one.line) for one in parse_charter(text).findings] == [(code, line)]


def test_items_may_begin_again_under_a_further_paragraph() -> None:
    document = parse_charter("第一条 甲：\n（一）子\n（二）丑\n乙：\n（一）寅")
    assert not document.findings


@pytest.mark.parametrize(
    "sentence", ["第二条所称会员，是指单位。", "第三条、第四条另有规定的除外。", "第一章所列单位。"]
)
def test_a_sentence_that_begins_with_a_reference_is_no_heading(sentence: str) -> None:
    document = parse_charter(f"第一条 甲\n第二条 乙\n{sentence}\n第三条 丙")
    assert not document.findings
    assert document.chapters[0].articles[1].paragraphs[-1] == (PARAGRAPH, sentence)


def test_a_chapter_may_have_its_title_on_the_next_line() -> None:
    document = parse_charter("第一章\n总　则\n第一条 甲")
    assert document.chapters[0].title == "总则"
    assert not document.findings


@pytest.mark.parametrize("text", ["", "这不是章程。", "第一章 总则"])
def test_a_text_without_articles_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_charter(text)
    assert refusal.value.code == "charter_without_articles"


def test_an_edition_is_read_out_with_its_numbers() -> None:
    document = parse_charter("第1章 总则\n第1条 甲\n乙\n第2条\n（一）丙")
    assert numbered(document, "章程") == "章程\n第一章　总则\n第一条　甲\n乙\n第二条　（一）丙"


WORDS = st.text(alphabet="本会员单位应当按时出席。，", min_size=1, max_size=12).map(
    lambda text: f"凡{text}"
)
PARAGRAPHS = st.lists(WORDS.map(lambda text: (PARAGRAPH, text)), max_size=3).map(tuple)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    ordinals = count(1)
    chapters = [
        Chapter(
            number,
            f"第{number}类",
            tuple(
                Article(next(ordinals), draw(PARAGRAPHS)) for _ in range(draw(st.integers(1, 3)))
            ),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    preamble = tuple(draw(st.lists(WORDS, max_size=2)))
    return Document(preamble, tuple(chapters))


@given(documents())
def test_a_charter_that_is_read_out_is_read_back_the_same(document: Document) -> None:
    assert parse_charter(numbered(document)) == document


LINES = st.lists(
    st.sampled_from(
        [
            "第一章 总则",
            "第二章",
            "第一条 甲",
            "第二条乙",
            "第九条",
            "（一）子",
            "（四）卯",
            "1. 鼠",
        ]
    )
    | WORDS,
    max_size=15,
)


@given(LINES)
def test_no_word_of_a_disorderly_text_is_lost(lines: list[str]) -> None:
    text = "\n".join([*lines, "第一条 末"])
    squeezed = "".join(text.split())
    assert "".join(numbered(parse_charter(text)).split()) == squeezed


def test_an_edition_record_holds_every_clause_and_notices_every_change() -> None:
    ids = count(1)
    clauses = clauses_of(parse_charter(CHARTER), lambda: f"c{next(ids)}")
    record = edition_record("章程", clauses)
    assert json.loads(json.dumps(record)) == record
    assert len(record["clauses"]) == len(clauses)
    assert record["clauses"][2] == {"id": "c3", "kind": "chapter", "ordinal": 1, "text": "总则"}
    assert edition_record("章程", clauses[:-1]) != record
