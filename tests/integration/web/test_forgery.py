"""A request that a browser sends for another page's sake changes nothing."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventapp.registration.queries import registrations_of
from tests.factories_registration import make_meeting, seal


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser that sends no token of its own accord, as a page of another host would use it."""
    return FlaskClient(app, app.response_class)


@pytest.mark.parametrize(
    ("word", "status", "taken"),
    [
        (None, 400, 0),
        ("cross-site", 400, 0),
        ("same-site", 400, 0),
        ("none", 400, 0),
        ("same-origin, cross-site", 400, 0),
        ("same-origin", 303, 1),
    ],
)
def test_without_a_token_only_the_same_origin_is_heard(
    app: Flask, browser: FlaskClient, word: str | None, status: int, taken: int
) -> None:
    with app.app_context():
        meeting = make_meeting()
        meeting_id, slug = meeting.id, meeting.slug
    form = {
        "name": "慕容知夏",
        "phone": "13900005678",
        "unit": "东营职业学院",
        "category": "delegate",
        "consent": "y",
        "consent_version": "0",
        "seal": seal(),
    }
    headers = {} if word is None else {"Sec-Fetch-Site": word}
    assert browser.post(f"/m/{slug}/register", data=form, headers=headers).status_code == status
    with app.app_context():
        assert len(registrations_of(meeting_id)) == taken
