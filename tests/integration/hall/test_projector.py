"""The projector follows the agenda, and asks for nothing while nothing changes."""

from datetime import timedelta

import pytest

from eventapp.agenda.service import start_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START

NOW = "/m/founding/projector/now"


@pytest.fixture
def items(app):
    """A published meeting with two items; its id and theirs."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        first, second = make_item(meeting, "开幕致辞"), make_item(meeting, "签约仪式")
        return meeting.id, first.id, second.id


def test_the_projector_is_open_to_everybody_and_sets_no_cookie(client, items):
    answer = client.get("/m/founding/projector")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert f'data-poll="{NOW}"' in answer.text
    assert "<button" not in answer.text


def test_the_projector_follows_what_is_started(app, client, items):
    meeting_id, first, _ = items
    with clock.fixed(START):
        before = client.get(NOW)
        assert "开幕致辞" in before.text.split("下一项")[1]
        same = client.get(NOW, headers={"If-None-Match": before.headers["ETag"]})
        assert (same.status_code, same.data) == (304, b"")
        with app.app_context():
            start_item(SYSTEM, meeting_id, first)
        after = client.get(NOW, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    now, following = after.text.split("下一项")
    assert "开幕致辞" in now
    assert "签约仪式" in following
    assert "分钟后结束" in now


def test_an_overrun_item_is_shown_as_late(app, client, items):
    meeting_id, first, _ = items
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, meeting_id, first)
    with clock.fixed(START + timedelta(minutes=14)):
        page = client.get(NOW).text
    assert "countdown-late" in page
    assert '<span class="num">4</span>' in page
