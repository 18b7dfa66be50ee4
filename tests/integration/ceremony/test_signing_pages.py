"""The pages of a signing: a proposal beside what is there, moves by button, what was checked."""

import io

import pytest

from eventapp.agenda.rules import Kind
from eventapp.agenda.service import start_item
from eventapp.ceremony.queries import agreement_in, agreements_of, setting_of
from eventapp.ceremony.rules import AgreementState, Capacity, Check, Place
from eventapp.ceremony.service import (
    NameIn,
    PartyIn,
    add_agreement,
    set_authority,
    set_check,
    set_ready,
)
from eventapp.core.access import SYSTEM, Role
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item, make_published_meeting, make_unit_in

DESK = "/m/founding/desk/ceremony"
RUN = "/m/founding/desk/run"


@pytest.fixture
def signing(app, client):
    """Two agreements of one signatory, whose organiser sits at the client; all their ids."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        item = make_item(meeting, "签约仪式", kind=Kind.SIGNING)
        units = [make_unit_in(meeting.alliance_id) for _ in range(3)]
        ids = []
        for place, other in enumerate(units[1:]):
            parties = [
                PartyIn(units[0], None, "焦典", "院长", Capacity.LEGAL),
                PartyIn(
                    other,
                    None,
                    f"代表{place}",
                    "经理",
                    Capacity.AUTHORISED,
                    NameIn(f"替签{place}", "副经理"),
                ),
            ]
            row = add_agreement(
                SYSTEM, meeting.id, item_id=item.id, title=f"协议{place}", parties=parties
            )
            ids.append(row.id)
        return meeting.id, item.id, ids


def places(app, meeting_id):
    with app.app_context():
        return [row.place for row in agreements_of(meeting_id)]


def version(app, item_id):
    with app.app_context():
        return setting_of(item_id).version


def test_a_proposal_is_shown_with_its_reasons_taken_and_undone(app, client, signing):
    meeting_id, item_id, _ids = signing
    page = client.get(f"{DESK}/signing/{item_id}/proposal").text
    assert "焦典要签 2 份" in page
    assert "未排" in page
    assert places(app, meeting_id) == [None, None]
    taken = client.post(
        f"{DESK}/signing/{item_id}/proposal", data={"seed": "1", "version": version(app, item_id)}
    )
    assert taken.location == f"{DESK}/signing/{item_id}"
    assert places(app, meeting_id) == [Place(1, 1), Place(2, 1)]
    page = client.get(f"{DESK}/signing/{item_id}").text
    assert "留在台上：焦典" in page
    assert "撤销排序" in page
    assert "现在的次序就是建议的次序" in client.get(f"{DESK}/signing/{item_id}/proposal").text
    client.post(f"{DESK}/signing/{item_id}/undo", data={"version": version(app, item_id)})
    assert places(app, meeting_id) == [None, None]


def test_buttons_move_and_fix_and_an_old_page_is_told_so(app, client, signing):
    meeting_id, item_id, ids = signing
    for agreement_id in ids:
        data = {"direction": "later", "version": version(app, item_id)}
        moved = client.post(f"{DESK}/agreements/{agreement_id}/move", data=data)
        assert moved.location.endswith(f"#agreement-{agreement_id}")
    assert places(app, meeting_id) == [Place(1, 1), Place(2, 1)]
    old = client.post(
        f"{DESK}/agreements/{ids[0]}/move", data={"direction": "later", "version": "0"}
    )
    assert old.status_code == 422
    assert "批次刚刚有别人改过" in old.text
    wrong = {"direction": "up", "version": version(app, item_id)}
    assert client.post(f"{DESK}/agreements/{ids[0]}/move", data=wrong).status_code == 422
    client.post(f"{DESK}/agreements/{ids[0]}/pin", data={"on": "1"})
    assert "已固定" in client.get(f"{DESK}/signing/{item_id}").text
    fixed = {"direction": "later", "version": version(app, item_id)}
    assert client.post(f"{DESK}/agreements/{ids[0]}/move", data=fixed).status_code == 422


def test_tables_are_set_and_too_many_are_refused(app, client, signing):
    item_id = signing[1]
    data = {"tables": "3", "standing": "1", "version": "0"}
    assert client.post(f"{DESK}/signing/{item_id}", data=data).status_code == 303
    with app.app_context():
        setting = setting_of(item_id)
    assert (setting.tables, setting.standing) == (3, True)
    many = client.post(f"{DESK}/signing/{item_id}", data={"tables": "11", "version": "1"})
    assert many.status_code == 422
    assert 'value="11"' in many.text


def test_what_is_wrong_stands_on_the_page_with_what_mends_it(client, signing):
    page = client.get(f"{DESK}/signing/{signing[1]}").text
    assert "由授权代表签署，还没有授权委托书" in page
    assert "请上传委托书，或记下收到的纸质件" in page
    assert "还没有排入批次" in page


def test_papers_are_ticked_uploaded_and_given_back(app, client, signing):
    meeting_id, _item_id, ids = signing
    one = f"{DESK}/agreements/{ids[0]}"
    assert client.post(f"{one}/checks", data={"line": "seals", "done": "1"}).status_code == 303
    with app.app_context():
        assert agreement_in(meeting_id, ids[0]).ticked == {Check.SEALS}
    assert client.post(f"{one}/checks", data={"line": "nothing"}).status_code == 422
    assert client.get(f"{one}/parties/2/authority").status_code == 404
    paper = b"%PDF-1.4 letter"
    data = {"text": "原件已收", "paper": (io.BytesIO(paper), "委托书.pdf")}
    assert client.post(f"{one}/parties/2/authority", data=data).status_code == 303
    assert client.get(f"{one}/parties/2/authority").data == paper
    page = client.get(one).text
    assert "原件已收" in page
    assert "替签人：替签0" in page
    bad = {"paper": (io.BytesIO(b"MZ"), "x.exe")}
    assert client.post(f"{one}/parties/2/authority", data=bad).status_code == 422


def test_a_stand_in_signs_from_the_stage_and_the_page_says_so(app, client, signing):
    meeting_id, item_id, ids = signing
    with app.app_context():
        set_authority(SYSTEM, meeting_id, ids[0], 2, text="纸质件")
        for line in Check:
            set_check(SYSTEM, meeting_id, ids[0], line)
        set_ready(SYSTEM, meeting_id, ids[0])
        start_item(SYSTEM, meeting_id, item_id)
    assert "乙方替签" in client.get(f"{RUN}/acts/now").text
    url = f"{RUN}/agreements/{ids[0]}/substitute"
    assert client.post(url, data={"party": "2", "reason": "病假"}).status_code == 422
    data = {"party": "2", "reason": "病假", "authority": "现场递交"}
    assert client.post(url, data=data).location == f"{RUN}/acts"
    client.post(f"{RUN}/agreements/{ids[0]}/signed")
    page = client.get(f"{RUN}/acts").text
    assert "代表0改由替签0签署（病假）" in page
    with app.app_context():
        assert agreement_in(meeting_id, ids[0]).state is AgreementState.SIGNED
    client.post(
        f"{DESK}/signing/{item_id}/proposal", data={"seed": "1", "version": version(app, item_id)}
    )
    captions = client.get(f"{RUN}/captions").text
    assert captions.index("替签0") < captions.index("焦典")


def test_a_secret_title_does_not_reach_the_captions(app, client, signing):
    meeting_id, item_id, ids = signing
    page = client.get(f"{DESK}/agreements/{ids[0]}").text
    assert 'name="secret"' in page
    with app.app_context():
        row = agreement_in(meeting_id, ids[0])
    data = {"item_id": item_id, "title": "机密协议", "secret": "y", "copies": "2"}
    for place, party in enumerate(row.parties):
        data |= {
            f"parties-{place}-unit": party.name,
            f"parties-{place}-signatory": party.signatory_name,
            f"parties-{place}-capacity": "legal",
        }
    data |= {"witnesses-0-name": "王志安", "witnesses-0-title": "市政协副主席"}
    assert client.post(f"{DESK}/agreements/{ids[0]}", data=data).status_code == 303
    client.post(
        f"{DESK}/signing/{item_id}/proposal", data={"seed": "1", "version": version(app, item_id)}
    )
    captions = client.get(f"{RUN}/captions").text
    assert "机密协议" not in captions
    assert "后排左起：王志安（市政协副主席）" in captions
    assert "机密协议" in client.get(DESK).text
