"""Further columns of a list: which question each answers, and what its cells mean."""

import pytest

from eventapp.registration.rules import FieldKind, FieldRow
from eventapp.roster.rules import Fate, ReadRow, SheetRow, find_heading, read_rows
from eventapp.roster.rules.answers import asked_answers, headings_of, read_answer_cells, texts_in

CAR = FieldRow(FieldKind.YES_NO, "是否自驾车", "停车", "Will you come by car?", id=1)
PLATE = FieldRow(
    FieldKind.TEXT, "车牌号", "停车", required=True, shown_if_id=1, shown_if_value="yes", id=2
)
DIET = FieldRow(
    FieldKind.CHOICES, "饮食要求", "用餐", options=("清真", "不吃辣", "过敏，另行说明"), id=3
)
BADGE = FieldRow(FieldKind.TEXT, "记者证号", "制证", categories=("press",), required=True, id=4)
PHOTO = FieldRow(FieldKind.FILE, "照片", "制证", id=5)
FIELDS = (CAR, PLATE, DIET, BADGE, PHOTO)


def read(heads: str, *lines: str) -> list[ReadRow]:
    texts = [heads, *lines]
    rows = [SheetRow(at, tuple(text.split(","))) for at, text in enumerate(texts, start=1)]
    heading = find_heading(rows, headings_of(FIELDS))
    return read_answer_cells(read_rows(rows, heading), heading, FIELDS)[1:]


def codes(row: ReadRow) -> list[str]:
    return [note.code for note in row.notes if note.column != "phone"]


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("车牌号", "answer-2"),
        ("车 牌 号（没有不填）", "answer-2"),
        ("车号", "answer-2"),
        ("will you come by car?", "answer-1"),
        ("照片", ""),
        ("衣服", ""),
    ],
)
def test_a_heading_means_the_question_that_it_words(head: str, column: str) -> None:
    rows = [SheetRow(1, ("姓名", "手机", head))]
    assert find_heading(rows, headings_of(FIELDS)).columns[2] == column


def test_what_people_always_are_comes_before_a_question_of_the_same_words() -> None:
    twin = FieldRow(FieldKind.TEXT, "联系方式", "用途", id=9)
    rows = [SheetRow(1, ("姓名", "联系方式"))]
    assert find_heading(rows, headings_of([twin])).columns == ("name", "phone")


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("清真、不吃辣", ["不吃辣", "清真"]),
        ("过敏，另行说明；清真", ["过敏，另行说明", "清真"]),
        ("清真 素食", ["清真", "素食"]),
        ("", []),
    ],
)
def test_several_choices_stand_in_one_cell(cell: str, texts: list[str]) -> None:
    assert texts_in(DIET, cell) == texts


def test_cells_are_answers_and_a_wrong_one_is_an_error_where_it_stands() -> None:
    right, wrong, formula = read(
        "姓名,手机,自驾,车牌,饮食要求",
        "王磊,13800138001,√,鲁E12345,清真、不吃辣",
        "李敏,13800138002,也许,,海鲜",
        "周强,13800138003,是,=A1,",
    )
    assert right.answers == {1: ["yes"], 2: ["鲁E12345"], 3: ["清真", "不吃辣"]}
    assert (right.fate, codes(right)) == (Fate.NEW, [])
    assert wrong.fate is Fate.PROBLEM
    assert {note.column for note in wrong.notes} == {"answer-1", "answer-3"}
    assert (formula.fate, codes(formula)) == (Fate.PROBLEM, ["formula"])


def test_a_needed_answer_may_be_left_open_in_a_list() -> None:
    (row,) = read("姓名,手机,自驾,车牌", "王磊,13800138001,是,")
    assert (row.fate, row.answers) == (Fate.NEW, {1: ["yes"]})


def test_an_answer_implies_what_it_hangs_on_and_says_so() -> None:
    (row,) = read("姓名,手机,车牌", "王磊,13800138001,鲁E12345")
    assert row.answers == {1: ["yes"], 2: ["鲁E12345"]}
    assert codes(row) == ["answer_implied"]


def test_what_was_not_asked_is_told_and_not_kept() -> None:
    against, press = read(
        "姓名,手机,自驾,车牌,记者证号,类别",
        "王磊,13800138001,否,鲁E12345,,",
        "李敏,13800138002,,,A17,媒体",
    )
    assert codes(against) == ["answer_not_asked"]
    assert asked_answers(against, FIELDS, "delegate")[0] == {1: ["no"]}
    assert codes(press) == []
    kept, told = asked_answers(press, FIELDS, "delegate")
    assert kept == {}
    assert codes(told) == ["answer_not_asked"]
    assert asked_answers(told, FIELDS, "delegate")[1] == told


def test_a_remark_beside_an_answer_is_still_a_remark() -> None:
    (row,) = read("姓名,手机,车牌", ",,以上人员均已确认")
    assert (row.fate, row.answers) == (Fate.SKIPPED, {})
