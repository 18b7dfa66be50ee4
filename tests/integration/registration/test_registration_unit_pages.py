"""The desk's page about units: liaisons' links, leave, proxies and their papers."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.registration.service import give_mandate, note_leave, set_liaison
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_meeting, make_person, make_unit


@pytest.fixture
def organiser(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser of somebody who may manage every registration of the installation."""
    with app.app_context():
        sign_in(client, make_user(Role.ADMINISTRATOR))
    return client


def test_the_desk_withdraws_a_units_leave(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = make_unit(meeting.alliance_id, "东营职业学院")
        leave = note_leave(SYSTEM, meeting.id, organisation_id=unit, reason="出差").id
        desk = f"/m/{meeting.slug}/desk/delegations"
    assert "出差" in organiser.get(desk).text
    assert organiser.post(f"{desk}/leaves/{leave}/withdraw").status_code == 303
    assert "出差" not in organiser.get(desk).text


def test_the_desk_renews_and_ends_a_liaisons_link(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        unit = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id)).id
        slug = meeting.slug
    desk = f"/m/{slug}/desk/delegations"
    old = re.search(r'data-copy="([^"]+)', organiser.get(desk).text)
    assert organiser.post(f"{desk}/{unit}/link/renew").status_code == 303
    new = re.search(r'data-copy="([^"]+)', organiser.get(desk).text)
    assert old
    assert new
    assert old[1] != new[1]
    assert organiser.post(f"{desk}/{unit}/link/revoke").status_code == 303
    page = organiser.get(desk).text
    assert "data-copy" not in page
    assert "链接已停用" in page


def test_the_desk_sees_a_proxys_paper_and_nobody_else_does(app: Flask, organiser: FlaskClient):
    with app.app_context():
        meeting = make_meeting()
        delegation = set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id, "东营职业学院"))
        person = make_person(meeting.alliance_id, "周敏")
        mandate = give_mandate(
            SYSTEM,
            meeting.id,
            organisation_id=delegation.organisation_id,
            person_id=person.id,
            proxy=True,
            paper=("委托书.pdf", b"%PDF-1.7"),
        ).id
        liaison = app.test_client()
        link = link_of(meeting.scope_id, Role.LIAISON, delegation.id)
        assert link is not None
        put_token(liaison, f"{Role.LIAISON}:{link.id}", open_link(link_token(link)))
        slug, elsewhere = meeting.slug, make_meeting().slug
    desk = f"/m/{slug}/desk"
    page = organiser.get(f"{desk}/delegations").text
    assert "东营职业学院委托周敏" in page
    assert "受托人还没有报名" in page
    answer = organiser.get(f"{desk}/mandates/{mandate}/paper")
    assert answer.data == b"%PDF-1.7"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert organiser.get(f"/m/{elsewhere}/desk/mandates/{mandate}/paper").status_code == 404
    assert liaison.get(f"{desk}/mandates/{mandate}/paper").status_code == 403
    assert organiser.post(f"{desk}/delegations/proxies/{mandate}/revoke").status_code == 303
    assert "东营职业学院委托周敏" not in organiser.get(f"{desk}/delegations").text
