"""The stage manager's page: one tap for each step, who must wait, who stands in for whom."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventapp.agenda.models import Engagement
from eventapp.agenda.queries import item_in, items_of, person_changes_of
from eventapp.agenda.rules import ItemState, Kind
from eventapp.agenda.service import (
    PersonIn,
    finish_item,
    publish_agenda,
    skip_item,
    start_item,
    substitute_person,
)
from eventapp.alliance.queries import alliance_of
from eventapp.checkin.rules import Direction
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.hall.queries import screen_of, speaking_of, stage_of
from eventapp.hall.rules import Arrival, Screen
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import State
from eventapp.meetings.service import set_state
from eventapp.minutes.document.sections import _stand_in
from eventapp.minutes.queries import facts_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_agreement, make_item, make_published_meeting
from tests.factories_alliance import START, make_person, make_unit
from tests.factories_checkin import make_door, make_registration, pass_text, scan
from tests.factories_checkin import make_person as make_guest

RUN = "/m/founding/desk/run"


@pytest.fixture
def meeting(app, client):
    """A published meeting whose stage manager holds the client; its id."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        sign_in(client, make_user(Role.STAGE_MANAGER, meeting.scope_id))
        return meeting.id


def plain(text):
    return text.replace("<wbr>", "")


def test_the_day_is_run_by_buttons(app, client, meeting):
    with app.app_context():
        first, second = (make_item(meeting_of(meeting)).id for _ in range(2))
    assert "开始" in client.get(RUN).text
    assert client.post(f"{RUN}/{first}/start").status_code == 303
    assert client.post(f"{RUN}/{first}/finish", data={"next": "1"}).status_code == 303
    with app.app_context():
        assert [one.state for one in items_of(meeting)] == [ItemState.DONE, ItemState.RUNNING]
    assert client.post(f"{RUN}/{first}/start").status_code == 422
    assert client.post(f"{RUN}/{second}/undo").status_code == 303
    answer = client.post(f"{RUN}/{second}/skip", data={"reason": "讲者缺席"})
    assert answer.status_code == 303
    assert "讲者缺席" in client.get(RUN).text


def test_the_last_step_is_taken_back_from_the_thumb(app, client, meeting):
    with app.app_context():
        first, second = (make_item(meeting_of(meeting)).id for _ in range(2))
        start_item(SYSTEM, meeting, first)
        finish_item(SYSTEM, meeting, first)
    bar = client.get(f"{RUN}/now").text.split("stage-bar")[1].split("</section>")[0]
    assert f"{RUN}/{second}/start" in bar
    assert f"{RUN}/{first}/undo" in bar
    client.post(f"{RUN}/{first}/undo")
    with app.app_context():
        assert item_in(meeting, first).state is ItemState.RUNNING


def test_the_page_asks_for_nothing_new_while_nothing_changes(app, client, meeting):
    with app.app_context():
        item_id = make_item(meeting_of(meeting)).id
    with clock.fixed(START):
        tag = client.get(f"{RUN}/now").headers["ETag"]
        assert client.get(f"{RUN}/now", headers={"If-None-Match": tag}).status_code == 304
        client.post(f"{RUN}/{item_id}/start")
        changed = client.get(f"{RUN}/now", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert "完成，下一项" in changed.text


def test_a_stage_manager_runs_but_does_not_plan(app, client, meeting):
    assert client.get(RUN).status_code == 200
    assert client.get("/m/founding/desk/agenda").status_code == 403
    assert app.test_client().get(RUN).status_code == 303


def test_an_item_skipped_in_advance_does_not_jump_the_day(app, meeting):
    with app.app_context():
        first, _, third = (make_item(meeting_of(meeting)).id for _ in range(3))
        skip_item(SYSTEM, meeting, third, "来宾提前离开")
        stage = stage_of(meeting_of(meeting), START)
        assert stage.now.ahead[0].id == first


def test_an_overrun_shows_on_stage_page_and_public_page_at_once(app, client, meeting):
    with app.app_context():
        for title in ("开幕致辞", "工作报告", "签约仪式"):
            make_item(meeting_of(meeting), title)
        publish_agenda(SYSTEM, meeting)
        first = items_of(meeting)[0].id
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, meeting, first)
    with clock.fixed(START + timedelta(minutes=5)):
        assert "预计 9:10 开始" not in client.get("/m/founding/now").text
    with clock.fixed(START + timedelta(minutes=14)):
        stage, page = client.get(f"{RUN}/now").text, client.get("/m/founding/now").text
    for text in (stage, page):
        assert "整体晚 4 分钟" in text
        assert "预计 9:34 结束" in text
    assert "预计 9:14 开始" in page
    assert "预计 9:24 开始" in page
    assert ">9:10</time>" in page  # when it was planned stays


def test_a_meeting_that_is_over_is_late_no_more(app, client, meeting):
    with app.app_context():
        first, _ = (make_item(meeting_of(meeting)).id for _ in range(2))
        publish_agenda(SYSTEM, meeting)
        for state in (State.REGISTRATION_OPEN, State.REGISTRATION_CLOSED, State.IN_SESSION):
            set_state(SYSTEM, meeting, state)
    with clock.fixed(START + timedelta(minutes=30)), app.app_context():
        start_item(SYSTEM, meeting, first)
    with clock.fixed(START + timedelta(minutes=90)):
        page = client.get("/m/founding/now").text
        assert "整体晚" in page
        assert 'data-pace="running"' in page
        with app.app_context():
            set_state(SYSTEM, meeting, State.ADJOURNED)
        page = client.get("/m/founding/now").text
        assert "整体晚" not in page
        assert 'data-pace="calm"' in page


def test_a_fixed_point_that_is_overrun_is_said(app, client, meeting):
    with app.app_context():
        first = make_item(meeting_of(meeting), "工作报告", minutes=30).id
        make_item(meeting_of(meeting), "贵宾致辞", fixed_at=START + timedelta(minutes=30))
    with clock.fixed(START + timedelta(minutes=12)), app.app_context():
        start_item(SYSTEM, meeting, first)
    with clock.fixed(START + timedelta(minutes=13)):
        page = client.get(RUN).text
    assert "“贵宾致辞”固定在 9:30 开始，照现在的进度前面会超出 12 分钟" in page


def test_who_must_wait_is_named_with_where_they_are(house):
    door = make_door()
    people = {name: make_guest(door.alliance_id, name) for name in ("甲", "乙", "丙", "丁")}
    registrations = {
        name: make_registration(door, person_id=people[name]) for name in ("甲", "乙", "丙")
    }
    for name in ("甲", "乙"):
        scan(door, pass_text(registrations[name]))
    scan(door, pass_text(registrations["乙"]), direction=Direction.EXIT)
    meeting = meeting_of(door.meeting_id)
    make_item(meeting, people=[PersonIn("speaker", name, "", people[name]) for name in "甲乙丙丁"])
    signing = make_item(meeting, "签约", kind=Kind.SIGNING)
    make_agreement(meeting, signing)
    make_item(meeting, "很久以后", people=[PersonIn("speaker", "戊")])
    called = stage_of(meeting, clock.now()).called
    assert [(one.name, one.arrival) for one in called[0].people] == [
        ("甲", Arrival.INSIDE),
        ("乙", Arrival.LEFT),
        ("丙", Arrival.MISSING),
        ("丁", Arrival.UNLISTED),
    ]
    assert [one.name for one in called[1].people] == ["代表1", "代表2"]
    assert len(called) == 2


def substituted(meeting_id, **more):
    """Name a speaker, and let somebody of the alliance stand in; the item and who came."""
    alliance = alliance_of(meeting_of(meeting_id).alliance_id)
    left = make_person(alliance, "王磊", titles="院长")
    came = make_person(alliance, "李敏", titles="副院长")
    item = make_item(
        meeting_of(meeting_id), "开幕致辞", people=[PersonIn("speaker", "王磊", "院长", left.id)]
    )
    part = item_in(meeting_id, item.id).people[0].id
    values = {"name": "李敏", "title": "副院长", "person_id": came.id, "reason": "航班延误", **more}
    return item.id, part, values, came.id


def test_a_stand_in_takes_over_part_engagement_and_record(house):
    meeting_id = make_published_meeting().id
    item_id, part, values, came_id = substituted(meeting_id)
    with clock.fixed(START):
        substitute_person(SYSTEM, meeting_id, item_id, part, **values)
    (now,) = item_in(meeting_id, item_id).people
    assert (now.id, now.name, now.title, now.role, now.person_id) == (
        part,
        "李敏",
        "副院长",
        "speaker",
        came_id,
    )
    engaged = db.session.scalars(
        sa.select(Engagement.resource_id).where(Engagement.item_id == item_id)
    )
    assert list(engaged) == [came_id]
    (row,) = person_changes_of(meeting_id)
    assert (row.left_name, row.came_name, row.reason, row.at, row.by) == (
        "王磊",
        "李敏",
        "航班延误",
        START,
        "system:0",
    )
    noted = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "item.person_changed")
    )
    (entry,) = noted
    assert "李敏" not in entry.body


def test_minutes_state_who_stood_in_for_whom(house):
    meeting_id = make_published_meeting().id
    item_id, part, values, _ = substituted(meeting_id)
    with clock.fixed(START):
        substitute_person(SYSTEM, meeting_id, item_id, part, **values)
    (item,) = facts_of(meeting_id).items
    assert [one.name for one in item.people] == ["李敏"]
    (one,) = item.stand_ins
    said = "".join(run["text"] for run in _stand_in(one, "Asia/Shanghai")["runs"])
    assert said == "发言人原为院长 王磊，9:00改由副院长 李敏担任（航班延误）。"


@pytest.mark.parametrize(
    ("more", "error"),
    [({"name": " "}, Invalid), ({"name": "王磊", "person_id": None}, None)],
)
def test_a_stand_in_needs_a_name_and_may_be_a_namesake(house, more, error):
    meeting_id = make_published_meeting().id
    item_id, part, values, _ = substituted(meeting_id, **more)
    if error is None:
        substitute_person(SYSTEM, meeting_id, item_id, part, **values)
        assert item_in(meeting_id, item_id).people[0].person_id is None
        return
    with pytest.raises(error):
        substitute_person(SYSTEM, meeting_id, item_id, part, **values)


def test_the_same_person_and_a_part_of_another_item_are_refused(house):
    meeting_id = make_published_meeting().id
    item_id, part, values, _ = substituted(meeting_id)
    substitute_person(SYSTEM, meeting_id, item_id, part, **values)
    with pytest.raises(Conflict) as refused:
        substitute_person(SYSTEM, meeting_id, item_id, part, **values)
    assert refused.value.code == "same_person"
    other = make_item(meeting_of(meeting_id)).id
    with pytest.raises(NotFound):
        substitute_person(SYSTEM, meeting_id, other, part, name="赵强")


def test_a_stand_in_is_named_by_tap_and_seen_on_the_public_page(app, client, meeting):
    with app.app_context():
        item_id, part, _, came_id = substituted(meeting)
        publish_agenda(SYSTEM, meeting)
    here = f"{RUN}/{item_id}/people/{part}"
    refused = client.post(here, data={"name": "", "title": "副校长", "reason": "临时有事"})
    assert refused.status_code == 422
    assert 'value="副校长"' in refused.text
    assert f'id="part-{part}" open' in refused.text
    assert client.post(here, data={"name": "李敏"}).status_code == 303
    with app.app_context():
        (one,) = item_in(meeting, item_id).people
        assert (one.person_id, one.title) == (came_id, "副院长")
    public = client.get("/m/founding").text
    assert "李敏" in public
    assert "王磊" not in public


def test_a_tap_chooses_what_is_on_the_wall(app, client, meeting):
    assert client.post(f"{RUN}/screen", data={"screen": "countdown"}).status_code == 303
    with app.app_context():
        assert screen_of(meeting) is Screen.COUNTDOWN
    assert 'value="countdown" aria-pressed="true"' in client.get(RUN).text
    assert client.post(f"{RUN}/screen", data={"screen": "secrets"}).status_code == 422


def test_speaking_time_is_that_of_the_clock_by_units(app, client, meeting):
    with app.app_context():
        found = meeting_of(meeting)
        alliance = alliance_of(found.alliance_id)
        unit = make_unit(alliance, "示范理工大学")
        speaker = make_person(alliance, "王磊", unit)
        first = make_item(found, people=[PersonIn("speaker", "王磊", "", speaker.id)]).id
        second = make_item(found, people=[PersonIn("speaker", "来宾")]).id
        make_item(found, people=[PersonIn("speaker", "还没讲的人")])
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, meeting, first)
    with clock.fixed(START + timedelta(minutes=12, seconds=5)), app.app_context():
        finish_item(SYSTEM, meeting, first)
        start_item(SYSTEM, meeting, second)
    with clock.fixed(START + timedelta(minutes=15)):
        with app.app_context():
            rows = speaking_of(meeting, clock.now())
            assert [(row.unit, row.spoken.seconds) for row in rows] == [
                ("示范理工大学", 725),
                ("来宾", 175),
            ]
        page = plain(client.get(f"{RUN}/speaking").text)
        table = client.get(f"{RUN}/speaking.xlsx")
    assert "12:05" in page
    assert "2:55" in page
    assert "还没讲的人" not in page
    assert table.data[:2] == b"PK"
