"""The editor: moved, mended, taken back, copied and compared by what the page itself offers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from eventapp.agenda.queries import changes_of, findings_of, item_in, items_of
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn, move_item, remove_item
from eventapp.alliance.queries import alliance_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of, rooms_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START, make_meeting, make_person

DESK = "/m/founding/desk/agenda"
FETCH = {"X-Requested-With": "fetch"}


@pytest.fixture
def meeting(app, client):
    """A published meeting with two rooms whose organiser sits at the client; its id."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding", rooms=("报告厅", "一号厅"))
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        return meeting.id


def add(app, meeting_id, *titles, **more):
    with app.app_context():
        meeting = meeting_of(meeting_id)
        return [make_item(meeting, title, kind=Kind.OTHER, **more).id for title in titles]


def order(app, meeting_id):
    with app.app_context():
        return [item.title for item in items_of(meeting_id)]


def item_form(**more):
    values = {"kind": "other", "title": "致辞", "minutes": "10", "room_id": "0", "version": "1"}
    return {**values, **more}


def test_a_row_is_moved_behind_another_and_a_script_is_given_the_plan_at_once(app, client, meeting):
    ids = add(app, meeting, "甲", "乙", "丙")
    answer = client.post(f"{DESK}/{ids[0]}/move", data={"after": str(ids[2])}, headers=FETCH)
    assert answer.status_code == 200
    assert 'id="plan"' in answer.text
    assert "后面的时间已经顺延" in answer.text
    assert order(app, meeting) == ["乙", "丙", "甲"]
    assert client.post(f"{DESK}/{ids[0]}/move", data={"after": "0"}).status_code == 303
    assert order(app, meeting) == ["甲", "乙", "丙"]


def test_every_row_offers_buttons_that_need_no_script(app, client, meeting):
    ids = add(app, meeting, "甲", "乙")
    page = client.get(DESK).text
    button = rf'id="down-{ids[0]}" formaction="([^"]+)" name="position" value="2"'
    (address,) = re.findall(button, page)
    assert client.post(address, data={"position": "2"}).status_code == 303
    assert order(app, meeting) == ["乙", "甲"]


def test_a_move_beside_a_row_that_is_gone_moves_nothing_and_says_so(app, client, meeting):
    ids = add(app, meeting, "甲", "乙", "丙")
    with app.app_context():
        remove_item(SYSTEM, meeting, ids[2])
    answer = client.post(f"{DESK}/{ids[0]}/move", data={"after": str(ids[2])}, headers=FETCH)
    assert answer.status_code == 422
    assert "旁边的环节刚被删除" in answer.text
    assert order(app, meeting) == ["甲", "乙"]


def test_two_editors_who_move_lose_nothing(app, client, meeting):
    ids = add(app, meeting, "甲", "乙", "丙", "丁")
    with app.app_context():
        move_item(SYSTEM, meeting, ids[3], 1)  # somebody else, meanwhile
    client.post(f"{DESK}/{ids[0]}/move", data={"after": str(ids[1])})
    assert order(app, meeting) == ["丁", "乙", "甲", "丙"]


def test_a_finding_offers_its_repair_as_a_button_and_the_mark_goes(app, client, meeting):
    with app.app_context():
        found = meeting_of(meeting)
        hall, side = [room.id for room in rooms_of(meeting)]
        person = make_person(alliance_of(found.alliance_id), "王磊")
        who = [PersonIn("guest", "王磊", "", person.id)]
        make_item(found, "报告", kind=Kind.OTHER, room_id=hall, minutes=30, people=who)
        make_item(found, "分组", kind=Kind.OTHER, room_id=side, fixed_at=START, people=who)
    page = client.get(DESK).text
    assert "同一个人在同一时间有两项安排" in page
    assert "各会场对照" in page
    ((value, words),) = re.findall(r'name="repair" value="([^"]+)">([^<]+)<', page)
    assert words == "把“分组”改为 9:35 开始"
    answer = client.post(f"{DESK}/mend", data={"repair": value}, headers=FETCH)
    assert answer.status_code == 200
    assert "同一个人在同一时间有两项安排" not in answer.text
    assert "发布第 1 版" in answer.text
    again = client.post(f"{DESK}/mend", data={"repair": value}, headers=FETCH)
    assert again.status_code == 422
    assert "这个问题已经不在了" in again.text


@pytest.mark.parametrize("repair", ["", "x", "0:nothing", "99999999:x", "-1:x", "0:" + "x" * 200])
def test_a_repair_that_nobody_offered_is_refused(app, client, meeting, repair):
    add(app, meeting, "甲")
    assert client.post(f"{DESK}/mend", data={"repair": repair}).status_code == 422


def test_what_nobody_speaks_in_leads_to_its_form(app, client, meeting):
    with app.app_context():
        item_id = make_item(meeting_of(meeting), "开幕致辞", kind=Kind.ADDRESS).id
    page = client.get(DESK).text
    assert "还没有写明谁来讲" in page
    assert f'<a class="button button-small" href="{DESK}/{item_id}">填写“开幕致辞”</a>' in page
    assert "发布第 1 版" in page


def test_the_newest_change_is_taken_back_by_a_button(app, client, meeting):
    ids = add(app, meeting, "甲", "乙")
    client.post(f"{DESK}/{ids[0]}/remove")
    page = client.get(DESK).text
    assert "撤销：删除“甲”" in page
    (change,) = re.findall(r'name="change" value="(\d+)"', page)
    assert client.post(f"{DESK}/undo", data={"change": change}).status_code == 303
    assert order(app, meeting) == ["甲", "乙"]
    late = client.post(f"{DESK}/undo", data={"change": change})
    assert late.status_code == 422
    assert "议程刚刚又有改动" in late.text


def test_the_second_of_two_editors_is_shown_both_and_chooses(app, client, meeting):
    (item_id,) = add(app, meeting, "致辞")
    first = item_form(title="开幕致辞", minutes="15", detail="请提前到场")
    assert client.post(f"{DESK}/{item_id}", data=first).status_code == 303
    mine = item_form(title="闭幕致辞", minutes="20", detail="")
    refused = client.post(f"{DESK}/{item_id}", data=mine)
    assert refused.status_code == 422
    assert "两份内容，请选择" in refused.text
    for words in ("开幕致辞", "闭幕致辞", "请提前到场", 'name="version" type="hidden" value="2"'):
        assert words in refused.text
    assert set(re.findall(r'name="theirs" value="(\w+)"', refused.text)) == {
        "title",
        "minutes",
        "detail",
    }
    chosen = {**mine, "version": "2", "theirs": ["minutes", "detail"]}
    assert client.post(f"{DESK}/{item_id}", data=chosen).status_code == 303
    with app.app_context():
        item = item_in(meeting, item_id)
    assert (item.title, item.minutes, item.detail) == ("闭幕致辞", 15, "请提前到场")


def test_a_third_editor_is_shown_again_what_was_saved_meanwhile(app, client, meeting):
    (item_id,) = add(app, meeting, "致辞")
    for title in ("一", "二"):
        with app.app_context():
            version = item_in(meeting, item_id).version
        data = item_form(title=title, version=str(version))
        assert client.post(f"{DESK}/{item_id}", data=data).status_code == 303
        late = client.post(f"{DESK}/{item_id}", data=item_form(title="我的"))
        assert late.status_code == 422
        assert f"</span> {title}</span>" in late.text


def test_a_mistake_in_the_form_is_no_comparison(app, client, meeting):
    (item_id,) = add(app, meeting, "致辞")
    client.post(f"{DESK}/{item_id}", data=item_form(title="先到"))
    wrong = client.post(f"{DESK}/{item_id}", data=item_form(title="", minutes="5"))
    assert wrong.status_code == 422
    assert "两份内容" not in wrong.text
    assert 'name="version" type="hidden" value="1"' in wrong.text


def test_an_earlier_agenda_is_copied_from_the_page(app, client, meeting):
    assert "从以前的会议复制" not in client.get(DESK).text
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting).alliance_id)
        earlier = make_meeting(alliance, title="上一次会议")
        earlier_id = earlier.id
        make_item(earlier, "甲", people=[PersonIn("speaker", "王磊")])
    page = client.get(DESK).text
    assert "上一次会议" in page
    data = {"from_id": str(earlier_id), "people": "y"}
    assert client.post(f"{DESK}/copy", data=data).status_code == 303
    with app.app_context():
        (copied,) = items_of(meeting)
        assert [one.name for one in copied.people] == ["王磊"]
        assert len(changes_of(meeting)) == 1
    assert client.post(f"{DESK}/copy", data={"from_id": "999"}).status_code == 422


def test_a_new_item_offers_the_parts_that_its_kind_needs(client, meeting):
    page = client.get(f"{DESK}/new?kind=plaque").text
    assert '<option selected value="plaque">' in page
    assert page.count('<option selected value="presenter">') == 1
    assert page.count('<option selected value="recipient">') == 1
    assert client.get(f"{DESK}/new?kind=nonsense").status_code == 200


def test_a_leaving_guest_is_typed_and_told(app, client, meeting):
    add(app, meeting, "甲", minutes=30)
    data = item_form(title="颁奖", version="0", over_by="2024-01-19T09:20")
    assert client.post(f"{DESK}/new", data=data).status_code == 303
    page = client.get(DESK).text
    assert "须在 9:20 前结束" in page
    assert "嘉宾要先离场，这一项会晚 20 分钟结束" in page
    with app.app_context():
        assert [one.code for one in findings_of(meeting)] == ["over_by_missed"]


@contextmanager
def statements(app) -> Iterator[list[str]]:
    """Collect what is asked of the database."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_the_page_and_a_move_ask_as_much_for_many_items_as_for_few(app, client, meeting):
    counts: list[tuple[int, int]] = []
    for titles in (["甲", "乙", "丙"], [f"环节{number}" for number in range(30)]):
        ids = add(app, meeting, *titles, people=[PersonIn("speaker", "王磊")])
        client.get(DESK)
        with statements(app) as page:
            client.get(DESK)
        with statements(app) as move:
            client.post(f"{DESK}/{ids[-1]}/move", data={"after": "0"}, headers=FETCH)
        counts.append((len(page), len(move)))
    assert counts[0] == counts[1]
