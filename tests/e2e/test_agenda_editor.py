"""The editor of an agenda: what is dragged with mouse or finger is done by keys and clicks too."""

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from eventapp.accounts.models import User
from eventapp.agenda.queries import items_of
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn, move_item, remove_item
from eventapp.alliance.queries import alliance_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.meetings.queries import meeting_of, rooms_of
from tests.conftest import CHROMIUM
from tests.e2e.conftest import Live, serving
from tests.factories import make_user
from tests.factories_agenda import make_item, make_published_meeting
from tests.factories_alliance import START, make_person

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PATIENCE = 20_000  # milliseconds; the machine may be busy
TITLES = ["甲", "乙", "丙", "丁", "戊"]
_slugs = count(1)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve an installation of our own."""
    with serving(tmp_path_factory.mktemp("agenda")) as live:
        yield live


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Keep one browser for every editor."""
    opened = playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--accept-lang=zh-CN"]
    )
    yield opened
    opened.close()


class Desk:
    """A meeting with five items of ten minutes, and its organiser."""

    def __init__(self, live: Live, browser: Browser) -> None:
        live.take_over()
        self.live, self.browser = live, browser
        with live.app.test_request_context():
            meeting = make_published_meeting(
                slug=f"plan-{next(_slugs)}", rooms=("报告厅", "一号厅")
            )
            self.id = meeting.id
            self.url = f"{live.base_url}/m/{meeting.slug}/desk/agenda"
            self.ids = [make_item(meeting, title, kind=Kind.OTHER).id for title in TITLES]
            self.user_id = make_user(Role.ORGANISER, meeting.scope_id).id

    def sit_down(self, **options: object) -> Page:
        """Open the editor in a browser of its own."""
        context: BrowserContext = self.browser.new_context(locale="zh-CN", **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        with self.live.app.test_request_context():
            self.live.enter(context, db.session.get_one(User, self.user_id))
        page = context.new_page()
        page.goto(self.url)
        return page

    def order(self) -> str:
        """Tell the order that the server keeps."""
        with self.live.app.test_request_context():
            return "".join(item.title for item in items_of(self.id))


@pytest.fixture
def desk(installation: Live, browser: Browser) -> Desk:
    """Prepare a meeting of the test's own."""
    return Desk(installation, browser)


def shown(page: Page) -> Locator:
    return page.locator("#plan li .agenda-title")


def grip(page: Page, title: str) -> Locator:
    return page.get_by_role("button", name=f"移动 {title}", exact=True)


def expect_order(page: Page, titles: str) -> None:
    expect(shown(page)).to_have_text(list(titles), timeout=PATIENCE)


def middle(where: Locator) -> tuple[float, float]:
    box = where.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_row_is_dragged_with_the_mouse_and_the_times_follow(desk: Desk) -> None:
    page = desk.sit_down(viewport={"width": 1280, "height": 900})
    x, y = middle(grip(page, "甲"))
    target = page.locator(f"#item-{desk.ids[2]}").bounding_box()
    assert target is not None
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=3)
    page.mouse.move(x, target["y"] + target["height"] - 4, steps=5)
    expect(page.locator(f"#item-{desk.ids[2]}.drop-after")).to_be_visible()
    page.mouse.up()
    expect_order(page, "乙丙甲丁戊")
    times = page.locator("#plan .plan-time b")
    expect(times).to_have_text(["9:00", "9:10", "9:20", "9:30", "9:40"])
    expect(grip(page, "甲")).to_be_focused()
    expect(grip(page, "甲")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#announcer")).to_contain_text("后面的时间已经顺延")
    assert desk.order() == "乙丙甲丁戊"


def test_a_drag_is_given_up_with_escape_and_a_short_one_is_no_drag(desk: Desk) -> None:
    page = desk.sit_down(viewport={"width": 1280, "height": 900})
    x, y = middle(grip(page, "戊"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 200, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect_order(page, "甲乙丙丁戊")
    assert desk.order() == "甲乙丙丁戊"


def test_a_row_is_dragged_with_a_finger(desk: Desk) -> None:
    page = desk.sit_down(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.locator("#plan").scroll_into_view_if_needed()
    grip(page, "乙").evaluate("node => node.scrollIntoView({block: 'center'})")
    x, y = middle(grip(page, "乙"))
    _, first = middle(page.locator(f"#item-{desk.ids[0]}"))
    session = page.context.new_cdp_session(page)

    def touch(kind: str, at: float | None) -> None:
        points = [] if at is None else [{"x": x, "y": at}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    for step in range(1, 9):
        touch("touchMove", y + (first - 60 - y) * step / 8)
    touch("touchEnd", None)
    expect_order(page, "乙甲丙丁戊")
    assert desk.order() == "乙甲丙丁戊"


def test_a_row_is_moved_by_keys_and_each_step_is_said(desk: Desk) -> None:
    page = desk.sit_down()
    said = page.locator("#announcer")
    grip(page, "甲").focus()
    page.keyboard.press("Space")
    expect(grip(page, "甲")).to_have_attribute("aria-pressed", "true")
    expect(said).to_contain_text("已拿起“甲”，第 1 项，共 5 项")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("第 2 项，共 5 项")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("第 3 项，共 5 项")
    assert desk.order() == "甲乙丙丁戊"
    page.keyboard.press("Space")
    expect(said).to_contain_text("后面的时间已经顺延")
    expect_order(page, "乙丙甲丁戊")
    expect(grip(page, "甲")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    expect(said).to_contain_text("第 1 项，共 5 项")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("后面的时间已经顺延")
    expect_order(page, "甲乙丙丁戊")
    expect(grip(page, "甲")).to_be_focused()
    assert desk.order() == "甲乙丙丁戊"


def test_escape_and_going_away_put_a_row_back(desk: Desk) -> None:
    page = desk.sit_down()
    for leave in ("Escape", "Tab"):
        grip(page, "丙").focus()
        page.keyboard.press("Space")
        page.keyboard.press("End")
        expect_order(page, "甲乙丁戊丙")
        page.keyboard.press(leave)
        expect_order(page, "甲乙丙丁戊")
        expect(page.locator("#announcer")).to_contain_text("没有移动")
    assert desk.order() == "甲乙丙丁戊"


def test_two_buttons_do_the_same_by_clicks_and_keep_the_place(desk: Desk) -> None:
    page = desk.sit_down()
    down = page.get_by_role("button", name="下移 甲", exact=True)
    for order in ("乙甲丙丁戊", "乙丙甲丁戊"):
        down.click()
        expect_order(page, order)
        expect(down).to_be_focused()
    page.get_by_role("button", name="撤销：移动“甲”").click()
    expect_order(page, "乙甲丙丁戊")
    page.get_by_role("button", name="上移 甲", exact=True).click()
    expect_order(page, "甲乙丙丁戊")
    expect(grip(page, "甲")).to_be_focused()
    assert desk.order() == "甲乙丙丁戊"


def test_without_a_script_the_buttons_move(desk: Desk) -> None:
    page = desk.sit_down(java_script_enabled=False)
    expect(page.locator(".plan-grip").first).to_be_hidden()
    page.get_by_role("button", name="下移 甲", exact=True).click()
    expect_order(page, "乙甲丙丁戊")
    assert desk.order() == "乙甲丙丁戊"


def test_two_editors_lose_nothing_and_a_neighbour_that_is_gone_is_said(desk: Desk) -> None:
    page = desk.sit_down()
    with desk.live.app.test_request_context():
        move_item(SYSTEM, desk.id, desk.ids[4], 1)
    page.get_by_role("button", name="移动 甲", exact=True).focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect_order(page, "戊乙甲丙丁")
    with desk.live.app.test_request_context():
        remove_item(SYSTEM, desk.id, desk.ids[2])
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#form-errors")).to_contain_text("旁边的环节刚被删除")
    expect_order(page, "戊乙甲丁")


def test_without_a_network_the_old_order_stands_and_is_said(desk: Desk) -> None:
    page = desk.sit_down()
    page.context.set_offline(True)
    grip(page, "甲").focus()
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#announcer")).to_contain_text("没有移动，议程还是原来的顺序")
    expect_order(page, "甲乙丙丁戊")


def test_a_clash_is_cleared_by_its_button_and_publishing_is_offered(desk: Desk) -> None:
    with desk.live.app.test_request_context():
        meeting = meeting_of(desk.id)
        side = rooms_of(desk.id)[1].id
        person = make_person(alliance_of(meeting.alliance_id), "王磊")
        who = [PersonIn("guest", "王磊", "", person.id)]
        make_item(meeting, "己", kind=Kind.OTHER, people=who, minutes=30)
        make_item(meeting, "庚", kind=Kind.OTHER, people=who, room_id=side, fixed_at=START)
        make_item(meeting, "辛", kind=Kind.OTHER, people=who, fixed_at=START, minutes=5)
    page = desk.sit_down()
    publish = page.get_by_role("link", name="发布第 1 版")
    expect(publish).to_have_count(0)
    marks = page.locator(".plan-finding.plan-block_publish .button")
    for _ in range(9):
        if not marks.count():
            break
        before = page.locator("#plan").inner_text()
        marks.first.click()
        expect(page.locator("#plan")).not_to_have_text(before, use_inner_text=True)
    expect(marks).to_have_count(0)
    expect(publish).to_be_visible()
