"""The booklet: cover, agenda, guests and units in order, charter, blank pages; in two formats."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.agenda.service import PersonIn, change_item, publish_agenda
from eventapp.booklet.queries import PRINT, booklets_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.jobs import Job
from eventapp.meetings.models import Meeting
from eventapp.registration.rules import Category
from eventapp.seating.rules import Kind
from eventapp.seating.service import create_plan
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item
from tests.factories_registration import make_meeting, make_registration, make_unit
from tests.factories_voting import make_charter


@pytest.fixture
def meeting(app: Flask, client: FlaskClient) -> tuple[int, str]:
    """A meeting with people of two units and a charter; its organiser sits at the client."""
    with app.app_context():
        meeting = make_meeting()
        meeting_id, slug, scope_id = meeting.id, meeting.slug, meeting.scope_id
        alliance_id = meeting.alliance_id
        first = make_unit(alliance_id, "东营职业学院")
        second = make_unit(alliance_id, "淄博职业学院")
        for name, unit, category in (
            ("李明", second, Category.DELEGATE),
            ("王磊", first, Category.DELEGATE),
            ("赵部长", None, Category.LEADER),
            ("记者", None, Category.PRESS),
        ):
            found = db.session.get_one(Meeting, meeting_id)
            make_registration(found, name, organisation_id=unit, category=category)
        item = make_item(
            db.session.get_one(Meeting, meeting_id),
            "开幕致辞",
            people=[PersonIn("speaker", "赵部长", "部长")],
        )
        publish_agenda(SYSTEM, meeting_id)
        change_item(SYSTEM, meeting_id, item.id, version=item.version, title="未发布的标题")
        create_plan(SYSTEM, meeting_id, kind=Kind.PODIUM, title="主席台座次")
        make_charter(alliance_id)
        sign_in(client, make_user(Role.ORGANISER, scope_id))
        return meeting_id, f"/m/{slug}/desk/agenda/booklet"


PARTS = ["agenda", "guests", "units", "seating", "charter", "notes"]


def made(app: Flask, client: FlaskClient, here: str, **values: Any) -> bytes:
    """Ask for a booklet as the page does, let the worker make it, and take it."""
    data = {
        "parts": ["agenda", "guests", "units", "seating", "charter", "notes"],
        "notes": "2",
        **values,
    }
    asked = client.post(here, data=data)
    assert asked.status_code == 303
    assert "正在制作手册" in client.get(asked.headers["Location"]).text
    with app.app_context():
        run_due(app)
        assert not db.session.scalars(sa.select(Job.error).where(Job.kind == PRINT)).first()
    assert "手册已经做好，按议程第 1 版" in client.get(asked.headers["Location"]).text
    return client.get(f"{asked.headers['Location']}/file").data


def words(text: str) -> str:
    """Leave out what only sets words apart."""
    return "".join(text.split())


def test_the_pdf_holds_every_part_in_order_and_the_published_agenda(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    pdf = PdfReader(io.BytesIO(made(app, client, meeting[1], format="pdf")))
    pages = [words(page.extract_text()) for page in pdf.pages]
    whole = "".join(pages)
    assert round(float(pdf.pages[0].mediabox.width) / 72 * 25.4) == 148
    assert "会议手册" in pages[0]
    assert "目录" in pages[1]
    assert "部长赵部长" in whole
    assert "开幕致辞" in whole
    assert "未发布的标题" not in whole
    assert "记者" not in whole
    parts = (
        "会议议程",
        "领导和嘉宾",
        "参会单位和人员",
        "座次图",
        "示范联合体章程",
        "第一条",
        "记事",
    )
    after_contents = "".join(pages[2:])
    assert "主席台座次会场1赵部长" in after_contents, "the podium is drawn with who sits there"
    places = [after_contents.index(one) for one in (*parts, "记事")]
    assert places == sorted(places)
    units = [after_contents.index(one) for one in ("东营职业学院", "淄博职业学院")]
    assert units == sorted(units)
    assert len(pages) >= 8


def test_the_word_file_has_real_headings_and_tables(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    data = made(
        app, client, meeting[1], format="docx", parts=["agenda", "units", "seating", "notes"]
    )
    document = Document(io.BytesIO(data))
    heads = [one.text for one in document.paragraphs if one.style and one.style.name == "Heading 1"]
    assert heads == ["会议议程", "参会单位和人员", "座次图", "记事"]
    agenda, units, podium = document.tables
    assert [cell.text for cell in podium.rows[1].cells] == ["1", "赵部长"]
    assert [cell.text for cell in agenda.rows[0].cells] == ["时间", "环节", "人员"]
    assert "开幕致辞" in agenda.rows[1].cells[1].text
    assert [row.cells[1].text for row in units.rows[1:]] == ["东营职业学院", "淄博职业学院"]


def test_nothing_is_made_without_parts_or_without_an_agenda(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    refused = client.post(meeting[1], data={"notes": "2", "format": "pdf"})
    assert refused.status_code == 422
    assert "请至少选一部分" in refused.text
    with app.app_context():
        bare = make_meeting()
        sign_in(client, make_user(Role.ORGANISER, bare.scope_id))
        here, scope_id = f"/m/{bare.slug}/desk/agenda/booklet", bare.scope_id
    assert "议程还没有发布" in client.get(here).text
    values = {"parts": ["agenda"], "notes": "1", "format": "pdf"}
    assert client.post(here, data=values).status_code == 422
    with app.app_context():
        assert not booklets_of(scope_id)


def test_a_booklet_of_another_meeting_does_not_exist(
    app: Flask, client: FlaskClient, meeting: tuple[int, str]
):
    made(app, client, meeting[1], format="docx", parts=["agenda"])
    with app.app_context():
        (job,) = booklets_of(db.session.get_one(Meeting, meeting[0]).scope_id)
        job_id, other = job.id, make_meeting()
        sign_in(client, make_user(Role.ADMINISTRATOR))
        here = f"/m/{other.slug}/desk/agenda/booklet/{job_id}"
    assert client.get(here).status_code == 404
    assert client.get(f"{here}/file").status_code == 404
