"""The ceremony's pages: agreements are typed in, made ready, and marked from the stage."""

import pytest

from eventapp.agenda.models import AgendaItem
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import start_item
from eventapp.alliance.queries import alliance_of
from eventapp.ceremony.queries import acts_of, agreements_of
from eventapp.ceremony.rules import ActKind, ActState, AgreementState
from eventapp.ceremony.service import add_act
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_agreement, make_item, make_published_meeting
from tests.factories_alliance import make_person, make_unit

DESK = "/m/founding/desk/ceremony"
RUN = "/m/founding/desk/run"


@pytest.fixture
def signing(app, client):
    """A meeting with a signing whose organiser sits at the client; the ids of both."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        item = make_item(meeting, "签约仪式", kind=Kind.SIGNING)
        return meeting.id, item.id


def test_an_agreement_is_typed_in_with_a_known_signatory(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting_id).alliance_id)
        unit = make_unit(alliance, "东营示范学院")
        make_unit(alliance, "示范石化有限公司")
        person_id = make_person(alliance, "欧阳明", unit, titles="院长").id
    data = {
        "item_id": item_id,
        "title": "联合培养协议",
        "copies": "",
        "parties-0-unit": "东营示范学院",
        "parties-0-signatory": "欧阳明",
        "parties-1-unit": "示范石化有限公司",
        "parties-1-signatory": "李敏",
        "parties-1-title": "总经理",
        "parties-2-unit": "",
    }
    assert client.post(f"{DESK}/agreements/new", data=data).status_code == 303
    with app.app_context():
        (row,) = agreements_of(meeting_id)
    assert row.copies == 2
    assert [(one.role, one.signatory_id, one.signatory_title) for one in row.parties] == [
        ("甲方", person_id, "院长"),
        ("乙方", None, "总经理"),
    ]
    page = client.get(DESK).text
    assert "联合培养协议" in page
    assert "准备就绪" in page
    assert "东营示范学院" in client.get(f"{DESK}/agreements/{row.id}").text


def test_an_unknown_unit_is_refused_and_the_words_are_kept(client, signing):
    data = {
        "item_id": signing[1],
        "title": "联合培养协议",
        "parties-0-unit": "不存在的单位",
        "parties-1-unit": "另一个",
    }
    answer = client.post(f"{DESK}/agreements/new", data=data)
    assert answer.status_code == 422
    assert "成员单位里没有“不存在的单位”" in answer.text
    assert 'value="另一个"' in answer.text


def test_what_is_missing_is_listed(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        make_agreement(meeting_of(meeting_id), meeting_item(item_id), copies=1)
    assert "协议文本有 1 份，至少需要 2 份。" in client.get(DESK).text


def meeting_item(item_id):
    """Stand for an item where only its id is asked."""
    return db.session.get_one(AgendaItem, item_id)


def test_an_agreement_goes_from_draft_to_signed(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        agreement_id = make_agreement(meeting_of(meeting_id), meeting_item(item_id)).id
        start_item(SYSTEM, meeting_id, item_id)
    unchecked = client.post(f"{DESK}/agreements/{agreement_id}/ready")
    assert unchecked.status_code == 422
    assert "协议文本还没有核对" in unchecked.text
    checked = client.post(f"{DESK}/agreements/{agreement_id}/ready", data={"papers_checked": "1"})
    assert checked.status_code == 303
    assert "签署完成" in client.get(f"{RUN}/acts/now").text
    signed = client.post(f"{RUN}/agreements/{agreement_id}/signed", data={"next": RUN})
    assert (signed.status_code, signed.location) == (303, RUN)
    with app.app_context():
        assert agreements_of(meeting_id)[0].state == AgreementState.SIGNED
    assert client.post(f"{RUN}/agreements/{agreement_id}/signed").status_code == 422


def test_a_mark_does_not_lead_away_from_this_site(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        act_id = add_act(
            SYSTEM, meeting_id, item_id=item_id, kind=ActKind.LAUNCH, title="成立启动"
        ).id
    data = {"done": "1", "next": "https://example.org/"}
    answer = client.post(f"{RUN}/acts/{act_id}", data=data)
    assert answer.location == f"{RUN}/acts"
    with app.app_context():
        assert acts_of(meeting_id)[0].state == ActState.DONE
    client.post(f"{RUN}/acts/{act_id}", data={"done": "0"})
    with app.app_context():
        assert acts_of(meeting_id)[0].state == ActState.PLANNED


def test_acts_are_planned_at_the_desk_with_people_known_and_unknown(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting_id).alliance_id)
        unit = make_unit(alliance, "东营示范学院")
        person_id = make_person(alliance, "欧阳明", unit, titles="院长").id
    data = {
        "kind": "plaque",
        "item_id": item_id,
        "title": "理事长单位",
        "group": "2",
        "cue": "音乐起",
        "presenters-0-name": "王志安",
        "presenters-0-title": "市政协副主席",
        "recipients-0-unit": "东营示范学院",
        "recipients-0-name": "欧阳明",
    }
    assert client.post(f"{DESK}/acts/new", data={**data, "recipients-0-unit": ""}).status_code
    with app.app_context():
        (row,) = acts_of(meeting_id)
    assert client.post(f"{DESK}/acts/{row.id}", data=data).status_code == 303
    with app.app_context():
        (row,) = acts_of(meeting_id)
    assert (row.kind, row.group, row.cue) == (ActKind.PLAQUE, 2, "音乐起")
    assert row.presenting[0].line == "王志安\u3000市政协副主席"
    assert (row.receiving[0].person_id, row.receiving[0].title) == (person_id, "院长")
    assert row.received_by == "东营示范学院 欧阳明"
    assert "东营示范学院 欧阳明" in client.get(f"{RUN}/acts").text
    assert 'value="王志安"' in client.get(f"{DESK}/acts/{row.id}").text
    assert client.post(f"{DESK}/acts/{row.id}/remove").status_code == 303
    with app.app_context():
        assert acts_of(meeting_id) == []


def test_a_plaque_without_a_recipient_is_refused_and_the_words_are_kept(client, signing):
    data = {"kind": "plaque", "item_id": signing[1], "title": "理事长单位"}
    answer = client.post(f"{DESK}/acts/new", data=data)
    assert answer.status_code == 422
    assert "请填写受牌单位或受聘人" in answer.text
    assert 'value="理事长单位"' in answer.text


def test_a_stage_manager_marks_but_does_not_prepare(app, client, signing):
    with app.app_context():
        other = app.test_client()
        sign_in(other, make_user(Role.STAGE_MANAGER, meeting_of(signing[0]).scope_id))
    assert other.get(f"{RUN}/acts").status_code == 200
    assert other.get(DESK).status_code == 403


def test_forms_show_the_item_that_is_meant_for_them(app, client, signing):
    meeting_id, item_id = signing
    with app.app_context():
        meeting = meeting_of(meeting_id)
        plaque = make_item(meeting, "授牌", kind=Kind.PLAQUE).id
    assert f'<option selected value="{item_id}">' in client.get(f"{DESK}/agreements/new").text
    page = client.get(f"{DESK}/acts/new?kind=plaque").text
    assert f'<option selected value="{plaque}">' in page
    assert '<option selected value="launch">' in client.get(f"{DESK}/acts/new?kind=launch").text
