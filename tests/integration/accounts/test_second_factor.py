"""The second factor: set up with an authenticator, asked for at sign-in, recovered by a code."""

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.models import User
from eventapp.core.db import db
from tests.integration.accounts.test_sign_in import enter, is_in, open_account

# The account library hands choices over as tuples, which the form library is giving up.
pytestmark = pytest.mark.filterwarnings("ignore:Passing SelectField choices:DeprecationWarning")


def code_of(secret: str, ahead: int = 0) -> str:
    """What an authenticator shows (RFC 6238, 30 seconds, SHA-1), worked out apart from the app."""
    key = b32decode(secret.replace(" ", "").replace("-", "").upper() + "=" * (-len(secret) % 8))
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    mac = hmac.new(key, counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    number = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def set_up(client: FlaskClient) -> str:
    page = client.post("/account/tf-setup", data={"setup": "authenticator"}).text
    secret = re.search(r'<span class="code">([^<]+)</span>', page)
    place = re.search(r'action="(/account/tf-setup/[^"]+)"', page)
    assert secret is not None
    assert place is not None
    wrong = client.post(place[1], data={"code": "000000"}, follow_redirects=True)
    assert "验证码不对" in wrong.text
    page = client.post("/account/tf-setup", data={"setup": "authenticator"}).text
    secret = re.search(r'<span class="code">([^<]+)</span>', page)
    place = re.search(r'action="(/account/tf-setup/[^"]+)"', page)
    assert secret is not None
    assert place is not None
    key = secret[1].replace(" ", "").replace("-", "")
    done = client.post(place[1], data={"code": code_of(key)}, follow_redirects=True)
    assert "两步验证已开启" in done.text
    return key


def test_a_second_factor_is_set_up_and_asked_for(app: Flask, client: FlaskClient) -> None:
    user_id = open_account(app)
    enter(client)
    key = set_up(client)
    with app.app_context():
        user = db.session.get_one(User, user_id)
        assert user.tf_primary_method == "authenticator"
        assert key not in (user.tf_totp_secret or "")
    other = app.test_client()
    enter(other)
    assert not is_in(other)
    wrong = other.post("/account/tf-validate", data={"code": "123"})
    assert "验证码不对" in wrong.text
    assert not is_in(other)
    # The code of the set-up is spent; the next window's is accepted, as clocks may differ.
    assert other.post("/account/tf-validate", data={"code": code_of(key, 1)}).status_code == 302
    assert is_in(other)


def test_a_recovery_code_opens_once(app: Flask, client: FlaskClient) -> None:
    open_account(app)
    enter(client)
    set_up(client)
    page = client.post("/account/mf-recovery-codes", data={"generate_new_codes": "1"}).text
    codes = re.findall(r'<li class="code">([^<]+)</li>', page)
    assert len(codes) == 5
    other = app.test_client()
    enter(other)
    assert other.post("/account/mf-recovery", data={"code": codes[0]}).status_code == 302
    assert is_in(other)
    third = app.test_client()
    enter(third)
    again = third.post("/account/mf-recovery", data={"code": codes[0]})
    assert "备用码不对" in again.text
    assert not is_in(third)


def test_the_second_factor_can_be_switched_off(app: Flask, client: FlaskClient) -> None:
    open_account(app)
    enter(client)
    set_up(client)
    off = client.post("/account/tf-setup", data={"setup": "disable"}, follow_redirects=True)
    assert "两步验证已关闭" in off.text
    other = app.test_client()
    enter(other)
    assert is_in(other)
