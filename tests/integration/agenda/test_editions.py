"""Editions beside one another: looked at before they are published, compared, shown to all."""

from datetime import timedelta

import pytest

from eventapp.agenda.queries import Edition, items_of, latest_edition
from eventapp.agenda.queries.editions import named_at, review_of
from eventapp.agenda.service import (
    PersonIn,
    change_item,
    forget_person,
    hand_over_person,
    publish_agenda,
    remove_item,
)
from eventapp.alliance.queries import alliance_of
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.errors import Conflict
from eventapp.meetings.queries import meeting_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START, make_meeting, make_person

DESK = "/m/founding/desk/agenda"


@pytest.fixture
def meeting(app, client):
    """A public meeting whose organiser sits at the client; three items are out. Its id."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        alliance = alliance_of(meeting.alliance_id)
        speaker = make_person(alliance, "王磊", email="wang@example.org")
        other = make_person(alliance, "李明")
        make_item(meeting, "致辞", people=[PersonIn("speaker", "王磊", "院长", speaker.id)])
        make_item(meeting, "报告", people=[PersonIn("speaker", "李明", "", other.id)])
        make_item(meeting, "茶歇")
        publish_agenda(SYSTEM, meeting.id)
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        return meeting.id


def last(meeting: int) -> Edition:
    """Give the agenda as it was last published."""
    edition = latest_edition(meeting)
    assert edition is not None
    return edition


def change(app, meeting, place, **more):
    """Change an item by its place in the list."""
    with app.app_context():
        item = items_of(meeting)[place]
        change_item(SYSTEM, meeting, item.id, version=item.version, **more)


def test_what_is_new_is_looked_at_before_it_is_published(app, client, meeting):
    change(app, meeting, 1, minutes=25)
    page = client.get(f"{DESK}/publish").text
    assert "第 2 项“报告”的时长由 10 分钟改为 25 分钟。" in page
    assert "第 3 项“茶歇”由 09:20 改到 09:35。" in page
    assert "李明" in page
    assert "没有邮箱" in page
    assert "王磊" not in page
    with app.app_context():
        assert last(meeting).number == 1


def test_an_agenda_that_moved_on_is_not_published_as_it_was_looked_at(app, client, meeting):
    with app.app_context():
        seen = review_of(meeting).seen
    change(app, meeting, 0, title="欢迎辞")
    refused = client.post(f"{DESK}/publish", data={"seen": seen})
    assert refused.status_code == 422
    assert "看过之后议程又有改动" in refused.text
    assert "标题由“致辞”改为“欢迎辞”" in refused.text
    with app.app_context():
        assert last(meeting).number == 1
        seen = review_of(meeting).seen
    assert client.post(f"{DESK}/publish", data={"seen": seen}).status_code == 303
    with app.app_context():
        assert last(meeting).number == 2


def test_any_two_editions_and_the_draft_are_compared(app, client, meeting):
    change(app, meeting, 0, title="欢迎辞")
    with app.app_context():
        publish_agenda(SYSTEM, meeting)
    change(app, meeting, 0, fixed_at=START + timedelta(days=1))
    page = client.get(f"{DESK}/editions?from=1&to=2").text
    assert page.count("标题由“致辞”改为“欢迎辞”") == 2  # once compared, once in the list
    assert "改到" not in page
    assert "1月19日（星期五） 09:00 改到 2024年1月20日" in client.get(f"{DESK}/editions").text
    back = client.get(f"{DESK}/editions?from=2&to=1").text
    assert "标题由“欢迎辞”改为“致辞”" in back
    assert client.get(f"{DESK}/editions?from=1&to=9").status_code == 404


def test_the_public_page_tells_what_has_changed_but_not_what_is_planned(app, client, meeting):
    with clock.fixed(START):
        assert "议程更改记录" not in client.get("/m/founding").text
    change(app, meeting, 1, title="工作报告")
    with app.app_context():
        publish_agenda(SYSTEM, meeting)
        remove_item(SYSTEM, meeting, items_of(meeting)[2].id)
    with clock.fixed(START):
        page = client.get("/m/founding").text
        english = client.get("/m/founding", headers={"Accept-Language": "en"}).text
    assert "第 2 项的标题由“报告”改为“工作报告”。" in page
    assert "取消" not in page
    assert "Item 2 is called “工作报告” instead of “报告”." in english


def test_an_edition_knows_who_is_meant_also_after_two_became_one(app, meeting):
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting).alliance_id)
        edition, first = last(meeting), items_of(meeting)[0]
        (old,) = named_at([edition.id])[first.id]
        new = make_person(alliance, "王磊").id
        hand_over_person(old, new)
        assert named_at([edition.id])[first.id] == {new}
        forget_person(SYSTEM, meeting, new)
        assert first.id not in named_at([edition.id])
        assert last(meeting).digest == edition.digest


def test_only_this_meetings_editions_are_found(app, client, meeting):
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting).alliance_id)
        other = make_meeting(alliance)
        for title in ("一", "二"):
            make_item(other, title)
            publish_agenda(SYSTEM, other.id)
    assert client.get(f"{DESK}/editions?from=2&to=1").status_code == 404


def test_a_stale_look_is_refused_by_the_verb_too(app, meeting):
    change(app, meeting, 0, title="欢迎辞")
    with app.app_context(), pytest.raises(Conflict) as refused:
        publish_agenda(SYSTEM, meeting, seen="0" * 64)
    assert refused.value.code == "agenda_moved_on"
