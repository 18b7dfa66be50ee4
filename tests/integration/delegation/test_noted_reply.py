"""An answer that the desk notes for a unit does what the unit's own answer would."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Invalid
from eventapp.delegation.service import Proxy, answer_notice
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.notices.queries import reply_of
from eventapp.notices.rules import DESK, ReplyAnswer
from eventapp.registration.queries import leaves_of, mandates_of
from eventapp.registration.service import set_liaison
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_unit

PDF = b"%PDF-1.7\nsigned"


@pytest.fixture
def desk(app: Flask, client: FlaskClient) -> dict[str, int | str]:
    """A meeting, a unit of it, and the organiser's browser at the desk."""
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        make_unit(meeting.alliance_id, "淄博职业学院")
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        delegation = set_liaison(SYSTEM, meeting.id, unit).id
        foreign = set_liaison(SYSTEM, elsewhere.id, make_unit(elsewhere.alliance_id)).id
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        base = f"/m/{meeting.slug}/desk/notices/replies"
        return {
            "meeting": meeting.id,
            "delegation": delegation,
            "here": f"{base}/{delegation}",
            "foreign": f"{base}/{foreign}",
        }


def test_leave_and_proxy_follow_what_the_desk_notes(
    app: Flask, client: FlaskClient, desk: dict[str, int]
):
    here = str(desk["here"])
    assert "东营职业学院" in client.get(here).text
    sent = {"reply-answer": "excused", "reply-remark": "电话请假：会期冲突"}
    assert client.post(here, data=sent).status_code == 303
    with app.app_context():
        assert [one.reason for one in leaves_of(desk["meeting"])] == ["电话请假：会期冲突"]
        found = reply_of(desk["delegation"])
        assert found is not None
        assert (found.answer, found.channel) == (ReplyAnswer.EXCUSED, DESK)
    assert "电话请假" in client.get(here).text
    sent = {
        "reply-answer": "proxy",
        "reply-proxy_name": "孙悦",
        "reply-proxy_unit": "淄博职业学院",
        "reply-proxy_phone": "138",
    }
    refused = client.post(here, data=sent)
    assert refused.status_code == 422
    assert 'value="孙悦"' in refused.text
    with app.app_context():
        assert len(leaves_of(desk["meeting"])) == 1
    sent["reply-proxy_phone"] = "13800138111"  # the signed paper lies on the desk
    assert client.post(here, data=sent).status_code == 303
    with app.app_context():
        (mandate,) = mandates_of(desk["meeting"])
        assert (mandate.name, mandate.proxy, mandate.document_digest) == ("孙悦", True, "")
        assert leaves_of(desk["meeting"]) == []
    paper = {"reply-paper": (io.BytesIO(PDF), "委托书.pdf")}
    assert client.post(here, data=sent | paper).status_code == 303
    with app.app_context():
        (mandate,) = mandates_of(desk["meeting"])
        assert mandate.document_name == "委托书.pdf"
    sent = {"reply-answer": "attending", "reply-persons": "2"}
    assert client.post(here, data=sent).status_code == 303
    with app.app_context():
        assert mandates_of(desk["meeting"]) == []
    assert client.post(here, data={}).status_code == 422
    assert client.get(str(desk["foreign"])).status_code == 404
    assert client.post(str(desk["foreign"]), data=sent).status_code == 404


def test_the_desk_notes_an_answer_after_the_meeting_has_begun(
    app: Flask, client: FlaskClient, desk: dict[str, int]
):
    with app.app_context():
        for state in (MeetingState.REGISTRATION_CLOSED, MeetingState.IN_SESSION):
            set_state(SYSTEM, desk["meeting"], state)
    sent = {"reply-answer": "excused", "reply-remark": "航班取消"}
    assert client.post(str(desk["here"]), data=sent).status_code == 303
    with app.app_context():
        assert len(leaves_of(desk["meeting"])) == 1


def test_a_liaison_still_owes_the_signed_paper(house: Flask, desk: dict[str, int]):
    proxy = Proxy("孙悦", "淄博职业学院", "13800138111")
    with pytest.raises(Invalid) as refusal:
        answer_notice(SYSTEM, desk["meeting"], desk["delegation"], ReplyAnswer.PROXY, proxy=proxy)
    assert refusal.value.field == "paper"
