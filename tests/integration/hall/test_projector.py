"""The projector follows the agenda, and asks for nothing while nothing changes."""

from datetime import timedelta

import pytest

from eventapp.agenda.service import finish_item, start_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.meetings.queries import meeting_of
from eventapp.voting.service import close_ballot, declare_outcome
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START
from tests.factories_voting import (
    make_assembly,
    make_charter,
    make_open_ballot,
    make_staff,
    vote,
)

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


def test_an_open_ballot_shows_its_turnout_and_never_what_was_said(app, client):
    with app.app_context():
        hall = make_assembly(4, inside=3)
        slug = meeting_of(hall.meeting_id).slug
        ballot = make_open_ballot(hall, charter_edition_id=make_charter(hall.alliance_id))
        vote(hall, ballot, yes=1, no=1)
    page = client.get(f"/m/{slug}/projector/now").text
    assert "正在表决" in page
    assert "关于示范联合体章程的表决" in page.replace("<wbr>", "")
    for word, figure in (("应到", 4), ("实到", 3), ("已投", 2)):
        assert f"<dt>{word}</dt><dd>{figure}</dd>" in page
    assert "赞成</dt>" not in page
    assert "文本码" in page


def test_a_declared_result_is_shown_with_its_sum_and_codes(app, client):
    with app.app_context():
        hall = make_assembly(4, inside=4)
        slug = meeting_of(hall.meeting_id).slug
        ballot = make_open_ballot(hall, charter_edition_id=make_charter(hall.alliance_id))
        vote(hall, ballot, yes=3, abstain=1)
        close_ballot(SYSTEM, hall.meeting_id, ballot)
        before = client_page(app, slug)
        _, chair = make_staff(Role.CHAIR, hall)
        declare_outcome(chair, hall.meeting_id, ballot)
        meeting_id, item_id = hall.meeting_id, hall.item_id
    assert "赞成</dt>" not in before
    page = client.get(f"/m/{slug}/projector/now").text
    for word, figure in (("赞成", 3), ("反对", 0), ("弃权", 1)):
        assert f"<dt>{word}</dt><dd>{figure}</dd>" in page
    assert "须" in page
    assert "记录码" in page
    with app.app_context():
        finish_item(SYSTEM, meeting_id, item_id)
        begin_another(meeting_id)
    assert "赞成</dt>" not in client.get(f"/m/{slug}/projector/now").text


def client_page(app, slug):
    """Read the wall in a browser of its own."""
    return app.test_client().get(f"/m/{slug}/projector/now").text


def begin_another(meeting_id):
    """Begin an item after the ballot, so that the wall goes on."""
    item_id = make_item(meeting_of(meeting_id), "合影").id
    start_item(SYSTEM, meeting_id, item_id)
