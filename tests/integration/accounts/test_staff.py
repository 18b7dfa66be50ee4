"""Staff: invited to a role here, let in by a link, out at once when the role is taken back."""

import html
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.models import RoleGrant, User
from eventapp.accounts.queries import staff_of, user_by_email
from eventapp.accounts.service import create_user, grant_role
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.outbox import Message
from tests.factories import make_user, sign_in
from tests.factories_alliance import make_alliance, make_meeting

GUEST = "new@example.org"


@pytest.fixture
def place(app: Flask, client: FlaskClient) -> tuple[int, int]:
    """An alliance with a meeting, and its organiser in the browser."""
    with app.app_context():
        alliance = make_alliance(slug="one")
        meeting = make_meeting(alliance, slug="first")
        sign_in(client, make_user(Role.ORGANISER, alliance.scope_id))
        return alliance.scope_id, meeting.scope_id


def invite(client: FlaskClient, url: str = "/m/first/desk/staff", **more: str) -> int:
    data = {"name": "吴芳", "email": GUEST, "role": "door_staff", **more}
    return client.post(url, data=data).status_code


def shown_link(client: FlaskClient, user_id: int, base: str = "/m/first/desk/staff") -> str:
    page = client.post(f"{base}/{user_id}/link").text
    found = re.search(r"http://localhost(/account/reset/[^<\s]+)", html.unescape(page))
    return found[1] if found else ""


def user_id(app: Flask) -> int:
    with app.app_context():
        user = user_by_email(GUEST)
        assert user is not None
        return user.id


def test_an_invited_person_sets_a_password_and_comes_in(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    assert invite(client) == 303
    page = client.get("/m/first/desk/staff").text
    assert "吴芳" in page
    assert "待设密码" in page
    link = shown_link(client, user_id(app))
    with app.app_context():
        (mail,) = db.session.scalars(sa.select(Message)).all()
        assert (mail.recipient, "/account/reset/" in mail.text) == (GUEST, True)
    guest = app.test_client()
    new = "一句好记的话，也不短 7"
    guest.post(link, data={"password": new, "password_confirm": new})
    answer = guest.post("/account/login", data={"email": GUEST, "password": new})
    assert answer.status_code == 302
    assert "已开通" in client.get("/m/first/desk/staff").text
    assert shown_link(client, user_id(app)) == ""
    assert guest.get("/m/first/desk/staff").status_code == 403
    assert guest.get("/a/one/staff").status_code == 404


def test_a_role_taken_back_ends_with_the_next_request(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    with app.app_context():
        helper = make_user()
        grant = grant_role(SYSTEM, helper.id, Role.ORGANISER, place[1])
        grant_id, browser = grant.id, app.test_client()
        sign_in(browser, helper)
    assert browser.get("/m/first/desk/staff").status_code == 200
    assert client.post(f"/m/first/desk/staff/{grant_id}/revoke").status_code == 303
    assert browser.get("/m/first/desk/staff").status_code == 404


def test_nobody_becomes_an_administrator_or_a_delegate_here(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    for role in ("administrator", "delegate", "king"):
        assert invite(client, role=role) == 422
    with app.app_context():
        assert user_by_email(GUEST) is None


def test_a_known_address_gets_the_role_and_nothing_is_told(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    with app.app_context():
        known = create_user(SYSTEM, GUEST, "原名", "not-a-hash").id
    assert invite(client) == 303
    with app.app_context():
        assert db.session.get_one(User, known).name == "原名"
        assert [row.user_id for row in staff_of([place[1]])] == [known]
        assert db.session.scalars(sa.select(Message)).all() == []


def test_a_link_shown_elsewhere_dies_when_another_alliance_gives_a_role(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    invite(client)
    old = shown_link(client, user_id(app))
    assert old
    with app.app_context():
        other = make_alliance(slug="two")
        stranger = app.test_client()
        sign_in(stranger, make_user(Role.ORGANISER, other.scope_id))
    assert invite(stranger, "/a/two/staff", role="organiser") == 303
    assert app.test_client().get(old).status_code == 302
    assert shown_link(client, user_id(app)) == ""
    assert shown_link(stranger, user_id(app), "/a/two/staff") == ""


def test_staff_of_another_alliance_do_not_exist(
    app: Flask, client: FlaskClient, place: tuple[int, int]
) -> None:
    with app.app_context():
        other = make_alliance(slug="two")
        worker = make_user(Role.TELLER, other.scope_id, "别家的人")
        grant = db.session.scalars(sa.select(RoleGrant).filter_by(user_id=worker.id)).one()
        grant_id, worker_id = grant.id, worker.id
    assert client.get("/a/two/staff").status_code == 404
    assert invite(client, "/a/two/staff") == 404
    for url in (f"/a/one/staff/{grant_id}/revoke", f"/a/two/staff/{grant_id}/revoke"):
        assert client.post(url).status_code == 404
    assert client.post(f"/a/one/staff/{worker_id}/link").status_code == 404
    assert "别家的人" not in client.get("/a/one/staff").text
