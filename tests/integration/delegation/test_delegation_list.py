"""A unit's list: pasted or uploaded, put right cell by cell, sent whole or not at all."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Registration
from eventapp.registration.queries import delegation_in, registrations_of
from eventapp.registration.service import set_liaison
from eventapp.roster.models import RosterRow
from eventapp.roster.queries.drafts import draft_rows_of, judged_draft, open_draft_of
from eventapp.roster.rules import sentence_of
from eventapp.roster.rules.drafts import MOST_ROWS, DraftRow
from eventapp.roster.service.drafts import (
    DRAFT_KEPT,
    add_blank,
    add_sheet,
    discard_draft,
    discard_old_drafts,
    save_draft,
    submit_draft,
)
from eventapp.roster.service.sheets import read_pasted
from tests.factories import put_token
from tests.factories_registration import (
    make_meeting,
    make_person,
    make_registration,
    make_unit,
)

TEN = "姓名\t职务\t手机\n" + "\n".join(
    f"代表{name}\t处长\t1391111{number:04d}"
    for number, name in enumerate("甲乙丙丁戊己庚辛壬癸", start=1)
)


def _unit(meeting, quota: int | None = None) -> int:
    unit = make_unit(meeting.alliance_id, "东营职业学院")
    return set_liaison(SYSTEM, meeting.id, unit, quota=quota).id


def _paste(meeting, unit: int, text: str):
    return add_sheet(SYSTEM, meeting.id, unit, read_pasted(text))


def _rows(unit: int) -> list[DraftRow]:
    roster = open_draft_of(unit)
    assert roster is not None
    return draft_rows_of(roster.id)


def _errors(meeting, unit: int) -> list[tuple[int, str, str]]:
    return [
        (one.read.number, note.column, sentence_of(note))
        for one in judged_draft(meeting, unit, _rows(unit))
        for note in one.errors
    ]


def _change(meeting, unit: int, number: int, column: int, text: str) -> None:
    row = next(one for one in _rows(unit) if one.number == number)
    cells = (*row.cells[:column], text, *row.cells[column + 1 :])
    save_draft(meeting.id, unit, {number: DraftRow(number, cells)})


def test_ten_pasted_people_are_registered_together(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting, quota=10)
    assert _paste(meeting, unit, TEN).people == 10
    assert registrations_of(meeting.id) == []
    assert len(submit_draft(SYSTEM, meeting.id, unit)) == 10
    rows = registrations_of(meeting.id)
    assert [row.name for row in rows][:2] == ["代表甲", "代表乙"]
    assert {row.titles for row in rows} == {"处长"}
    assert {row.channel for row in rows} == {"liaison"}
    assert open_draft_of(unit) is None
    assert db.session.query(RosterRow).count() == 0


def test_an_error_stands_at_its_cell_and_nobody_is_registered(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    _paste(meeting, unit, TEN.replace("13911110003", "1391111003").replace("代表丁", ""))
    assert [(row, column) for row, column, _words in _errors(meeting, unit)] == [
        (3, "phone"),
        (4, "name"),
    ]
    with pytest.raises(Conflict):
        submit_draft(SYSTEM, meeting.id, unit)
    assert registrations_of(meeting.id) == []
    assert len(_rows(unit)) == 10
    _change(meeting, unit, 3, 1, "13911110003")
    _change(meeting, unit, 4, 0, "代表丁")
    assert len(submit_draft(SYSTEM, meeting.id, unit)) == 10


def test_too_few_places_take_nobody_and_lose_nothing(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting, quota=9)
    _paste(meeting, unit, TEN)
    with pytest.raises(Conflict) as refusal:
        submit_draft(SYSTEM, meeting.id, unit)
    assert refusal.value.code == "group_too_large"
    assert registrations_of(meeting.id) == []
    assert len(_rows(unit)) == 10


def test_a_list_sent_twice_at_once_registers_its_people_once(house: Flask):
    meeting = make_meeting()
    unit, meeting_id = _unit(meeting), meeting.id
    _paste(meeting, unit, TEN)
    db.session.remove()

    def work(_number: int) -> int:
        with house.app_context():
            try:
                return len(submit_draft(SYSTEM, meeting_id, unit))
            except NotFound:
                return 0
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [0] * 7 + [10]
    assert len(registrations_of(meeting_id)) == 10


def test_who_is_known_in_the_own_unit_by_another_name_is_refused_without_telling_it(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    own = delegation_in(meeting.id, unit).organisation_id
    make_person(meeting.alliance_id, "欧阳锋", own, phone="13911110002")
    _paste(meeting, unit, TEN)
    ((row, column, words),) = _errors(meeting, unit)
    assert (row, column) == (2, "phone")
    assert "欧阳锋" not in words


def test_who_is_registered_already_is_passed_over(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    own = delegation_in(meeting.id, unit).organisation_id
    make_registration(meeting, "代表乙", phone="13911110002", organisation_id=own)
    _paste(meeting, unit, TEN)
    assert len(submit_draft(SYSTEM, meeting.id, unit)) == 9
    assert db.session.query(Registration).count() == 10


def test_somebody_of_another_unit_is_an_error_until_the_cell_is_emptied(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    _paste(meeting, unit, "姓名\t单位\n代表甲\t东营 职业学院\n代表乙\t\n代表丙\t别的公司")
    assert [(row, column) for row, column, _words in _errors(meeting, unit)] == [(3, "unit")]
    _change(meeting, unit, 3, 5, "")
    assert len(submit_draft(SYSTEM, meeting.id, unit)) == 3


def test_a_category_that_is_given_and_a_formula_are_errors(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    _paste(meeting, unit, "姓名\t类别\t手机\n代表甲\t嘉宾\t13911110001\n代表乙\t列席\t=A1")
    assert [(row, column) for row, column, _words in _errors(meeting, unit)] == [
        (1, "category"),
        (2, "phone"),
    ]


def test_what_is_no_person_is_passed_over_and_said_and_useless_columns_are_named(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    added = _paste(meeting, unit, "参会名单\n姓名\t手机\t血型\n代表甲\t13911110001\tA\n合计\t1人")
    assert (added.people, added.passed_over, added.left_out) == (1, 2, ("血型",))


def test_a_second_paste_comes_after_the_first_and_a_blank_row_is_nobody(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    _paste(meeting, unit, TEN)
    add_blank(SYSTEM, meeting.id, unit)
    _paste(meeting, unit, "姓名\t手机\n代表子\t13911110011")
    assert [row.number for row in _rows(unit)] == list(range(1, 13))
    assert _errors(meeting, unit) == []
    assert len(submit_draft(SYSTEM, meeting.id, unit)) == 11


def test_a_removed_row_goes_alone_and_a_dropped_list_goes_whole(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    _paste(meeting, unit, TEN)
    save_draft(meeting.id, unit, {}, removed={4})
    assert [row.number for row in _rows(unit)] == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    discard_draft(SYSTEM, meeting.id, unit)
    assert open_draft_of(unit) is None
    with pytest.raises(NotFound):
        save_draft(meeting.id, unit, {})


def test_a_list_that_was_never_sent_goes_a_week_after_its_meeting(house: Flask):
    meeting, later = make_meeting(), make_meeting()
    unit, other = _unit(meeting), _unit(later)
    later_ends = later.ends_at + timedelta(days=1)
    for one, whose in ((meeting, unit), (later, other)):
        _paste(one, whose, TEN)
    with transaction():
        db.session.get_one(Meeting, later.id).ends_at = later_ends
    with clock.fixed(meeting.ends_at + DRAFT_KEPT):
        assert discard_old_drafts(SYSTEM) == 0
    with clock.fixed(meeting.ends_at + DRAFT_KEPT + timedelta(seconds=1)):
        assert discard_old_drafts(SYSTEM) == 1
    assert open_draft_of(unit) is None
    assert len(_rows(other)) == 10


def test_a_list_has_an_end(house: Flask):
    meeting = make_meeting()
    unit = _unit(meeting)
    rows = "\n".join(f"代表某\t1390000{number:04d}" for number in range(MOST_ROWS))
    _paste(meeting, unit, "姓名\t手机\n" + rows)
    with pytest.raises(Invalid) as refusal:
        add_blank(SYSTEM, meeting.id, unit)
    assert refusal.value.code == "draft_long"


# ---- as a browser without a script sees it


@pytest.fixture
def liaison(app: Flask, client: FlaskClient) -> tuple[FlaskClient, str]:
    """The browser of a unit's liaison, and the address of the unit's page."""
    with app.app_context():
        meeting = make_meeting()
        unit = _unit(meeting, quota=10)
        link = link_of(meeting.scope_id, Role.LIAISON, unit)
        assert link is not None
        put_token(client, f"{Role.LIAISON}:{link.id}", open_link(link_token(link)))
        return client, f"/m/{meeting.slug}/delegation"


def _form(page: str) -> dict[str, str]:
    """Read the cells of the list's form."""
    found = dict(re.findall(r'<input class="input" id="([^"]+)".*?value="([^"]*)"', page))
    assert found
    return found


def test_errors_stand_at_their_cells_without_a_script(liaison: tuple[FlaskClient, str]):
    client, here = liaison
    sent = {"text": TEN.replace("13911110003", "1391111003")}
    assert client.post(f"{here}/rows", data=sent).location.endswith("/delegation/list")
    page = client.get(f"{here}/list").text
    wrong = re.search(r'<input[^>]* id="phone\.3"[^>]*>', page)
    assert wrong
    assert 'aria-invalid="true"' in wrong[0]
    assert 'aria-describedby="phone.3-notes"' in wrong[0]
    assert re.search(r'id="phone\.3-notes"><p class="field-error">.*?11 位', page, re.DOTALL)
    cells = _form(page)
    refused = client.post(f"{here}/list", data={**cells, "act": "submit", "consent": "y"})
    assert refused.status_code == 422
    assert "还有 1 处要改" in refused.text
    assert "代表癸" in refused.text
    cells["phone.3"] = "139 1111 0003"
    assert client.post(f"{here}/list", data={**cells, "act": "submit"}).status_code == 422
    done = client.post(f"{here}/list", data={**cells, "act": "submit", "consent": "y"})
    assert done.status_code == 303
    page = client.get(here).text
    assert "代表丙" in page
    assert page.count("复制链接") == 10
    assert "还可报" in page


def test_typing_is_kept_by_the_server_whatever_happens_to_the_browser(
    liaison: tuple[FlaskClient, str],
):
    client, here = liaison
    assert client.post(f"{here}/rows", data={"blank": "1"}).status_code == 303
    kept = client.post(f"{here}/list", data={"name.1": "王磊", "phone.1": "139", "act": "keep"})
    assert kept.status_code == 200
    assert "第 1 行" in kept.text
    page = client.get(f"{here}/list").text
    assert _form(page)["name.1"] == "王磊"
    assert _form(page)["phone.1"] == "139"
    assert "名单还没有提交" in client.get(here).text
    client.post(f"{here}/list", data={"name.1": "王磊", "phone.1": "139", "act": "add"})
    assert "name.2" in _form(client.get(f"{here}/list").text)
    client.post(f"{here}/list", data={"name.1": "王磊", "name.2": "李娜", "act": "remove:1"})
    assert _form(client.get(f"{here}/list").text)["name.2"] == "李娜"
    assert client.post(f"{here}/list/discard").status_code == 303
    assert client.get(f"{here}/list").status_code == 303
    assert client.post(f"{here}/list", data={"name.1": "王磊", "act": "keep"}).status_code == 404


def test_what_no_database_holds_is_left_out_of_a_cell(liaison: tuple[FlaskClient, str]):
    client, here = liaison
    client.post(f"{here}/rows", data={"blank": "1"})
    sent = {"name.1": "王\x00磊", "phone.1": "x" * 9000, "act": "save"}
    assert client.post(f"{here}/list", data=sent).status_code == 303
    cells = _form(client.get(f"{here}/list").text)
    assert cells["name.1"] == "王磊"
    assert len(cells["phone.1"]) == 400


def test_a_workbook_is_read_and_what_cannot_be_read_is_said_at_its_field(
    liaison: tuple[FlaskClient, str],
):
    client, here = liaison
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["姓名", "手机"], ["王磊", 13911110001]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    sent = {"file": (io.BytesIO(out.getvalue()), "名单.xlsx")}
    assert client.post(f"{here}/rows", data=sent).status_code == 303
    assert _form(client.get(f"{here}/list").text)["phone.1"] == "13911110001"
    sent = {"file": (io.BytesIO(b"%PDF-1.7"), "名单.xlsx")}
    refused = client.post(f"{here}/rows", data=sent)
    assert refused.status_code == 422
    assert 'id="file-error"' in refused.text
    refused = client.post(f"{here}/rows", data={"text": "12345"})
    assert refused.status_code == 422
    assert "12345</textarea>" in refused.text
