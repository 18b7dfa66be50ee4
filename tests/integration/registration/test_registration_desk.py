"""The organiser's list, its filters and its bar, quotas and invitations, as a browser sees them."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Invalid
from eventapp.meetings.models import Meeting
from eventapp.registration.models import Delegation, Terms
from eventapp.registration.queries import registration_in
from eventapp.registration.queries.lists import Choice, count_of, ids_of, lines_of, page_of
from eventapp.registration.rules import Category, State, why_waits
from eventapp.registration.rules.pasted import read_unit_quotas
from eventapp.registration.service import register_person, set_category, set_liaison, set_terms
from eventapp.registration.service.invitations import Invitee, invite_people
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_person, make_registration, make_unit


def _organiser(client: FlaskClient, meeting: Meeting) -> str:
    sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
    return f"/m/{meeting.slug}/desk"


def _by_hand(meeting_id: int, quota: int | None = None) -> None:
    set_category(
        SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=False, quota=quota
    )


def _wish(meeting: Meeting, name: str, channel: str = "public", **more: Any) -> int:
    person = make_person(meeting.alliance_id, name)
    return register_person(
        SYSTEM,
        meeting.id,
        person_id=person.id,
        category=Category.DELEGATE,
        channel=channel,
        **more,
    ).id


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def _state(app: Flask, meeting_id: int, one: int) -> State:
    with app.app_context():
        return registration_in(meeting_id, one).state


def test_marked_people_are_approved_and_put_back_by_one_button(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        _by_hand(meeting.id)
        ids = [_wish(meeting, name) for name in ("王磊", "李娜", "赵敏")]
        meeting_id, desk = meeting.id, _organiser(client, meeting)
    answer = client.post(
        f"{desk}/registrations/decide?state=submitted", data={"act": "approve", "id": ids[:2]}
    )
    assert (answer.status_code, answer.location) == (303, f"{desk}/registrations?state=submitted")
    assert [_state(app, meeting_id, one) for one in ids] == ["approved", "approved", "submitted"]
    page = _text(client.get(answer.location))
    assert "已通过 2 份报名。" in page
    undo = re.search(r'action="([^"]+/undo[^"]*)"', page)
    assert undo
    answer = client.post(undo[1].replace("&amp;", "&"))
    assert answer.location == f"{desk}/registrations?state=submitted"
    page = _text(client.get(answer.location))
    assert "已撤销，2 份报名恢复了原来的状态。" in page
    assert "/undo" not in page
    assert {_state(app, meeting_id, one) for one in ids} == {State.SUBMITTED}


def test_all_that_the_filter_shows_are_meant_unless_it_has_changed(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        _by_hand(meeting.id)
        ids = [_wish(meeting, name) for name in ("王磊", "王敏", "赵敏")]
        meeting_id, desk = meeting.id, _organiser(client, meeting)
    form = {"act": "decline", "decline-reason": "名额有限。", "all": "1", "total": "3"}
    address = f"{desk}/registrations/decide?text=王"
    answer = client.post(address, data=form)
    assert answer.status_code == 409
    assert "现在是 2 份" in _text(answer)
    assert 'value="名额有限。"' in _text(answer)
    assert client.post(address, data={**form, "total": "2"}).status_code == 303
    assert [_state(app, meeting_id, one) for one in ids] == ["declined", "declined", "submitted"]


def test_a_refused_act_names_the_person_and_changes_nobody(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "济南大学")
        approved = make_registration(meeting, "李娜", organisation_id=unit).id
        _by_hand(meeting.id)
        waits = _wish(meeting, "王磊")
        meeting_id, desk = meeting.id, _organiser(client, meeting)
    answer = client.post(
        f"{desk}/registrations/decide", data={"act": "approve", "id": [waits, approved]}
    )
    assert answer.status_code == 409
    assert "李娜（济南大学）：这份报名现在的状态不允许这一步" in _text(answer)
    assert f'value="{waits}" id="pick-{waits}" aria-label="选中王磊" checked' in _text(answer)
    assert _state(app, meeting_id, waits) is State.SUBMITTED
    for wrong, status in (
        ({"act": "approve"}, 422),
        ({"act": "decline", "id": [waits], "decline-reason": " "}, 422),
        ({"act": "replace", "id": [waits]}, 422),
        ({"act": "approve", "id": [999_999]}, 404),
        ({"act": "approve", "id": ["9" * 30, "x"]}, 422),
    ):
        answer = client.post(f"{desk}/registrations/decide", data=wrong)
        assert answer.status_code == status
    assert _state(app, meeting_id, waits) is State.SUBMITTED


def test_another_meetings_people_are_out_of_reach(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        theirs = make_registration(elsewhere, "李娜").id
        elsewhere_id, desk = elsewhere.id, _organiser(client, meeting)
    answer = client.post(f"{desk}/registrations/decide", data={"act": "cancel", "id": [theirs]})
    assert answer.status_code == 404
    assert _state(app, elsewhere_id, theirs) is State.APPROVED


def test_filters_join_and_stay_in_pages_acts_and_exports(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "济南大学")
        make_registration(meeting, "李娜", organisation_id=unit)
        make_registration(meeting, "李敏", category=Category.OBSERVER)
        invite_people(SYSTEM, meeting.id, Category.GUEST, [Invitee("周杰")])
        _by_hand(meeting.id)
        checked = _wish(meeting, "赵敏", to_check="请核对后再通过。")
        one = {
            name: page_of(meeting.id, choice, 0, 10)
            for name, choice in {
                "unit": Choice(unit=unit),
                "text": Choice(text="李", category="observer"),
                "invited": Choice(waiting="person"),
                "organiser": Choice(waiting="organiser"),
                "channel": Choice(channel="invitation", state="invited"),
                "nobody": Choice(text="李", waiting="person"),
            }.items()
        }
        names = {name: [row.name for row in rows] for name, rows in one.items()}
        assert names == {
            "unit": ["李娜"],
            "text": ["李敏"],
            "invited": ["周杰"],
            "organiser": ["赵敏"],
            "channel": ["周杰"],
            "nobody": [],
        }
        assert count_of(meeting.id, Choice(text="李")) == 2
        assert ids_of(meeting.id, Choice(waiting="organiser")) == [checked]
        desk = _organiser(client, meeting)
    page = _text(client.get(f"{desk}/registrations?text=李&category=observer"))
    assert "李敏" in page
    assert "李娜" not in page
    assert f"{desk}/registrations/decide?page=1&amp;text=%E6%9D%8E&amp;category=observer" in page
    assert f"{desk}/registrations/export?text=%E6%9D%8E&amp;category=observer" in page
    rows = client.post(
        f"{desk}/registrations/export?text=李&category=observer", data={"as": "csv"}
    ).get_data(as_text=True)
    assert "李敏" in rows
    assert "李娜" not in rows
    odd = f"{desk}/registrations?state=x&waiting=y&channel=z&unit=一&page=-3&text=%00"
    assert client.get(odd).status_code == 200


def test_a_page_reads_its_own_rows_only(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        _by_hand(meeting.id)
        _wish(meeting, "王磊")
        for number in range(104):
            _wish(meeting, f"代表{number}")
        ids = ids_of(meeting.id, Choice())
        desk = _organiser(client, meeting)
    second = _text(client.get(f"{desk}/registrations?page=2"))
    assert "第 101–105 条，共 105 条" in second
    assert second.count('name="id"') == 5
    assert f'id="pick-{min(ids)}"' in second
    assert f'id="pick-{max(ids)}"' not in second
    first_page = _text(client.get(f"{desk}/registrations"))
    assert first_page.count('name="id"') == 100
    assert "选中符合条件的全部 105 份" in first_page


def test_the_waiting_stand_in_their_order_with_what_they_wait_for(app: Flask, client: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "济南大学")
        set_liaison(SYSTEM, meeting.id, unit, quota=0)
        of_unit = make_registration(meeting, "李娜", organisation_id=unit).id
        set_category(SYSTEM, meeting.id, Category.DELEGATE, public=True, auto_approve=True, quota=0)
        of_category = make_registration(meeting, "王磊").id
        set_terms(SYSTEM, meeting.id, quota=0, unit_quota=None, substitute_until=None, short_days=7)
        other = make_registration(meeting, "赵敏", category=Category.OBSERVER).id
        rows = page_of(meeting.id, Choice(state="waitlisted"), 0, 2)
        assert [row.id for row in rows] == [of_unit, of_category]
        assert lines_of(meeting.id, rows)[of_category][0] == 2
        set_terms(
            SYSTEM, meeting.id, quota=None, unit_quota=None, substitute_until=None, short_days=7
        )
        lines = lines_of(meeting.id, page_of(meeting.id, Choice(state="waitlisted"), 0, 10))
        assert other not in lines
        assert lines[of_category] == (2, "类别名额已满")
        set_category(
            SYSTEM, meeting.id, Category.DELEGATE, public=True, auto_approve=True, quota=None
        )
        rows = page_of(meeting.id, Choice(state="waitlisted"), 0, 10)
        assert lines_of(meeting.id, rows) == {of_unit: (1, "单位名额已满")}
        desk = _organiser(client, meeting)
    assert "第 1 位：单位名额已满" in _text(client.get(f"{desk}/registrations?state=waitlisted"))


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ({"meeting": 0, "category": 0, "unit": 0}, "会议名额已满"),
        ({"category": -1, "unit": 0}, "类别名额已满"),
        ({"unit": 0}, "单位名额已满"),
        ({"to_check": True, "unit": 1}, "有名额，等会务组审核"),
        ({"by_rule": False}, "有名额，等会务组审核"),
        ({"meeting": 1}, "有名额，即将递补"),
    ],
)
def test_why_somebody_waits(case: dict[str, Any], words: str):
    usual = {"to_check": False, "by_rule": True, "meeting": None, "category": None, "unit": None}
    assert why_waits(**{**usual, **case}) == words


def test_terms_are_kept_in_the_meetings_time_and_let_the_waiting_in(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        meeting_id, desk = meeting.id, _organiser(client, meeting)
        until = meeting.starts_at.strftime("%Y-%m-%dT%H:%M")
    form = {"quota": "0", "unit_quota": "3", "substitute_until": until, "short_days": "5"}
    assert client.post(f"{desk}/categories/terms", data=form).status_code == 303
    with app.app_context():
        waiting = make_registration(db.session.get_one(Meeting, meeting_id), "王磊").id
        terms = db.session.get_one(Terms, meeting_id)
        assert (terms.quota, terms.unit_quota, terms.short_days) == (0, 3, 5)
        kept = terms.substitute_until
        assert kept is not None
        assert kept.strftime("%Y-%m-%dT%H:%M") != until  # typed in the zone, kept in UTC
        assert registration_in(meeting_id, waiting).state is State.WAITLISTED
    page = _text(client.get(f"{desk}/categories"))
    assert f'value="{until}"' in page
    assert client.post(f"{desk}/categories/terms", data={**form, "quota": ""}).status_code == 303
    assert _state(app, meeting_id, waiting) is State.APPROVED
    for wrong in (
        {"quota": "-1"},
        {"short_days": ""},
        {"short_days": "0"},
        {"substitute_until": "2999-01-01T00:00"},
    ):
        answer = client.post(f"{desk}/categories/terms", data={**form, **wrong})
        assert answer.status_code == 422, wrong


def test_quotas_of_many_units_are_pasted_and_a_wrong_line_changes_none(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        names = ["济南大学", "东营职业学院", "齐鲁石化（淄博）有限公司"]
        units = {name: make_unit(meeting.alliance_id, name) for name in names}
        waiting = make_registration(meeting, "王磊", organisation_id=units["济南大学"]).id
        set_liaison(SYSTEM, meeting.id, units["济南大学"], quota=9)
        meeting_id, desk = meeting.id, _organiser(client, meeting)

    def quotas() -> dict[str, int | None]:
        with app.app_context():
            found = db.session.execute(sa.select(Delegation.organisation_id, Delegation.quota))
            rows = {row.organisation_id: row.quota for row in found}
            return {name: rows.get(unit, -1) for name, unit in units.items()}

    where = f"{desk}/delegations/quotas"
    wrong = client.post(where, data={"quotas-rows": "济南大学 3\n不存在的大学\t4"})
    assert wrong.status_code == 422
    assert "第 2 行（不存在的大学）：成员单位里没有“不存在的大学”。" in _text(wrong)
    assert quotas()["济南大学"] == 9
    text = "济南大学\t3\n齐鲁石化(淄博)有限公司，12"
    assert client.post(where, data={"quotas-rows": text}).status_code == 303
    assert quotas() == {names[0]: 3, names[1]: -1, names[2]: 12}
    assert (
        client.post(where, data={"quotas-rows": "济南大学", "quotas-others": "2"}).status_code
        == 303
    )
    assert quotas() == {names[0]: None, names[1]: 2, names[2]: 2}
    assert _state(app, meeting_id, waiting) is State.APPROVED


def test_lines_of_units_and_numbers_are_read_as_offices_write_them():
    text = "济南大学\t5\n东营职业学院 ３\n\n己 2 号厂：12\nUniversity of Jinan"
    assert read_unit_quotas(text) == {
        "济南大学": 5,
        "东营职业学院": 3,
        "己 2 号厂": 12,
        "University of Jinan": None,
    }
    for wrong, words in (
        ("济南大学\t五", "第 1 行：名额"),
        ("济南大学\t100001", "第 1 行：名额"),
        ("济南大学 3\n济南大学\u3000", "第 2 行：这个单位写了两次"),
    ):
        with pytest.raises(Invalid) as refused:
            read_unit_quotas(wrong)
        assert words in str(refused.value)


def test_people_are_invited_by_pasting_and_listed_until_they_answer(
    app: Flask, client: FlaskClient
):
    with app.app_context():
        meeting = make_meeting()
        make_unit(meeting.alliance_id, "济南大学")
        meeting_id, desk = meeting.id, _organiser(client, meeting)
    rows = "王磊\t主任\t13800138001\twang@example.org\t教育厅\n李娜\t\t12\t\t济南大学"
    wrong = client.post(f"{desk}/invitations", data={"category": "leader", "rows": rows})
    assert wrong.status_code == 422
    assert "第 2 行（李娜）：" in _text(wrong)
    rows = rows.replace("\t12\t", "\t\t")
    answer = client.post(f"{desk}/invitations", data={"category": "leader", "rows": rows})
    assert answer.location == f"{desk}/registrations?waiting=person"
    page = _text(client.get(answer.location))
    assert page.count("已邀请，待答复") >= 2
    assert "提醒答复" in page
    with app.app_context():
        found = page_of(meeting_id, Choice(waiting="person"), 0, 9)
        assert {(row.name, row.organisation, row.category) for row in found} == {
            ("王磊", "教育厅", Category.LEADER),
            ("李娜", "济南大学", Category.LEADER),
        }
    answer = client.post(f"{desk}/invitations/remind")
    assert "有 2 人没有再提醒" in _text(client.get(answer.location))


def _guest(app: Flask, client: FlaskClient) -> tuple[int, int, str]:
    with app.app_context():
        meeting = make_meeting()
        (one,) = invite_people(SYSTEM, meeting.id, Category.GUEST, [Invitee("周杰", "社长")])
        link = link_of(meeting.scope_id, Role.DELEGATE, one.registration_id)
        assert link is not None
        put_token(client, f"delegate:{link.id}", open_link(link_token(link)))
        return meeting.id, one.registration_id, f"/m/{meeting.slug}/pass"


def test_a_guest_answers_on_the_own_page_and_has_the_pass(app: Flask, client: FlaskClient):
    meeting_id, one, here = _guest(app, client)
    page = _text(client.get(here))
    assert "诚邀您以嘉宾身份出席" in page
    assert f"{here}/cancel" not in page
    assert client.get(f"{here}.png").status_code == 404
    refused = client.post(f"{here}/accept", data={"consent_version": "0"})
    assert refused.status_code == 422
    assert _state(app, meeting_id, one) is State.INVITED
    answer = client.post(f"{here}/accept", data={"consent": "y", "consent_version": "0"})
    assert answer.status_code == 303
    assert _state(app, meeting_id, one) is State.APPROVED
    assert client.get(f"{here}.png").status_code == 200
    late = client.post(f"{here}/decline", data={"word": "来不了"})
    assert late.status_code == 422
    assert _state(app, meeting_id, one) is State.APPROVED


def test_a_guest_who_cannot_come_says_so_with_a_word(app: Flask, client: FlaskClient):
    meeting_id, one, here = _guest(app, client)
    assert client.post(f"{here}/decline", data={"word": "出差在外。"}).status_code == 303
    page = _text(client.get(here))
    assert "不能出席" in page
    assert "您已答复不能出席" in page
    with app.app_context():
        row = registration_in(meeting_id, one)
        assert (row.state, row.reason) == (State.DECLINED, "出差在外。")
