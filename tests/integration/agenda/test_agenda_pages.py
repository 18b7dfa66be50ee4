"""The desk's list: what is posted is done, what is wrong is said."""

import pytest

from eventapp.agenda.queries import items_of, latest_edition
from eventapp.agenda.service import PersonIn
from eventapp.alliance.queries import alliance_of
from eventapp.core.access import Role
from eventapp.meetings.queries import meeting_of
from tests.factories import make_user, sign_in
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START, make_person

DESK = "/m/founding/desk/agenda"


@pytest.fixture
def meeting(app, client):
    """A published meeting whose organiser sits at the client; its id."""
    with app.app_context():
        meeting = make_published_meeting(slug="founding")
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        return meeting.id


def item(**more):
    """What the form of an item sends."""
    values = {
        "version": "0",
        "kind": "speech",
        "title": "开幕致辞",
        "minutes": "10",
        "room_id": "0",
    }
    return {**values, **more}


def test_an_empty_agenda_says_what_to_do_first(client, meeting):
    assert "添加第一项" in client.get(DESK).text


def test_an_item_is_added_with_a_known_person(app, client, meeting):
    with app.app_context():
        alliance = alliance_of(meeting_of(meeting).alliance_id)
        person_id = make_person(alliance, "欧阳明", titles="院长").id
    form = client.get(f"{DESK}/new").text
    assert '<option value="欧阳明">' in form
    data = item(**{"people-0-name": "欧阳明", "people-0-title": "", "people-0-role": "speaker"})
    assert client.post(f"{DESK}/new", data=data).status_code == 303
    with app.app_context():
        (added,) = items_of(meeting)
    assert [(one.name, one.title, one.person_id) for one in added.people] == [
        ("欧阳明", "院长", person_id)
    ]
    page = client.get(DESK).text
    assert "开幕致辞" in page
    assert "9:00" in page


def test_a_wrong_form_comes_back_with_what_was_typed(client, meeting):
    answer = client.post(f"{DESK}/new", data=item(title="", minutes="900", detail="保留的话"))
    assert answer.status_code == 422
    assert "保留的话" in answer.text
    assert "请填写标题" in answer.text


def test_the_slower_editor_is_told_and_keeps_the_words(app, client, meeting):
    with app.app_context():
        item_id = make_item(meeting_of(meeting)).id
    first = client.post(f"{DESK}/{item_id}", data=item(version="1", title="先到"))
    second = client.post(f"{DESK}/{item_id}", data=item(version="1", title="后到"))
    assert (first.status_code, second.status_code) == (303, 422)
    assert "别人刚刚修改了这一项" in second.text
    assert "后到" in second.text


def test_a_role_in_words_of_its_own_survives_an_edit(app, client, meeting):
    with app.app_context():
        people = [PersonIn("总协调", "王磊")]
        item_id = make_item(meeting_of(meeting), people=people).id
    assert '<option selected value="总协调">' in client.get(f"{DESK}/{item_id}").text
    data = item(**{"version": "1", "people-0-name": "王磊", "people-0-role": "总协调"})
    assert client.post(f"{DESK}/{item_id}", data=data).status_code == 303
    with app.app_context():
        assert items_of(meeting)[0].people[0].role == "总协调"


def test_items_are_moved_and_removed_from_the_list(app, client, meeting):
    with app.app_context():
        first, second = (make_item(meeting_of(meeting)).id for _ in range(2))
    assert client.post(f"{DESK}/{second}/move", data={"position": "1"}).status_code == 303
    with app.app_context():
        assert [one.id for one in items_of(meeting)] == [second, first]
    assert client.post(f"{DESK}/{first}/remove").status_code == 303
    with app.app_context():
        assert [one.id for one in items_of(meeting)] == [second]


def test_publishing_makes_the_next_edition_and_shows_its_code(app, client, meeting):
    with app.app_context():
        make_item(meeting_of(meeting))
    assert client.post(f"{DESK}/publish").status_code == 303
    with app.app_context():
        edition = latest_edition(meeting)
    assert edition is not None
    assert edition.code in client.get(DESK).text
    again = client.post(f"{DESK}/publish")
    assert again.status_code == 422
    assert "议程与上一版相同" in again.text


def test_a_clash_is_said_where_it_is_and_publishing_refused(app, client, meeting):
    with app.app_context():
        make_item(meeting_of(meeting), "报告", minutes=30)
        make_item(meeting_of(meeting), "合影", fixed_at=START)
    page = client.get(DESK).text
    assert "同一个会场在同一时间有两项安排" in page
    assert "发布第 1 版" not in page
    assert client.post(f"{DESK}/publish").status_code == 422
