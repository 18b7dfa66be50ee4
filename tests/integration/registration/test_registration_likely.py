"""Somebody who may be known already: asked about at the desk, flagged to a liaison."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.models import DistinctPeople
from eventapp.alliance.queries import alliance_of, duplicates_of
from eventapp.alliance.service.duplicates import LikelySame
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.registration.models import Registration
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import Category
from eventapp.registration.service import register_by_desk, set_liaison
from eventapp.roster.queries.drafts import draft_rows_of, judged_draft, open_draft_of
from eventapp.roster.service.drafts import add_sheet
from eventapp.roster.service.sheets import read_pasted
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_person, make_unit


def test_a_namesake_of_the_unit_is_asked_about_at_the_desk(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    unit = make_unit(alliance_id, "甲公司")
    known = make_person(alliance_id, "张晓明", unit, phone="13800138001").id
    typed: dict[str, Any] = {"name": "張曉明", "unit": "甲公司", "category": Category.DELEGATE}
    with pytest.raises(LikelySame) as refusal:
        register_by_desk(SYSTEM, meeting_id, **typed)
    assert [one.id for one, _likeness in refusal.value.people] == [known]
    assert registrations_of(meeting_id) == []
    one = register_by_desk(SYSTEM, meeting_id, **typed, same_as=known)
    assert one.person_id == known
    other = register_by_desk(SYSTEM, meeting_id, **typed, told_apart=[known])
    assert other.person_id != known
    assert duplicates_of(alliance_id).total == 0
    register_by_desk(SYSTEM, meeting_id, **{**typed, "unit": "乙公司"})


def test_who_is_surely_known_is_not_asked_about(house: Flask) -> None:
    meeting = make_meeting()
    unit = make_unit(meeting.alliance_id, "甲公司")
    known = make_person(meeting.alliance_id, "王磊", unit, phone="13800138001").id
    one = register_by_desk(
        SYSTEM,
        meeting.id,
        name="王 磊",
        unit="甲公司",
        phone="138 0013 8001",
        category=Category.GUEST,
    )
    assert one.person_id == known


def test_the_desk_page_offers_who_it_may_be_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "甲公司")
        known = make_person(meeting.alliance_id, "张晓明", unit, phone="13800138001").id
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        at = f"/m/{meeting.slug}/desk/registrations/new"
    typed = {"name": "张晓明", "unit": "甲公司", "phone": "13911112222", "category": "guest"}
    asked = client.post(at, data=typed)
    assert asked.status_code == 422
    assert "疑似与已有人员重复" in asked.text
    assert 'value="13911112222"' in asked.text
    assert "13800138001" not in asked.text
    assert re.findall(r'name="seen" value="(\d+)"', asked.text) == [str(known)]
    unseen = {**typed, "same": str(known + 5), "seen": str(known)}
    assert client.post(at, data=unseen).status_code == 422
    answer = client.post(at, data={**typed, "same": str(known), "seen": str(known)})
    assert answer.status_code == 303
    with app.app_context():
        assert db.session.scalars(sa.select(Registration.person_id)).all() == [known]
    again = client.post(at, data={**typed, "same": "0", "seen": str(known)})
    assert again.status_code == 303
    with app.app_context():
        assert len(db.session.scalars(sa.select(DistinctPeople)).all()) == 1


def test_a_liaison_is_told_of_the_own_unit_alone(house: Flask) -> None:
    meeting = make_meeting()
    alliance_id = meeting.alliance_id
    unit, other = make_unit(alliance_id, "甲公司"), make_unit(alliance_id, "乙公司")
    make_person(alliance_id, "张晓明", unit, phone="13800138001")
    make_person(alliance_id, "李敏", other, phone="13800138002")
    delegation_id = set_liaison(SYSTEM, meeting.id, unit).id
    lines = (
        "张曉明\t13911110001", "李敏\t13911110002", "赵静\t13911110003", "趙靜\t13911110004",
    )  # fmt: skip
    add_sheet(SYSTEM, meeting.id, delegation_id, read_pasted("\n".join(("姓名\t手机", *lines))))
    draft = open_draft_of(delegation_id)
    assert draft is not None
    judged = judged_draft(meeting, delegation_id, draft_rows_of(draft.id))
    assert [[note.code for note in one.notes_at("name")] for one in judged] == [
        ["likely_written"],
        [],
        [],
        ["name_written"],
    ]
    assert all(one.is_new and not one.errors for one in judged)


def test_only_who_may_decide_for_the_alliance_is_led_to_its_duplicates(app: Flask) -> None:
    with app.app_context():
        meeting = make_meeting()
        at, scope = f"/m/{meeting.slug}/desk/registrations", meeting.scope_id
        whole, part = app.test_client(), app.test_client()
        sign_in(whole, make_user(Role.ORGANISER, alliance_of(meeting.alliance_id).scope_id))
        sign_in(part, make_user(Role.ORGANISER, scope))
    assert "/people/duplicates" in whole.get(at).text
    page = part.get(at)
    assert (page.status_code, "/people/duplicates" in page.text) == (200, False)
