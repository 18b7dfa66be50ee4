"""What rows mean: nothing is dropped, and nothing put right, without a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.alliance.rules import Likeness
from eventapp.roster.rules import (
    COLUMN_LABEL,
    SENTENCES,
    Column,
    Fate,
    ReadRow,
    SheetRow,
    Someone,
    Standing,
    count_rows,
    find_heading,
    judge_rows,
    meaning_of,
    note_of,
    read_rows,
    unknown_units,
)

HEADS = "姓名,单位,职务,手机,邮箱,类别"


def read(*lines: str, heads: str = HEADS) -> list[ReadRow]:
    """Read lines of cells below headings, without the headings' own row."""
    rows = [SheetRow(n, tuple(line.split(","))) for n, line in enumerate((heads, *lines), start=1)]
    return read_rows(rows, find_heading(rows))[1:]


def codes(row: ReadRow) -> list[str]:
    return [note.code for note in row.notes]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("姓 名", Column.NAME),
        ("＊姓名（必填）", Column.NAME),
        ("代表姓名", Column.NAME),
        ("工作单位", Column.UNIT),
        ("职务/职称", Column.TITLES),
        ("联系电话：", Column.PHONE),
        ("手机号码\n", Column.PHONE),
        ("E-mail", Column.EMAIL),
        ("参会类别", Column.CATEGORY),
        ("序号", None),
        ("单位类型", None),
        ("备注", None),
    ],
)
def test_headings_are_known_by_what_offices_write(text: str, meaning: Column | None) -> None:
    assert meaning_of(text) is meaning


def test_headings_are_found_under_a_title_and_notes() -> None:
    rows = [
        SheetRow(1, ("某某会议参会名单",)),
        SheetRow(2, ("说明：每人一行",)),
        SheetRow(4, ("序号", "单位", "姓名", "手机")),
        SheetRow(5, ("1", "东营职业学院", "王磊", "13800138000", "备注")),
    ]
    heading = find_heading(rows)
    assert (heading.row, heading.columns) == (4, ("", "unit", "name", "phone", ""))


def test_columns_without_headings_are_judged_by_their_contents() -> None:
    rows = [
        SheetRow(1, ("1", "王磊", "院长", "东营职业学院", "138 0013 8000")),
        SheetRow(2, ("2", "李　敏", "处长", "万达石化集团", "13900139000")),
    ]
    assert find_heading(rows).columns == ("", "name", "titles", "unit", "phone")


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("王磊,甲公司,,1380013800,,", "phone", "phone_digits"),
        ("王磊,甲公司,,138001380000,,", "phone", "phone_digits"),
        ("王磊,甲公司,,1.38E+10,,", "phone", "phone_rounded"),
        ("王磊,甲公司,,13800138000/13900139000,,", "phone", "phone_many"),
        ("王磊,甲公司,,13800138000 13900139000,,", "phone", "phone_many"),
        ("王磊,甲公司,,暂无,,", "phone", "phone_unreadable"),
        ("王磊,甲公司,,=1+1,,", "phone", "formula"),
        ("王磊,=A1,,13800138000,,", "unit", "formula"),
        ("=1+1,甲公司,,13800138000,,", "name", "formula"),
        (",甲公司,院长,13800138000,,", "name", "name_missing"),
        ("王磊、李敏,甲公司,,13800138000,,", "name", "name_many"),
        ("165人,甲公司,,13800138000,,", "name", "name_odd"),
        ("王磊,甲公司,,13800138000,wang at x,", "email", "email_unreadable"),
        ("王磊,甲公司,,13800138000,,贵宾席", "category", "category_unknown"),
    ],
)
def test_error_stands_at_its_cell(line: str, column: str, code: str) -> None:
    (row,) = read(line)
    assert row.fate is Fate.PROBLEM
    assert (column, code) in {(note.column, note.code) for note in row.notes}


@pytest.mark.parametrize(
    ("line", "code", "values"),
    [
        ("王　磊,甲公司,,13800138000", "name_spaces", {"name": "王磊"}),
        (" 王磊,甲公司,,13800138000", "name_spaces", {"name": "王磊"}),
        ("王磊,甲公司 ,,13800138000", "unit_spaces", {"unit": "甲公司"}),
        ("王磊,甲公司,,１３８００１３８０００", "phone_cleaned", {"phone": "13800138000"}),
        ("王磊,甲公司,,+86-13800138000", "phone_cleaned", {"phone": "13800138000"}),
        ("王磊,甲公司,,138 0013 8000", "phone_cleaned", {"phone": "13800138000"}),
        ("王磊,甲公司,,", "phone_missing", {"phone": ""}),
        ("王磊,,,13800138000", "unit_missing", {"unit": ""}),
    ],
)
def test_what_is_read_otherwise_than_it_stands_is_said(
    line: str, code: str, values: dict[str, str]
) -> None:
    (row,) = read(line)
    assert row.fate is Fate.NEW
    assert codes(row) == [code]
    assert values.items() <= row.values.items()


def test_number_that_the_file_holds_as_a_figure_is_said() -> None:
    rows = [SheetRow(1, ("姓名", "手机")), SheetRow(2, ("王磊", "13800138000"), (1,))]
    assert codes(read_rows(rows, find_heading(rows))[1]) == ["phone_number"]


def test_plain_row_has_nothing_to_say() -> None:
    (row,) = read("王磊,甲公司,院长,13800138000,w@example.com,嘉宾")
    assert (row.fate, row.notes) == (Fate.NEW, ())
    assert row.values == {
        "name": "王磊",
        "unit": "甲公司",
        "titles": "院长",
        "phone": "13800138000",
        "email": "w@example.com",
        "category": "guest",
    }


def test_empty_unit_is_the_one_above_but_never_a_formula() -> None:
    first, second, third, fourth, fifth = read(
        "王磊,甲公司,,13800138001",
        "李敏,,,13800138002",
        "赵强,=A1,,13800138003",
        "孙丽,,,13800138004",
        "周洋,乙公司,,13800138005",
    )
    assert (first.values["unit"], second.values["unit"]) == ("甲公司", "甲公司")
    assert codes(second) == ["unit_above"]
    assert (third.fate, fourth.fate) == (Fate.PROBLEM, Fate.PROBLEM)
    assert codes(fourth) == ["unit_above_formula"]
    assert fifth.values["unit"] == "乙公司"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("合计,,,165人", "totals"),
        ("合　计,,,", "totals"),
        ("注：请于周五前报送,,,", "remark"),
        ("姓名,单位,职务,手机", "heading"),
    ],
)
def test_row_that_is_nobody_is_passed_over_with_its_reason(line: str, code: str) -> None:
    (row,) = read(line)
    assert (row.fate, codes(row)) == (Fate.SKIPPED, [code])


def test_row_with_nothing_but_its_number_is_passed_over() -> None:
    rows = [SheetRow(1, ("序号", "姓名", "手机")), SheetRow(2, ("17",))]
    assert codes(read_rows(rows, find_heading(rows))[1]) == ["only_number"]


def test_person_whose_unit_is_called_like_a_total_is_no_total() -> None:
    (row,) = read("王磊,总计科技有限公司,,13800138000")
    assert row.fate is Fate.NEW


def test_who_stands_twice_is_taken_once_and_told() -> None:
    _first, same, other_name, other_phone, no_phone, again = read(
        "王磊,甲公司,,13800138001",
        "王 磊,甲公司,,+8613800138001",
        "李敏,甲公司,,13800138001",
        "王磊,甲公司,,13800138002",
        "孙丽,甲公司,,",
        "孙丽,甲公司,,",
    )
    assert (same.fate, codes(same)[-1]) == (Fate.SKIPPED, "same_person")
    assert same.notes[-1].params == {"row": 2}
    assert (other_name.fate, codes(other_name)[-1]) == (Fate.PROBLEM, "phone_twice")
    assert (other_phone.fate, codes(other_phone)[-1]) == (Fate.NEW, "name_twice")
    assert no_phone.fate is Fate.NEW
    assert (again.fate, codes(again)[-1]) == (Fate.SKIPPED, "same_person")


def standing(**given_: object) -> Standing:
    nothing: dict[str, object] = {
        "members": {"甲公司": 1},
        "member_names": ["甲公司", "东营职业学院"],
        "phones": {},
        "nameless": {},
        "present": set(),
    }
    return Standing(**{**nothing, **given_})  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("known", "fate", "code"),
    [
        (Someone(7, "王磊", None), Fate.NEW, None),
        (Someone(7, "王磊", True), Fate.KNOWN, "registered"),
        (Someone(7, "王磊", False), Fate.KNOWN, "ended"),
        (Someone(7, "李敏", None), Fate.PROBLEM, "phone_other_name"),
    ],
)
def test_known_phone_decides(known: Someone, fate: Fate, code: str | None) -> None:
    rows = read("王磊,甲公司,,13800138001")
    (row,) = judge_rows(rows, standing(phones={"13800138001": known}))
    assert (row.fate, codes(row)) == (fate, [code] if code else [])


def test_person_without_phone_is_known_by_unit_and_name_only_among_members() -> None:
    member, stranger = read("王磊,甲公司,,", "王磊,乙公司,,")
    nameless = {(1, "王磊"): Someone(7, "王磊", True), (None, "王磊"): Someone(8, "王磊")}
    first, second = judge_rows([member, stranger], standing(nameless=nameless))
    assert (first.fate, codes(first)[-1]) == (Fate.KNOWN, "registered")
    assert (second.fate, codes(second)[-1]) == (Fate.PROBLEM, "phone_needed")


def test_same_name_in_the_same_unit_is_only_asked_about() -> None:
    rows = read("王磊,甲公司,,13800138001")
    (row,) = judge_rows(rows, standing(present={("王磊", "甲公司")}))
    assert (row.fate, codes(row)) == (Fate.NEW, ["name_registered"])


def test_somebody_who_may_be_known_is_flagged_with_the_known_name_once() -> None:
    rows = read("張曉明,甲公司,,13800138001", "王磊,甲公司,,13800138002")
    alike = {
        rows[0].number: [(Likeness.WRITING, Someone(7, "张晓明"))],
        rows[1].number: [(Likeness.NAME, Someone(8, "王磊"))],
    }
    written, same = judge_rows(rows, standing(alike=alike))
    assert (written.fate, codes(written)) == (Fate.NEW, ["likely_written"])
    assert written.notes[0].params == {"known": "张晓明"}
    assert (same.fate, codes(same)) == (Fate.NEW, ["likely_same"])
    assert judge_rows([same], standing(alike=alike)) == [same]


def test_another_writing_of_a_name_in_the_same_unit_is_flagged_in_the_list() -> None:
    first, other, elsewhere = read("张晓明,甲公司,,", "張曉明,甲公司,,", "張曉明,乙公司,,")
    assert first.fate is other.fate is elsewhere.fate is Fate.NEW
    assert codes(other)[-1] == "name_written"
    assert "name_written" not in codes(elsewhere)


def test_unit_that_nobody_knows_is_told_once_with_its_nearest() -> None:
    rows = read(
        "王磊,东营职业技术学院,,13800138001",
        "李敏,东营职业技术学院,,13800138002",
        "赵强,新公司,,13800138003",
    )
    first, second, third = judge_rows(rows, standing())
    assert codes(first) == ["unit_near"]
    assert first.notes[0].params == {"near": "东营职业学院"}
    assert codes(second) == []
    assert codes(third) == ["unit_unknown"]
    assert unknown_units([first, second, third], {}) == ["东营职业技术学院", "新公司"]


def test_counting_takes_a_problem_for_a_person_and_a_repetition_for_none() -> None:
    counted = count_rows(
        read(
            "王磊,甲公司,,13800138001",
            "王磊,甲公司,,13800138001",
            "李敏,乙公司,,1380013",
            "=1+1,=2+2,,13800138002",
            "合计,,,3",
        )
    )
    wanted = {"rows": 5, "people": 2, "units": 2, "new": 1, "problem": 2, "skipped": 2}
    assert wanted.items() <= counted.items()


_CELL = st.text(alphabet="王磊甲公司 \u3000１３80=@.,、E+合计注:\n", max_size=14)


@given(st.lists(st.lists(_CELL, max_size=7), max_size=12))
def test_every_row_has_a_fate_and_nothing_is_lost_in_silence(table: list[list[str]]) -> None:
    rows = [SheetRow(1, tuple(COLUMN_LABEL[column] for column in Column))]
    filled = [(n, cells) for n, cells in enumerate(table, start=2) if "".join(cells).strip()]
    rows += [SheetRow(n, tuple(cells)) for n, cells in filled]
    found = read_rows(rows, find_heading(rows))
    assert [row.number for row in found] == [row.number for row in rows]
    for row in found:
        assert row.fate is Fate.NEW or row.notes
        for note in row.notes:
            assert SENTENCES[note.code] % note.params
            assert note_of(note.as_json()) == note
        if row.fate is Fate.NEW:
            sent = dict(zip(Column, row.cells, strict=False))
            told = {note.column for note in row.notes}
            for column in (Column.NAME, Column.UNIT, Column.PHONE):
                assert column in told or row.values[column] == sent.get(column, "")
