"""The public form under many hands: a hall behind one address passes, a program does not."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade

from config import Config
from eventapp.app import create_app
from eventapp.core import clock
from eventapp.registration.queries import registrations_of
from eventapp.registration.rules import State
from eventapp.registration.service.public import MANY_AT_ONCE
from eventapp.web.flood import draw_seal, read_seal
from tests.conftest import FULL, SECRET, Client, close
from tests.factories_registration import make_meeting, seal

HALL = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Flask]:
    """An application that counts, on a database of its own."""
    app = create_app(
        Config(
            secret_key=SECRET,
            hosts=("localhost",),
            database_url=f"sqlite:///{tmp_path / 'flood.db'}",
            production=False,
            var=tmp_path / "var",
        )
    )
    app.test_client_class = Client
    with app.app_context():
        upgrade()
    yield app
    close(app)


def _form(number: int, **more: Any) -> dict[str, Any]:
    return {
        "name": f"代表{number}",
        "phone": f"139{number:08d}",
        "unit": "东营职业学院",
        "category": "delegate",
        "consent": "y",
        "consent_version": "0" if number == 0 else "1",
        "seal": seal(),
        **more,
    }


def _post(app: Flask, slug: str, form: dict[str, Any], browser: Any = None) -> int:
    client = browser or app.test_client()
    if browser is None:
        with client.session_transaction() as session:
            session["csrf_token"] = f"browser of {form['phone']}"
    return client.post(f"/m/{slug}/register", data=form, environ_overrides=HALL).status_code


def _slug(app: Flask) -> tuple[str, int]:
    with app.app_context():
        meeting = make_meeting()
        return meeting.slug, meeting.id


def test_160_people_of_a_hall_register_behind_one_address_though_each_errs_once(limited: Flask):
    slug, meeting_id = _slug(limited)
    for number in range(160):
        assert _post(limited, slug, _form(number, unit="")) == 422
        assert _post(limited, slug, _form(number)) == 303, number
    with limited.app_context():
        assert len(registrations_of(meeting_id)) == 160


def test_a_program_that_never_drew_the_form_registers_nobody(limited: Flask):
    slug, meeting_id = _slug(limited)
    answers = {
        _post(limited, slug, _form(number, seal="")) for number in range(1000 if FULL else 410)
    }
    assert answers == {422, 429}
    with limited.app_context():
        assert registrations_of(meeting_id) == []


def test_a_program_that_sends_one_form_a_thousand_times_comes_to_its_end(limited: Flask):
    slug, meeting_id = _slug(limited)
    same = seal()
    answers = [
        _post(limited, slug, _form(number, seal=same)) for number in range(1000 if FULL else 150)
    ]
    assert answers.count(303) == 10
    with limited.app_context():
        assert len(registrations_of(meeting_id)) == 10


def test_a_patient_program_fills_the_desk_and_not_the_hall(limited: Flask):
    slug, meeting_id = _slug(limited)
    other, other_id = _slug(limited)
    answers = [_post(limited, slug, _form(number)) for number in range(230)]
    assert answers == [303] * 230, "nobody is told that somebody looks first"
    assert _post(limited, other, _form(999, consent_version="0")) == 303
    with limited.app_context():
        rows = registrations_of(meeting_id)
        assert [row.state for row in rows] == [State.APPROVED] * 200 + [State.SUBMITTED] * 30
        assert {row.reason for row in rows[200:]} == {MANY_AT_ONCE}
        assert [row.state for row in registrations_of(other_id)] == [State.APPROVED]


def test_one_browser_cannot_register_a_crowd(limited: Flask):
    slug, _meeting_id = _slug(limited)
    browser = limited.test_client()
    answers = [_post(limited, slug, _form(number), browser) for number in range(30)]
    assert answers.count(303) == 10
    assert set(answers[10:]) == {429}


def test_one_phone_is_not_asked_about_without_end(limited: Flask):
    slug, _meeting_id = _slug(limited)
    answers = []
    for number in range(12):
        form = _form(number, phone="13800138000", consent_version="0" if number == 0 else "1")
        browser = limited.test_client()
        with browser.session_transaction() as session:
            session["csrf_token"] = f"browser {number}"
        answers.append(_post(limited, slug, form, browser))
    assert answers == [303] * 8 + [429] * 4


SUSPECTS = {
    "trap": lambda: {"memo": "http://buy.example"},
    "too quick": lambda: {"seal": seal(timedelta(seconds=1))},
    "too old": lambda: {"seal": seal(timedelta(hours=25))},
    "forged": lambda: {"seal": "0.0.0"},
}


@pytest.mark.parametrize("suspect", SUSPECTS)
def test_who_looks_like_a_program_is_asked_again_and_loses_nothing(app: Flask, suspect: str):
    more = SUSPECTS[suspect]()
    with app.app_context():
        meeting = make_meeting()
        slug, meeting_id = meeting.slug, meeting.id
    client = app.test_client()
    answer = client.post(f"/m/{slug}/register", data=_form(0, **more))
    assert answer.status_code == 422
    assert 'value="代表0"' in answer.text
    assert 'value="13900000000"' in answer.text
    with app.app_context():
        assert registrations_of(meeting_id) == []
        again = answer.text.split('name="seal"')[1].split('value="')[1].split('"')[0]
    with clock.fixed(clock.now() + timedelta(seconds=3)):
        sent = _form(0, seal=again)
        assert client.post(f"/m/{slug}/register", data=sent).status_code == 303


def test_a_seal_is_of_its_form_and_of_this_installation(house: Flask):
    drawn = draw_seal("register")
    found = read_seal("register", drawn)
    assert found is not None
    assert found.is_too_quick()
    assert read_seal("delegation", drawn) is None
    assert read_seal("register", drawn[:-1] + ("0" if drawn[-1] != "0" else "1")) is None
    for wrong in ("", ".", "..", "x.y.z", "甲.乙.丙", "ffffffffffffffff.0.0", drawn + "0"):
        assert read_seal("register", wrong) is None
