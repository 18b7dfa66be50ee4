"""Moving people in a plan of seating: by dragging, by two clicks, by keys, and without a script."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eventapp.core.access import SYSTEM, Role
from eventapp.meetings.queries import meeting_of
from eventapp.registration.rules import Category
from eventapp.seating.queries import left_to_right
from eventapp.seating.rules import Kind
from eventapp.seating.service import create_plan
from tests.e2e.conftest import Live
from tests.e2e.test_accessibility import PATIENCE, keep_picture
from tests.factories import make_user
from tests.factories_registration import make_meeting, make_registration

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NAMES = ("赵明一", "钱明二", "孙明三", "李明四", "周明五")


@dataclass
class Podium:
    """A podium of five, and the page of the organiser who looks at it."""

    live: Live
    page: Page
    meeting_id: int
    plan_id: int
    url: str

    def sitter(self, name: str) -> Locator:
        """Find somebody in the picture that can be moved."""
        return self.page.locator("[data-seats] a.sitter").filter(has_text=name)

    @property
    def shown(self) -> str:
        """Tell who sits from left to right as the page shows it."""
        names = self.page.locator("[data-seats] .sitter-name").all_text_contents()
        return "".join(name[-1] for name in names)

    @property
    def kept(self) -> str:
        """Tell who sits from left to right as the database has it."""
        with self.live.app.app_context():
            (row,) = left_to_right(meeting_of(self.meeting_id), self.plan_id)
            return "".join(one.name[-1] for one in row.people)

    def expect_order(self, order: str) -> None:
        """Wait until the page shows an order, and find it kept. A name's last character each."""
        words = re.compile(".*".join(f"明{last}" for last in order), re.DOTALL)
        expect(self.page.locator("[data-seats] svg")).to_contain_text(words, timeout=PATIENCE)
        assert self.kept == self.shown == "".join(order)


def podium(live: Live, browser: Browser, width: int, **options: Any) -> Podium:
    """Seat five leaders and let their organiser look, on a phone or at a desk."""
    with live.app.test_request_context():
        meeting = make_meeting()
        meeting_id, slug = meeting.id, meeting.slug
        for name in NAMES:
            make_registration(meeting, name, category=Category.LEADER)
        plan_id = create_plan(SYSTEM, meeting_id, kind=Kind.PODIUM, title="主席台")
        context = browser.new_context(
            locale="zh-CN", viewport={"width": width, "height": 844}, **options
        )
        live.enter(context, make_user(Role.ORGANISER, meeting_of(meeting_id).scope_id))
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    url = f"{live.base_url}/m/{slug}/desk/seating/{plan_id}"
    page.goto(url)
    return Podium(live, page, meeting_id, plan_id, url)


def centre(podium: Podium, name: str) -> tuple[float, float]:
    box = podium.sitter(name).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("width", [390, 1280])
def test_somebody_is_dragged_onto_another_and_they_swap(
    live: Live, launch: Callable[..., Browser], width: int
) -> None:
    seats = podium(live, launch(), width)
    seats.expect_order("五三一二四")
    seats.sitter("赵明一").scroll_into_view_if_needed()
    mouse = seats.page.mouse
    mouse.move(*centre(seats, "赵明一"))
    mouse.down()
    mouse.move(*centre(seats, "孙明三"), steps=6)
    expect(seats.page.locator(".spot.is-target")).to_have_count(1)
    mouse.move(*centre(seats, "李明四"), steps=6)
    mouse.up()
    seats.expect_order("五三四二一")
    assert seats.page.url == seats.url
    keep_picture(seats.page, f"seating-dragged-{width}")
    # A drag that ends nowhere, and one that never leaves, move nobody.
    mouse.move(*centre(seats, "钱明二"))
    mouse.down()
    mouse.move(5, 5, steps=4)
    mouse.up()
    seats.expect_order("五三四二一")
    expect(seats.page.locator(".is-chosen")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_two_clicks_swap_two_people_and_a_step_is_undone(
    live: Live, launch: Callable[..., Browser], width: int
) -> None:
    seats = podium(live, launch(), width)
    seats.sitter("周明五").click()
    expect(seats.sitter("周明五")).to_have_attribute("aria-current", "true")
    expect(seats.page.locator("#announcer")).to_contain_text("已选周明五")
    seats.sitter("周明五").click()
    expect(seats.page.locator(".is-chosen")).to_have_count(0)
    seats.sitter("周明五").click()
    seats.sitter("赵明一").click()
    seats.expect_order("一三五二四")
    expect(seats.page.locator("#announcer")).to_contain_text(
        "已移动：周明五，左起第 3 位，手动指定"
    )
    seats.page.get_by_role("button", name="撤销上一步").click()
    seats.expect_order("五三一二四")


def test_keys_alone_move_somebody(live: Live, launch: Callable[..., Browser]) -> None:
    seats = podium(live, launch(), 1280)
    page = seats.page
    page.locator("[data-seats]").focus()
    page.keyboard.press("Tab")
    expect(seats.sitter("周明五")).to_be_focused()
    page.keyboard.press("Enter")
    expect(seats.sitter("周明五")).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".is-chosen")).to_have_count(0)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    expect(seats.sitter("赵明一")).to_be_focused()
    page.keyboard.press("Enter")
    seats.expect_order("一三五二四")
    expect(seats.sitter("周明五")).to_be_focused()


def test_a_finger_that_rests_drags_and_one_that_moves_on_scrolls(
    live: Live, launch: Callable[..., Browser]
) -> None:
    seats = podium(live, launch(), 390, has_touch=True, is_mobile=True)
    seats.sitter("赵明一").scroll_into_view_if_needed()
    session = seats.page.context.new_cdp_session(seats.page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", *centre(seats, "赵明一"))
    expect(seats.page.locator(".is-dragging")).to_have_count(1)
    touch("touchMove", *centre(seats, "钱明二"))
    touch("touchMove", *centre(seats, "李明四"))
    touch("touchEnd")
    seats.expect_order("五三四二一")
    x, y = centre(seats, "赵明一")
    touch("touchStart", x, y)
    for step in range(1, 6):
        touch("touchMove", x, y - 30 * step)
    touch("touchEnd")
    expect(seats.page.locator(".is-dragging")).to_have_count(0)
    seats.expect_order("五三四二一")


def test_without_a_script_a_name_leads_to_the_form(
    live: Live, launch: Callable[..., Browser]
) -> None:
    seats = podium(live, launch(), 390, java_script_enabled=False)
    page = seats.page
    seats.sitter("周明五").click()
    expect(page.locator("#move-key")).to_have_value(re.compile(r"r\d+"))
    assert page.locator("#move-key option:checked").text_content() == "5. 周明五"
    page.locator("#move-place").select_option(label="左起第 3 位 赵明一")
    page.get_by_role("button", name="对调").click()
    seats.expect_order("一三五二四")


def test_who_was_slower_is_told_and_sees_the_newest(
    live: Live, launch: Callable[..., Browser]
) -> None:
    seats = podium(live, launch(), 1280)
    other = seats.page.context.new_page()
    other.goto(seats.url)
    seats.sitter("赵明一").click()
    seats.sitter("周明五").click()
    seats.expect_order("一三五二四")
    slow = Podium(live, other, seats.meeting_id, seats.plan_id, seats.url)
    slow.sitter("孙明三").click()
    slow.sitter("钱明二").click()
    expect(other.get_by_role("alert")).to_contain_text("别人刚刚改动了这份座次", timeout=PATIENCE)
    slow.expect_order("一三五二四")
