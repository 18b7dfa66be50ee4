"""Personal links: shown again and again, opened by a button, dead when they should be."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import actors_of
from eventapp.accounts.service import (
    ensure_link,
    link_by_token,
    link_token,
    open_link,
    rebind_link,
    renew_link,
    revoke_link,
)
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Permission, Role
from eventapp.core.db import transaction
from eventapp.core.errors import Conflict, Forbidden, Invalid, NotFound
from eventapp.core.scope import ROOT


def bound() -> PersonalLink:
    return ensure_link(SYSTEM, Role.REPRESENTATIVE, ROOT, 7, bind_once=True)


def test_a_link_can_be_shown_again_and_opens_its_one_permission(house: Flask) -> None:
    link = ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5)
    assert link_token(link) == link_token(ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5))
    (actor,) = actors_of([open_link(link_token(link))])
    assert actor.subject_id == 5
    assert actor.may(Permission.OPEN_OWN_PASS, [ROOT])
    assert not actor.may(Permission.CAST_VOTE, [ROOT])


def test_a_forged_or_foreign_token_is_the_same_as_none(house: Flask) -> None:
    token = link_token(ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5))
    for wrong in ("", "x", "a" * 32, token[:-1] + ("b" if token[-1] != "b" else "c")):
        with pytest.raises(NotFound):
            link_by_token(wrong)


def test_renewing_kills_the_old_text_and_its_browsers(house: Flask) -> None:
    link = ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5)
    old = link_token(link)
    cookie = open_link(old)
    renew_link(SYSTEM, link.id)
    assert actors_of([cookie]) == []
    with pytest.raises(NotFound):
        open_link(old)
    assert actors_of([open_link(link_token(link))]) != []


def test_revoked_and_expired_links_are_dead(house: Flask) -> None:
    link = ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5)
    cookie = open_link(link_token(link))
    with clock.fixed(clock.now() + timedelta(days=181)):
        assert actors_of([cookie]) == []
    revoke_link(SYSTEM, link.id)
    assert actors_of([cookie]) == []
    with pytest.raises(NotFound):
        open_link(link_token(link))


def test_a_bound_link_asks_for_its_code_and_stays_in_one_browser(house: Flask) -> None:
    link = bound()
    token = link_token(link)
    with pytest.raises(Invalid):
        open_link(token, "000000")
    first = open_link(token, f" {link.code.lower()} ")
    assert open_link(token, "", held=first) == first
    with pytest.raises(Conflict):
        open_link(token, link.code)
    rebind_link(SYSTEM, link.id)
    assert actors_of([first]) == []
    second = open_link(token, link.code)
    assert actors_of([second]) != []


def test_guessing_codes_ends_at_the_desk(house: Flask) -> None:
    link = bound()
    for _ in range(10):
        with pytest.raises(Invalid):
            open_link(link_token(link), "000000")
    with pytest.raises(Forbidden):
        open_link(link_token(link), link.code)


def test_looking_at_a_link_opens_nothing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        link = ensure_link(SYSTEM, Role.DELEGATE, ROOT, 5)
        token = link_token(link)
    for _ in range(3):
        assert client.get(f"/l/{token}").status_code == 200
    with client.session_transaction() as session:
        assert "tokens" not in session
    with app.app_context(), transaction() as session:
        assert session.get_one(PersonalLink, 1).failures == 0
