"""Signing in and out by account: one browser, one row, nothing of the past kept."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password

from config import Config
from eventapp.accounts.models import SignIn, User
from eventapp.accounts.service import create_user, end_sign_ins, grant_role
from eventapp.app import create_app
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.outbox import Message
from eventapp.core.scope import ROOT
from tests.conftest import SECRET, Client, close

PASSWORD = "一句好记而不短的话 42"
EMAIL = "zhou.min@example.org"
WORDS = "邮箱或密码不对"


def open_account(app: Flask, email: str = EMAIL) -> int:
    with app.app_context():
        user = create_user(SYSTEM, email, "周敏", hash_password(PASSWORD))
        grant_role(SYSTEM, user.id, Role.ADMINISTRATOR, ROOT)
        return user.id


def enter(client: FlaskClient, password: str = PASSWORD, email: str = EMAIL) -> int:
    data = {"email": email, "password": password}
    return client.post("/account/login", data=data).status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/change").status_code == 200


def test_the_right_password_opens_and_signing_out_closes(app: Flask, client: FlaskClient) -> None:
    open_account(app)
    page = client.get("/account/login").text
    assert "邮箱" in page
    assert "Email" not in page
    assert not is_in(client)
    assert enter(client) == 302
    assert is_in(client)
    assert client.post("/account/logout").status_code == 302
    assert not is_in(client)


def test_a_wrong_password_and_an_unknown_account_are_told_alike(
    app: Flask, client: FlaskClient
) -> None:
    open_account(app)
    data = {"email": EMAIL, "password": "something wrong"}
    wrong = client.post("/account/login", data=data)
    unknown = client.post("/account/login", data={**data, "email": "nobody@example.org"})
    assert WORDS in wrong.text
    assert WORDS in unknown.text
    assert EMAIL in wrong.text
    assert not is_in(client)


def test_a_revoked_row_is_out_with_its_next_request(app: Flask, client: FlaskClient) -> None:
    user_id = open_account(app)
    enter(client)
    with app.app_context():
        end_sign_ins(SYSTEM, user_id=user_id)
    assert not is_in(client)
    assert enter(client) == 302
    assert is_in(client)


def test_a_disabled_account_is_out_and_cannot_come_in(app: Flask, client: FlaskClient) -> None:
    user_id = open_account(app)
    enter(client)
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.update(User).where(User.id == user_id).values(active=False))
    assert not is_in(client)
    assert enter(client) == 200
    assert not is_in(client)


def test_two_browsers_are_independent(app: Flask) -> None:
    open_account(app)
    one, other = app.test_client(), app.test_client()
    enter(one)
    enter(other)
    one.post("/account/logout")
    assert not is_in(one)
    assert is_in(other)


def test_nothing_that_was_prepared_in_a_browser_survives_signing_in(
    app: Flask, client: FlaskClient
) -> None:
    open_account(app)
    with client.session_transaction() as session:
        session["csrf_token"] = "prepared by somebody else"
        session["lang"] = "en"
        session["planted"] = "yes"
    enter(client)
    with client.session_transaction() as session:
        assert session.get("csrf_token") != "prepared by somebody else"
        assert "planted" not in session
        assert session["lang"] == "en"


def test_signing_in_leads_back_to_where_one_was_but_never_away(
    app: Flask, client: FlaskClient
) -> None:
    open_account(app)
    data = {"email": EMAIL, "password": PASSWORD}
    for target, place in (
        ("/account/tf-setup", "/account/tf-setup"),
        ("//evil.example", "/desk"),
        ("https://evil.example/x", "/desk"),
    ):
        browser = app.test_client()
        answer = browser.post("/account/login", data=data, query_string={"next": target})
        if answer.status_code == 302:
            assert "evil" not in answer.location
            assert answer.location.endswith(place)
        else:
            assert "evil" in target


def test_changing_the_password_ends_the_other_browsers(app: Flask, client: FlaskClient) -> None:
    open_account(app)
    other = app.test_client()
    enter(client)
    enter(other)
    new = "另一句好记的话，也不短 7"
    data = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    assert client.post("/account/change", data=data).status_code == 302
    assert is_in(client)
    assert not is_in(other)
    assert enter(other) == 200
    assert enter(other, new) == 302
    with app.app_context():
        notice = db.session.scalars(sa.select(Message)).one()
        assert "密码已经更改" in notice.text


def test_a_forgotten_password_is_set_anew_once_by_a_mailed_link(
    app: Flask, client: FlaskClient
) -> None:
    open_account(app)
    other = app.test_client()
    enter(other)
    for email in (EMAIL, "nobody@example.org"):
        answer = client.post("/account/reset", data={"email": email}, follow_redirects=True)
        assert "如果这个邮箱有账号" in answer.text
    with app.app_context():
        (mail,) = db.session.scalars(sa.select(Message)).all()
    found = re.search(r"http://localhost(/account/reset/\S+)", mail.text)
    assert found is not None
    new = "另一句好记的话，也不短 7"
    data = {"password": new, "password_confirm": new}
    assert "再输入一次" in client.get(found[1]).text
    assert client.post(found[1], data=data).status_code == 302
    assert not is_in(other)
    assert "已失效" in client.post(found[1], data=data, follow_redirects=True).text
    assert enter(client, new) == 302


def test_a_short_password_is_refused_in_words(app: Flask, client: FlaskClient) -> None:
    user_id = open_account(app)
    with app.test_request_context():
        token = generate_reset_password_token(db.session.get_one(User, user_id))
    data = {"password": "short", "password_confirm": "short"}
    assert "至少要 10 个字符" in client.post(f"/account/reset/{token}", data=data).text


def test_every_browser_has_a_row_and_the_database_no_token(app: Flask, client: FlaskClient) -> None:
    user_id = open_account(app)
    enter(client)
    with client.session_transaction() as session:
        token = session["tokens"]["account"]
    with app.app_context():
        (row,) = db.session.scalars(sa.select(SignIn)).all()
        assert (row.user_id, row.revoked_at) == (user_id, None)
        assert token not in row.token_hash


@pytest.fixture
def limited(tmp_path: Path):
    app = create_app(
        Config(
            secret_key=SECRET,
            hosts=("localhost",),
            database_url=f"sqlite:///{tmp_path / 'limits.db'}",
            production=False,
            var=tmp_path,
            base_url="http://localhost",
        )
    )
    app.test_client_class = Client
    with app.app_context():
        upgrade()
    yield app
    close(app)


def test_guessing_is_stopped_for_the_account_and_for_nobody_else(limited: Flask) -> None:
    open_account(limited)
    open_account(limited, "other@example.org")
    client = limited.test_client()
    answers = [enter(client, "guess") for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert enter(limited.test_client()) == 429
    assert enter(limited.test_client(), email="other@example.org") == 302
