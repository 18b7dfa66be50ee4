"""Columns of a list that answer a meeting's own questions."""

from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from flask_babel import force_locale

from eventapp.core.access import SYSTEM
from eventapp.meetings.queries import meeting_of
from eventapp.registration.document import CHINESE, registrations_sheet
from eventapp.registration.queries import answers_of, fields_of, registrations_of
from eventapp.registration.rules import Category, FieldDraft, FieldKind, Preset
from eventapp.registration.service import add_field, add_preset
from eventapp.roster.document import empty_list
from eventapp.roster.queries import roster_in, rows_of
from eventapp.roster.rules import Fate
from eventapp.roster.service import Terms as HowTaken
from eventapp.roster.service import check_roster, open_roster, take_roster
from tests.factories_registration import make_meeting

DELEGATES = HowTaken(Category.DELEGATE, adds_units=False)


def sent(meeting_id: int, *lines: str) -> int:
    """Send and check a list; returns its number."""
    data = "\n".join(lines).encode()
    roster_id = open_roster(SYSTEM, meeting_id, data=data, file_name="名单.csv")
    check_roster(meeting_id, roster_id)
    return roster_id


def by_number(roster_id: int) -> dict[int, tuple[str, list[str]]]:
    return {row.number: (row.fate, [note.code for note in row.notes]) for row in rows_of(roster_id)}


def test_columns_that_word_a_question_fill_its_answers(house: Flask) -> None:
    meeting_id = make_meeting().id
    car, plate = add_preset(SYSTEM, meeting_id, Preset.CARS)
    size = FieldDraft(FieldKind.CHOICE, "上衣尺码", "会服", options=("大", "小"), required=True)
    size_id = add_field(SYSTEM, meeting_id, size)
    roster_id = sent(
        meeting_id,
        "姓名,手机,车牌号码,上衣尺码",
        "王磊,13800138001,鲁E12345,大",
        "李敏,13800138002,,",
        "周强,13800138003,,特大",
    )
    assert roster_in(meeting_id, roster_id).columns[2:] == [f"answer-{plate}", f"answer-{size_id}"]
    found = by_number(roster_id)
    assert found[4] == (Fate.PROBLEM, ["refused"])
    take_roster(SYSTEM, meeting_id, roster_id, DELEGATES)
    rows = {row.name: row.id for row in registrations_of(meeting_id)}
    assert set(rows) == {"王磊", "李敏"}
    assert answers_of(rows.values()) == {
        rows["王磊"]: {car: ["yes"], plate: ["鲁E12345"], size_id: ["大"]}
    }
    with house.test_request_context():
        rows = registrations_of(meeting_id)
        table = registrations_sheet(meeting_of(meeting_id), rows, as_csv=True, contacts=True)
    assert '"鲁E12345","大"' in table.decode("utf-8-sig")


@pytest.mark.usefixtures("house")
def test_a_question_that_is_not_put_to_the_category_of_the_rest_is_told_when_it_is_taken() -> None:
    meeting_id = make_meeting().id
    only = FieldDraft(FieldKind.TEXT, "车牌号", "放行", categories=("delegate",))
    add_field(SYSTEM, meeting_id, only)
    roster_id = sent(meeting_id, "姓名,手机,车牌号", "王磊,13800138001,鲁E12345")
    assert by_number(roster_id)[2] == (Fate.NEW, [])
    take_roster(SYSTEM, meeting_id, roster_id, HowTaken(Category.GUEST))
    assert by_number(roster_id)[2] == (Fate.TAKEN, ["answer_not_asked"])
    (row,) = registrations_of(meeting_id)
    assert answers_of([row.id]) == {}


@pytest.mark.usefixtures("house")
def test_the_template_asks_the_questions_with_their_choices() -> None:
    meeting_id = make_meeting().id
    add_preset(SYSTEM, meeting_id, Preset.CARS)
    fields = fields_of(meeting_id)
    with force_locale(CHINESE):
        book = openpyxl.load_workbook(BytesIO(empty_list(["东营职业学院"], fields)))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads[-2:] == ["是否自驾车", "车牌号"]
    assert [row[6].value for row in book.worksheets[1]][:2] == ["是", "否"]
