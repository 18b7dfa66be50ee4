"""What only a browser shows of the stage: clocks that run, taps of a thumb, words that are kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from eventapp.agenda.service import PersonIn, start_item
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.meetings.queries import meeting_by_slug
from tests.e2e.conftest import Live
from tests.factories import make_user
from tests.factories_agenda import make_item, make_published_meeting

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_a_thumb_runs_the_day_and_a_clock_warns(live: Live, launch: Callable[..., Browser]) -> None:
    context = launch().new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    with live.app.app_context():
        now = clock.now()
        meeting = make_published_meeting(slug="stage-story", starts_at=now)
        speaker = PersonIn("speaker", "王磊", "学院院长")
        first = make_item(meeting, "工作报告", minutes=4, people=[speaker]).id
        make_item(meeting, "自由发言")
        with clock.fixed(now - timedelta(seconds=50)):
            start_item(SYSTEM, meeting.id, first)
        live.enter(context, make_user(Role.STAGE_MANAGER, meeting.scope_id))
    page = context.new_page()
    wall = context.new_page()
    page.clock.install()
    page.goto(f"{live.base_url}/m/stage-story/desk/run")
    words = page.locator(".stage-clock [data-when]:visible")
    expect(words).to_have_text("后到时")
    page.clock.fast_forward(15_000)
    expect(words).to_have_text("不到三分钟，请提示发言人")
    page.clock.fast_forward(4 * 60_000)
    expect(words).to_have_text("已超时")
    page.clock.resume()

    page.locator(".run-now summary").click()
    page.locator(".run-now input[name=name]").fill("李敏")
    page.locator(".run-now input[name=reason]").fill("航班延误")
    page.locator("#wall").click()  # the page may be drawn anew now
    with live.app.app_context():
        make_item(meeting_by_slug("stage-story"), "新添的一项")
    expect(page.locator(".plan")).to_contain_text("新添的一项")
    expect(page.locator(".run-now input[name=reason]")).to_have_value("航班延误")
    page.get_by_role("button", name="确认换人").click()
    expect(page.locator(".run-now .stage-people")).to_contain_text("李")

    wall.goto(f"{live.base_url}/m/stage-story/projector")
    expect(wall.locator("h1")).to_have_text("工作报告")
    page.get_by_role("button", name="欢迎").tap()
    expect(wall.locator("h1")).to_contain_text("示范联合体成立大会")
    bar = page.locator(".stage-bar").bounding_box()
    assert bar is not None
    assert round(bar["y"] + bar["height"]) == 844  # under the thumb
    page.get_by_role("button", name="完成，下一项").tap()
    expect(page.locator(".run-now .now-title")).to_have_text("自由发言")
    page.get_by_role("button", name="跟随议程").tap()
    expect(wall.locator("h1")).to_have_text("自由发言")
