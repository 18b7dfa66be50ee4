"""A unit's page: its people and links, substitutes, and the answer to the notice."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.checkin.rules import Method
from eventapp.checkin.service import add_gate, record_scan
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import transaction
from eventapp.core.errors import Conflict, Invalid
from eventapp.delegation.queries import sent_notice
from eventapp.delegation.service import Proxy, answer_notice
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.notices.models import Notice
from eventapp.notices.queries import reply_of
from eventapp.notices.rules import NoticeState, ReplyAnswer
from eventapp.registration.queries import leaves_of, mandates_of, pass_token, registrations_of
from eventapp.registration.service import give_mandate, note_leave, set_liaison
from eventapp.registration.service.settings import set_terms
from tests.factories import put_token
from tests.factories_registration import (
    make_meeting,
    make_registration,
    make_unit,
)

PDF = b"%PDF-1.7\nsigned"


@pytest.fixture
def unit(app: Flask, client: FlaskClient) -> dict[str, int]:
    """The ids of a meeting and of a unit whose liaison's link is open in the browser."""
    with app.app_context():
        meeting = make_meeting()
        organisation = make_unit(meeting.alliance_id, "东营职业学院")
        make_unit(meeting.alliance_id, "淄博职业学院")
        delegation = set_liaison(SYSTEM, meeting.id, organisation).id
        link = link_of(meeting.scope_id, Role.LIAISON, delegation)
        assert link is not None
        put_token(client, f"{Role.LIAISON}:{link.id}", open_link(link_token(link)))
        client.environ_base["here"] = f"/m/{meeting.slug}/delegation"
        return {
            "meeting": meeting.id,
            "unit": organisation,
            "delegation": delegation,
            "one": make_registration(meeting, "王磊", organisation_id=organisation).id,
            "other": make_registration(meeting, "周敏").id,
        }


def _begin(meeting_id: int) -> None:
    set_state(SYSTEM, meeting_id, MeetingState.REGISTRATION_CLOSED)
    set_state(SYSTEM, meeting_id, MeetingState.IN_SESSION)


def _here(client: FlaskClient) -> str:
    return client.environ_base["here"]


def test_the_page_shows_the_own_people_and_touches_no_others(
    client: FlaskClient, unit: dict[str, int]
):
    here = _here(client)
    page = client.get(here).text
    assert "王磊" in page
    assert "http://localhost/l/" in page
    assert "周敏" not in page
    for act in ("cancel", "substitute"):
        assert client.post(f"{here}/people/{unit['other']}/{act}").status_code == 404
    pdf = PdfReader(io.BytesIO(client.get(f"{here}/slips.pdf").data))
    assert "王磊" in pdf.pages[0].extract_text()
    assert client.post(f"{here}/people/{unit['one']}/cancel").status_code == 303
    assert "王磊" not in client.get(here).text


def test_a_substitute_gets_a_pass_and_the_old_link_dies(
    app: Flask, client: FlaskClient, unit: dict[str, int]
):
    here, one = _here(client), unit["one"]
    with app.app_context():
        (row,) = registrations_of(unit["meeting"], organisation_id=unit["unit"])
        old = row.code
    start = f"instead-{one}-"
    sent = {f"{start}name": "李娜", f"{start}phone": "13"}
    refused = client.post(f"{here}/people/{one}/substitute", data=sent)
    assert refused.status_code == 422
    assert 'value="李娜"' in refused.text
    assert f'id="{start}phone-error"' in refused.text
    sent |= {f"{start}phone": "13800138000", f"{start}consent": "y"}
    assert client.post(f"{here}/people/{one}/substitute", data=sent).status_code == 303
    page = client.get(here).text
    assert "李娜" in page.split('id="people"')[1]
    with app.app_context():
        rows = registrations_of(unit["meeting"], organisation_id=unit["unit"])
        assert [(row.name, row.state) for row in rows] == [
            ("王磊", "replaced"),
            ("李娜", "approved"),
        ]
        assert rows[1].code not in ("", old)


def test_nobody_is_substituted_once_the_meeting_has_begun(
    app: Flask, client: FlaskClient, unit: dict[str, int]
):
    here, one = _here(client), unit["one"]
    assert f"instead-{one}-name" in client.get(here).text
    with app.app_context():
        _begin(unit["meeting"])
    assert f"instead-{one}-name" not in client.get(here).text
    start = f"instead-{one}-"
    sent = {f"{start}name": "李娜", f"{start}phone": "13800138000", f"{start}consent": "y"}
    refused = client.post(f"{here}/people/{one}/substitute", data=sent)
    assert refused.status_code == 422
    assert "现在不能再换人" in refused.text


def test_nobody_is_substituted_once_the_door_has_opened_unless_the_meeting_has_its_own_term(
    app: Flask, client: FlaskClient, unit: dict[str, int]
):
    here, one, meeting_id = _here(client), unit["one"], unit["meeting"]

    def scan(text: str, scan_id: str) -> None:
        with app.app_context():
            record_scan(
                SYSTEM,
                meeting_id,
                gate_id=gate,
                scan_id=scan_id,
                text=text,
                method=Method.QR,
                claimed_at=clock.now(),
            )

    with app.app_context():
        gate = add_gate(SYSTEM, meeting_id, "东门").id
        text = pass_token(unit["other"])
        set_state(SYSTEM, meeting_id, MeetingState.REGISTRATION_CLOSED)
    scan("not a pass", "a" * 32)
    assert f"instead-{one}-name" in client.get(here).text, "a scanner that is tried opens no door"
    scan(text, "b" * 32)
    assert f"instead-{one}-name" not in client.get(here).text
    start = f"instead-{one}-"
    sent = {f"{start}name": "李娜", f"{start}phone": "13800138000", f"{start}consent": "y"}
    refused = client.post(f"{here}/people/{one}/substitute", data=sent)
    assert (refused.status_code, "现在不能再换人" in refused.text) == (422, True)
    with app.app_context():
        until = meeting_of(meeting_id).starts_at
        set_terms(
            SYSTEM, meeting_id, quota=None, unit_quota=None, substitute_until=until, short_days=30
        )
    assert client.post(f"{here}/people/{one}/substitute", data=sent).status_code == 303


def test_the_reply_comes_and_goes_with_leave_and_proxy(
    app: Flask, client: FlaskClient, unit: dict[str, int]
):
    here = _here(client)
    sent = {"reply-answer": "attending", "reply-persons": "3"}
    assert client.post(f"{here}/reply", data=sent).status_code == 303
    assert "派人参会" in client.get(here).text
    assert client.post(f"{here}/reply", data={"reply-answer": "excused"}).status_code == 422
    sent = {"reply-answer": "excused", "reply-remark": "会期冲突"}
    for _twice in range(2):
        assert client.post(f"{here}/reply", data=sent).status_code == 303
    with app.app_context():
        assert [row.reason for row in leaves_of(unit["meeting"])] == ["会期冲突"]
    sent = {
        "reply-answer": "proxy",
        "reply-proxy_name": "孙悦",
        "reply-proxy_unit": "淄博职业学院",
        "reply-proxy_phone": "13800138111",
    }
    refused = client.post(f"{here}/reply", data=sent)
    assert refused.status_code == 422
    assert 'id="reply-paper-error"' in refused.text
    with app.app_context():
        assert mandates_of(unit["meeting"]) == []
        assert len(leaves_of(unit["meeting"])) == 1
    paper = {"reply-paper": (io.BytesIO(PDF), "委托书.pdf")}
    assert client.post(f"{here}/reply", data=sent | paper).status_code == 303
    with app.app_context():
        (mandate,) = mandates_of(unit["meeting"])
        assert (mandate.name, mandate.proxy) == ("孙悦", True)
        assert files.read(mandate.document_digest) == PDF
        assert leaves_of(unit["meeting"]) == []
    assert client.post(f"{here}/reply", data={"reply-answer": "proxy"}).status_code == 303
    with app.app_context():
        assert [one.id for one in mandates_of(unit["meeting"])] == [mandate.id]
    sent = {"reply-answer": "attending", "reply-persons": "1"}
    assert client.post(f"{here}/reply", data=sent).status_code == 303
    with app.app_context():
        assert mandates_of(unit["meeting"]) == []


def test_only_a_notice_that_was_sent_is_shown_and_of_those_the_newest(house: Flask):
    meeting, elsewhere = make_meeting(), make_meeting()
    for where, number, state in (
        (meeting.id, 1, NoticeState.SENT),
        (meeting.id, 2, NoticeState.SENT),
        (meeting.id, 3, NoticeState.DRAFT),
        (elsewhere.id, 4, NoticeState.SENT),
    ):
        row = Notice(meeting_id=where, number=number, state=state, title="通知", text="")
        with transaction() as session:
            row.created_at = clock.now()
            session.add(row)
    found = sent_notice(meeting.id)
    assert found is not None
    assert found.number == 2
    assert sent_notice(make_meeting().id) is None


def test_leave_that_the_desk_noted_is_shown_and_ends_when_the_unit_comes(
    app: Flask, client: FlaskClient, unit: dict[str, int]
):
    with app.app_context():
        note_leave(SYSTEM, unit["meeting"], organisation_id=unit["unit"], reason="台风停航")
    assert "台风停航" in client.get(_here(client)).text
    sent = {"reply-answer": "attending", "reply-persons": "2"}
    assert client.post(f"{_here(client)}/reply", data=sent).status_code == 303
    assert "台风停航" not in client.get(_here(client)).text


def test_a_reply_leaves_other_units_leave_and_the_own_speakers_alone(
    house: Flask, unit: dict[str, int]
):
    meeting_id, own = unit["meeting"], unit["unit"]
    (row,) = registrations_of(meeting_id, organisation_id=own)
    speaker = give_mandate(SYSTEM, meeting_id, organisation_id=own, person_id=row.person_id).id
    answer_notice(SYSTEM, meeting_id, unit["delegation"], ReplyAnswer.EXCUSED, remark="会期冲突")
    answer_notice(SYSTEM, meeting_id, unit["delegation"], ReplyAnswer.ATTENDING, persons=1)
    assert [one.id for one in mandates_of(meeting_id)] == [speaker]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"unit": "东营职业学院"}, "proxy_unit"),
        ({"unit": "无名公司"}, "proxy_unit"),
        ({"name": ""}, "proxy_name"),
        ({"phone": ""}, "proxy_phone"),
        ({"phone": "123"}, "proxy_phone"),
        ({"paper": None}, "paper"),
        ({"paper": ("委托书.pdf", b"MZ")}, "paper"),
    ],
)
def test_a_proxy_that_lacks_something_is_refused_at_its_field_and_nothing_changes(
    house: Flask, changes: dict[str, Any], field: str
):
    meeting = make_meeting()
    own = make_unit(meeting.alliance_id, "东营职业学院")
    make_unit(meeting.alliance_id, "淄博职业学院")
    delegation = set_liaison(SYSTEM, meeting.id, own).id
    typed: dict[str, Any] = {
        "name": "孙悦",
        "unit": "淄博职业学院",
        "phone": "13800138111",
        "paper": ("委托书.pdf", PDF),
    }
    proxy = Proxy(**{**typed, **changes})
    with pytest.raises(Invalid) as refusal:
        answer_notice(SYSTEM, meeting.id, delegation, ReplyAnswer.PROXY, proxy=proxy)
    assert refusal.value.field == field
    assert reply_of(delegation) is None
    assert mandates_of(meeting.id) == []


def test_a_reply_that_comes_too_late_changes_nothing(house: Flask, unit: dict[str, int]):
    _begin(unit["meeting"])
    with pytest.raises(Conflict):
        answer_notice(SYSTEM, unit["meeting"], unit["delegation"], ReplyAnswer.EXCUSED, remark="x")
    assert leaves_of(unit["meeting"]) == []
