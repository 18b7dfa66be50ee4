"""Printing in the background, its progress, its end and its deletion, as an organiser sees them."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.badges.rules import Paper
from eventapp.badges.service import ask_for_print, cancel_print, delete_old_prints
from eventapp.core import clock, files, jobs
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, NotFound
from eventapp.core.files import StoredFile
from eventapp.core.jobs import Job, JobState
from eventapp.core.ledger import AuditEntry
from eventapp.registration.queries import pass_tokens
from eventapp.registration.rules import Category
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_registration
from tests.printed import codes_in


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of somebody who may manage every registration of the installation."""
    with app.app_context():
        sign_in(client, make_user(Role.ADMINISTRATOR))
    return client


BADGES = {
    "badges-size": "90x54",
    "badges-category": "",
    "badges-ordering": "pinyin",
    "badges-back": "y",
}


def test_badges_are_printed_in_the_background_and_taken_when_ready(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        keys = [make_registration(meeting, name).id for name in ("王磊", "陈晨")]
        tokens = pass_tokens(meeting.id)
        slug = meeting.slug
    assert "生成胸卡" in organiser.get(f"/m/{slug}/desk/paper").text
    answer = organiser.post(f"/m/{slug}/desk/paper/badges", data=BADGES)
    assert answer.status_code == 303
    page = organiser.get(answer.location)
    assert "正在生成胸卡" in page.text
    assert "取消打印" in page.text
    assert organiser.get(f"{answer.location}/file.pdf").status_code == 404
    with app.app_context():
        run_due(app)
    part = organiser.get(f"{answer.location}?part=1")
    assert "2 人的胸卡已经生成好" in part.text
    pdf = organiser.get(f"{answer.location}/file.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Cache-Control"] == "private, no-store"
    first, second = tokens[keys[1]], tokens[keys[0]]  # by pinyin: Chen before Wang
    assert codes_in(pdf.data) == [[first], [first], [second], [second]]
    assert "可以下载" in organiser.get(f"/m/{slug}/desk/paper").text


def test_the_progress_of_a_print_survives_a_reload(
    app: Flask, organiser: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    seen: list[str] = []
    with app.app_context():
        meeting = make_meeting()
        for number in range(30):
            make_registration(meeting, f"代表{number}号")
        slug = meeting.slug
        job_id = ask_for_print(SYSTEM, meeting.id, Paper.BADGES)
        note = jobs.progress

        def look(job: int, done: int, total: int) -> None:
            note(job, done, total)
            seen.append(organiser.get(f"/m/{slug}/desk/paper/{job_id}").text)

        monkeypatch.setattr("eventapp.badges.tasks.progress", look)
        run_due(app)
    assert ["25 / 30" in page for page in seen] == [False, True, False]


def test_a_cancelled_print_stops_and_leaves_no_file(
    app: Flask, organiser: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    with app.app_context():
        meeting = make_meeting()
        for number in range(60):
            make_registration(meeting, f"代表{number}号")
        slug, scope_id = meeting.slug, meeting.scope_id
        job_id = ask_for_print(SYSTEM, meeting.id, Paper.BADGES)
        address = f"/m/{slug}/desk/paper/{job_id}"
        note = jobs.progress

        def press_cancel(job: int, done: int, total: int) -> None:
            note(job, done, total)
            if done == 25:
                assert organiser.post(f"{address}/cancel").status_code == 303

        monkeypatch.setattr("eventapp.badges.tasks.progress", press_cancel)
        run_due(app)
    page = organiser.get(address).text
    assert "这次打印已取消" in page
    assert organiser.get(f"{address}/file.pdf").status_code == 404
    assert organiser.post(f"{address}/cancel").status_code == 409
    with app.app_context():
        job = db.session.get_one(Job, job_id)
        assert (job.state, job.done, job.result) == (JobState.CANCELLED, 25, None)
        assert _digests() == []
        actions = db.session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.scope_id == scope_id)
        ).all()
        assert {"paper.print", "paper.cancel"} <= set(actions)


def _digests() -> list[str]:
    return list(db.session.scalars(sa.select(StoredFile.digest)))


def test_a_print_is_deleted_after_seven_days_and_says_so(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting)
        slug = meeting.slug
        old = ask_for_print(SYSTEM, meeting.id, Paper.CARDS)
        run_due(app)
        [digest] = _digests()
        with clock.fixed(clock.now() + timedelta(days=6, hours=23)):
            assert delete_old_prints(SYSTEM) == 0
        # The same print a day later has the same content: it must outlive the older one.
        with clock.fixed(clock.now() + timedelta(days=1)):
            young = ask_for_print(SYSTEM, meeting.id, Paper.CARDS)
            run_due(app)
        with clock.fixed(clock.now() + timedelta(days=7, minutes=1)):
            assert delete_old_prints(SYSTEM) == 1
        assert _digests() == [digest]
    gone = organiser.get(f"/m/{slug}/desk/paper/{old}/file.pdf")
    assert gone.status_code == 404
    assert "已经删除" in gone.text
    assert organiser.get(f"/m/{slug}/desk/paper/{young}/file.pdf").status_code == 200
    assert "已到期删除" in organiser.get(f"/m/{slug}/desk/paper").text
    with app.app_context():
        with clock.fixed(clock.now() + timedelta(days=9)):
            assert delete_old_prints(SYSTEM) == 1
        assert _digests() == []
        with pytest.raises(NotFound):
            files.read(digest)


def test_slips_are_deleted_after_seven_days_as_well(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting)
        slug = meeting.slug
    address = organiser.post(f"/m/{slug}/desk/registrations/slips").location
    with app.app_context():
        run_due(app)
    assert organiser.get(f"{address}/file.pdf").status_code == 200
    with app.app_context(), clock.fixed(clock.now() + timedelta(days=8)):
        assert delete_old_prints(SYSTEM) == 1
    assert "已经删除" in organiser.get(f"{address}/file.pdf").text
    assert "已经删除" in organiser.get(address).text


def test_a_print_of_another_meeting_does_not_exist_here(app: Flask, organiser: FlaskClient):
    with app.app_context():
        here, there = make_meeting(), make_meeting()
        make_registration(there)
        job_id = ask_for_print(SYSTEM, there.id, Paper.BADGES)
        run_due(app)
        slug, other = here.slug, there.slug
    assert organiser.get(f"/m/{other}/desk/paper/{job_id}/file.pdf").status_code == 200
    for tail in ("", "/file.pdf"):
        assert organiser.get(f"/m/{slug}/desk/paper/{job_id}{tail}").status_code == 404
    assert organiser.post(f"/m/{slug}/desk/paper/{job_id}/cancel").status_code == 404


def test_one_badge_is_printed_at_once(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        key, other = make_registration(meeting).id, make_registration(elsewhere).id
        token, slug = pass_tokens(meeting.id)[key], meeting.slug
    pdf = organiser.get(f"/m/{slug}/desk/paper/badge/{key}.pdf?size=105x148")
    assert codes_in(pdf.data) == [[token], [token]]
    assert organiser.get(f"/m/{slug}/desk/paper/badge/{other}.pdf").status_code == 404


def test_lists_of_names_come_in_three_kinds_of_file_and_run_nothing(
    app: Flask, organiser: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        make_registration(meeting, "张三", phone="13800138001")
        make_registration(meeting, "=cmd|' /C calc'!A0", category=Category.LEADER)
        slug = meeting.slug
    base = f"/m/{slug}/desk/paper/names"
    text = PdfReader(BytesIO(organiser.get(f"{base}.pdf?order=pinyin").data)).pages[0]
    assert "按姓名拼音排列" in text.extract_text()
    sheet = openpyxl.load_workbook(BytesIO(organiser.get(f"{base}.xlsx").data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    start = next(at for at, row in enumerate(rows) if row[0] == 1)
    assert [row[1] for row in rows[start:]] == ["=cmd|' /C calc'!A0", "张三"]
    assert sheet.cell(start + 1, 2).data_type == "s"
    table = organiser.get(f"{base}.csv").data.decode("utf-8-sig")
    assert "\"'=cmd|' /C calc'!A0\"" in table
    assert "13800138001" not in table


def test_a_print_that_has_ended_cannot_be_cancelled(house: Flask):
    meeting = make_meeting()
    make_registration(meeting)
    job_id = ask_for_print(SYSTEM, meeting.id, Paper.BADGES)
    run_due(house)
    with pytest.raises(Conflict):
        cancel_print(SYSTEM, meeting.id, job_id)
