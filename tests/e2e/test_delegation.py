"""A liaison's two minutes: ten people pasted, two errors put right, everybody sent.

Each press, each field filled and each tick is an interaction; twelve are allowed. The same road
is walked without a script, and a browser that is killed while somebody types loses nothing.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.registration.queries import registrations_of
from eventapp.registration.service import set_liaison
from tests.e2e.conftest import Live, serving
from tests.factories_registration import make_meeting, make_unit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ALLOWED = 12
PATIENCE = 20_000  # milliseconds; the machine may be busy
NAMES = ["张晓明", "李娜", "王磊", "赵敏", "孙悦", "周敏", "吴刚", "郑洁", "冯远", "陈曦"]
PEOPLE = "姓名\t职务\t手机\n" + "\n".join(
    f"{name}\t处长\t{'1391111' if place != 3 else '139111'}{place:04d}"
    for place, name in enumerate(NAMES, start=1)
).replace("孙悦", "")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve an installation of our own."""
    with serving(tmp_path_factory.mktemp("delegation")) as live:
        yield live


class Liaison:
    """A liaison at the page of a unit, who counts what has to be done."""

    def __init__(self, live: Live, browser: Browser, **options: object) -> None:
        with live.app.test_request_context():
            meeting = make_meeting()
            self.meeting_id = meeting.id
            unit = make_unit(meeting.alliance_id)
            delegation = set_liaison(SYSTEM, meeting.id, unit, quota=12).id
            link = link_of(meeting.scope_id, Role.LIAISON, delegation)
            assert link is not None
            self.tokens = {f"{Role.LIAISON}:{link.id}": open_link(link_token(link))}
            self.url = f"{live.base_url}/m/{meeting.slug}/delegation"
        self.live, self.browser, self.options, self.count = live, browser, options, 0
        self.context: BrowserContext
        self.page = self.sit_down()

    def sit_down(self) -> Page:
        """Take a browser with nothing but the link's sign-in."""
        self.context = self.browser.new_context(**self.options)  # pyright: ignore[reportArgumentType]
        self.context.set_default_timeout(PATIENCE)
        with self.live.app.test_request_context():
            self.live.hold(self.context, self.tokens)
        page = self.context.new_page()
        page.goto(self.url)
        return page

    def fill(self, field: Locator, text: str) -> None:
        field.fill(text)
        self.count += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.count += 1

    def registered(self) -> list[str]:
        with self.live.app.app_context():
            return [row.name for row in registrations_of(self.meeting_id)]

    def keep(self, name: str) -> None:
        if folder := os.environ.get("MENGHUI_SCREENSHOTS"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("width", [390, 1280])
def test_ten_people_are_pasted_put_right_and_sent_in_twelve_interactions(
    installation: Live, launch: Callable[..., Browser], script: bool, width: int
):
    browser = launch()
    size = {"width": width, "height": 844}
    liaison = Liaison(
        installation, browser, viewport=size, locale="zh-CN", java_script_enabled=script
    )
    page = liaison.page
    liaison.keep(f"unit-{width}-{script}")
    liaison.fill(page.get_by_label("从表格粘贴"), PEOPLE)
    liaison.press("读取名单")
    wrong = page.locator(".grid [aria-invalid]")
    expect(wrong).to_have_count(2)
    liaison.keep(f"list-{width}-{script}")
    for cell, text in (("第 3 行手机号", "13911110003"), ("第 5 行姓名", "孙悦")):
        field = page.get_by_label(cell)
        described = page.locator(f"[id='{field.get_attribute('aria-describedby')}']")
        expect(described.locator(".field-error")).to_be_visible()
        liaison.fill(field, text)
    if script:
        expect(wrong).to_have_count(0)  # the server has read them, and kept them
    page.get_by_role("checkbox").check()
    liaison.count += 1
    liaison.press("提交名单")
    expect(page.get_by_text("已提交 10 人")).to_be_visible()
    liaison.keep(f"sent-{width}-{script}")
    assert liaison.registered() == NAMES
    assert liaison.count <= ALLOWED, liaison.count
    assert liaison.count == 6
    expect(page.get_by_text("/l/").first).to_be_attached()


def test_a_killed_browser_loses_nothing_of_what_was_kept(
    installation: Live, launch: Callable[..., Browser]
):
    liaison = Liaison(installation, launch(), locale="zh-CN")
    liaison.press("逐个填写")
    liaison.page.get_by_label("第 1 行姓名").fill("慕容知夏")
    liaison.page.get_by_label("第 1 行手机号").fill("139")
    expect(liaison.page.locator("#list-kept")).to_have_text("已保存")
    expect(liaison.page.get_by_label("第 1 行手机号")).to_have_attribute("aria-invalid", "true")
    liaison.context.close()
    page = liaison.sit_down()
    page.get_by_role("link", name="继续填写名单").click()
    expect(page.get_by_label("第 1 行姓名")).to_have_value("慕容知夏")
    expect(page.get_by_label("第 1 行手机号")).to_have_value("139")


def test_the_whole_road_goes_by_keys_alone(installation: Live, launch: Callable[..., Browser]):
    liaison = Liaison(installation, launch(), locale="zh-CN")
    page = liaison.page
    tab_to(page, "textarea")
    page.keyboard.insert_text(PEOPLE)
    tab_to(page, "form[action$='/rows'] button.button-primary")
    page.keyboard.press("Enter")
    expect(page.locator(".grid")).to_be_visible()
    tab_to(page, "[id='name.5']")
    page.keyboard.insert_text("孙悦")
    tab_to(page, "[id='phone.3']", back=True)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("13911110003")
    tab_to(page, "#consent")
    page.keyboard.press("Space")
    tab_to(page, "button[value=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已提交 10 人")).to_be_visible()
    assert sorted(liaison.registered()) == sorted(NAMES)


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press the tabulator until something has the focus; what cannot be reached fails."""
    wanted = page.locator(selector).first
    for _press in range(120):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted.evaluate("node => node === document.activeElement"):
            return
    pytest.fail(f"{selector} is not reached by keys")
