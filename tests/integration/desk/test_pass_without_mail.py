"""All the delegates of the demo reach their passes by what is printed for them, without a mail."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.accounts.queries import links_of
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.outbox import Message
from eventapp.desk.service import load_demo
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import slips_pdf
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import State

FOUNDING = "founding-2024"
CODE = re.compile(r"(?<![a-z/])(?:[a-z2-7]{4}\s+){7}[a-z2-7]{4}")


def test_everybody_reaches_the_pass_from_a_printed_slip(request: pytest.FixtureRequest) -> None:
    house = request.getfixturevalue("_sqlite")
    house.reset()
    with house.app.app_context():
        load_demo("not-a-hash", "invited")
        meeting = meeting_by_slug(FOUNDING)
        rows = registrations_of(meeting.id, state=State.APPROVED)
        links = links_of(meeting.scope_id, Role.DELEGATE)
        paper = slips_pdf(meeting, [(row, links[row.id]) for row in rows])
        names = sorted(row.name for row in rows)
        sent = sa.select(sa.func.count()).select_from(Message).where(Message.sent_at.is_not(None))
        assert db.session.scalar(sent) == 0
        db.session.remove()
    printed = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    codes = {"".join(found.split()) for found in CODE.findall(printed)}
    assert len(rows) == len(codes) == 169, "163 delegates and six guests"
    reached = [_pass_behind(house.app.test_client(), code) for code in sorted(codes)]
    assert sorted(reached) == names


def _pass_behind(browser: FlaskClient, code: str) -> str:
    """Type a slip's code in a browser of its own and follow it; tell whose pass is there."""
    typed = browser.post(f"/m/{FOUNDING}/link", data={"code": code})
    assert (typed.status_code, typed.location) == (303, f"/l/{code}")
    opened = browser.post(typed.location)
    assert opened.status_code == 303
    page = browser.get(opened.location)
    assert page.status_code == 200
    assert "<svg" in page.text
    (name,) = re.findall(r'<h1 class="pass-name">([^<]+)</h1>', page.text)
    return name
