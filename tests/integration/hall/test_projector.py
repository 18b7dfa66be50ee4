"""The projector follows the agenda, and asks for nothing while nothing changes."""

from datetime import timedelta

import pytest

from eventapp.agenda.rules import Kind
from eventapp.agenda.service import finish_item, start_item
from eventapp.ceremony.service import withdraw_agreement
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.hall.rules import Screen
from eventapp.hall.service import choose_screen
from eventapp.meetings.queries import meeting_of
from eventapp.voting.service import close_ballot, declare_outcome
from tests.factories_agenda import make_agreement, make_item, make_published_meeting
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
    assert "后结束" in now
    assert "data-figure>10:00</span>" in now


def test_an_overrun_item_is_shown_as_late(app, client, items):
    meeting_id, first, _ = items
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, meeting_id, first)
    with clock.fixed(START + timedelta(minutes=14)):
        page = client.get(NOW).text
    assert 'class="countdown is-late"' in page
    assert "data-figure>4:00</span>" in page


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


def choose(app, meeting_id, screen):
    with app.app_context():
        choose_screen(SYSTEM, meeting_id, screen)


def test_one_tap_puts_each_page_on_the_wall_and_back(app, client, items):
    meeting_id, first, _ = items
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, meeting_id, first)
    with clock.fixed(START + timedelta(minutes=2)):
        following = client.get(NOW).text
        assert "开幕致辞" in following
        choose(app, meeting_id, Screen.WELCOME)
        assert "开幕致辞" not in client.get(NOW).text
        choose(app, meeting_id, Screen.NOW_NEXT)
        page = client.get(NOW).text
        assert page.index("开幕致辞") < page.index("接下来") < page.index("签约仪式")
        choose(app, meeting_id, Screen.COUNTDOWN)
        page = client.get(NOW).text
        assert "countdown-large" in page
        assert "data-figure>8:00</span>" in page
        choose(app, meeting_id, Screen.FOLLOW)
        assert client.get(NOW).text == following


def test_before_anything_runs_the_countdown_is_to_the_next_item(app, client, items):
    choose(app, items[0], Screen.COUNTDOWN)
    with clock.fixed(START - timedelta(minutes=5)):
        page = client.get(NOW).text
    assert "data-figure>5:00</span>" in page
    assert "后开始" in page


def test_the_wall_warns_three_minutes_before_the_end(app, client, items):
    with clock.fixed(START), app.app_context():
        start_item(SYSTEM, items[0], items[1])
    for seconds, is_soon in ((419, False), (420, True), (600, True)):
        with clock.fixed(START + timedelta(seconds=seconds)):
            page = client.get(NOW).text
        assert ('class="countdown is-soon"' in page) is is_soon
        assert ('data-when="soon" hidden' in page) is not is_soon


def test_a_ceremony_names_the_parties_in_order_and_what_is_withdrawn_is_not_named(app, client):
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        signing = make_item(meeting, "签约仪式", kind=Kind.SIGNING)
        make_agreement(meeting, signing, title="共建实验室协议")
        make_agreement(meeting, signing, title="联合培养协议")
        gone = make_agreement(meeting, signing, title="不再签的协议")
        withdraw_agreement(SYSTEM, meeting.id, gone.id)
        meeting_id, item_id = meeting.id, signing.id
    assert "共建实验室协议" not in client.get(NOW).text
    choose(app, meeting_id, Screen.CEREMONY)  # of the next item
    assert "共建实验室协议" in client.get(NOW).text
    choose(app, meeting_id, Screen.FOLLOW)
    with app.app_context():
        start_item(SYSTEM, meeting_id, item_id)
    page = client.get(NOW).text.replace("<wbr>", "")
    assert page.index("共建实验室协议") < page.index("联合培养协议")
    assert page.count("代表1") == 2
    assert "不再签的协议" not in page


def test_what_is_not_there_leaves_the_agenda_on_the_wall(app, client, items):
    meeting_id, first, _ = items
    with app.app_context():
        start_item(SYSTEM, meeting_id, first)
    choose(app, meeting_id, Screen.RESULT)
    assert "开幕致辞" in client.get(NOW).text


def test_a_late_day_moves_the_next_item_on_the_wall(app, client, items):
    meeting_id, first, _ = items
    with clock.fixed(START + timedelta(minutes=7)), app.app_context():
        start_item(SYSTEM, meeting_id, first)
    with clock.fixed(START + timedelta(minutes=8)):
        page = client.get(NOW).text
    assert '<span class="num">9:17</span>' in page
    assert "整体晚 7 分钟" in page
