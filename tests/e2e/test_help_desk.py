"""The help desk as its supervisor works it: a unit in two taps, keys alone, somebody unexpected."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.registration.models import Pass
from tests import factories_registration
from tests.e2e.conftest import Live
from tests.e2e.test_accessibility import PATIENCE, keep_picture
from tests.factories import make_user
from tests.factories_checkin import Door, make_door, make_registration

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Desk:
    """A help desk at a gate, with the page of its supervisor."""

    door: Door
    page: Page
    base: str

    def go(self, path: str) -> None:
        """Open one of the door's pages."""
        self.page.goto(f"{self.base}/m/{self.door.slug}/door{path}")


def at_desk(live: Live, browser: Browser, language: str = "zh-CN") -> Desk:
    """Hold a meeting and let its supervisor in on a phone."""
    with live.app.test_request_context():
        door = make_door()
        context = browser.new_context(locale=language, viewport={"width": 390, "height": 844})
        live.enter(context, make_user(Role.DOOR_SUPERVISOR, door.scope_id))
    return Desk(door, context.new_page(), live.base_url)


def registered(live: Live, door: Door, *names: str, unit: str = "") -> list[str]:
    """Register people of one unit; tell their typed codes."""
    with live.app.test_request_context():
        unit_id = factories_registration.make_unit(door.alliance_id, unit) if unit else None
        people = [
            factories_registration.make_person(door.alliance_id, name, unit_id).id for name in names
        ]
        ids = [make_registration(door, person_id=one, organisation_id=unit_id) for one in people]
        return [db.session.get_one(Pass, one).code for one in ids]


@pytest.mark.parametrize("scripted", [True, False])
def test_whole_unit_comes_in_two_taps_after_one_of_it_was_scanned(
    live: Live, launch: Callable[..., Browser], scripted: bool
) -> None:
    desk = at_desk(live, launch())
    unit = f"黄蓝环保装备有限公司{'甲' if scripted else '乙'}"
    code = registered(live, desk.door, "张堃", "王磊", "孙丽", unit=unit)[0]
    page = desk.page
    if not scripted:
        page = desk.page.context.browser.new_context(  # type: ignore[union-attr]
            java_script_enabled=False,
            viewport={"width": 390, "height": 844},
            storage_state=desk.page.context.storage_state(),
        ).new_page()
    page.goto(f"{desk.base}/m/{desk.door.slug}/door?gate={desk.door.gate_id}")
    page.locator("#typing summary").click()
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=code]").press("Enter")
    expect(page.locator("#verdict")).to_contain_text("张堃", timeout=PATIENCE)
    keep_picture(page, f"unit-verdict-{scripted}")
    page.get_by_role("link", name="本单位还有 2 人未到").click()
    page.get_by_role("button", name="未到的 2 人全部入场").click()
    expect(page.get_by_role("status")).to_contain_text("已处理 2 人，放行 2 人。", timeout=PATIENCE)
    expect(page.locator("main")).to_contain_text("本单位已到 3/3", timeout=PATIENCE)
    keep_picture(page, f"unit-done-{scripted}")


def test_keys_alone_find_admit_and_reach_the_badge(
    live: Live, launch: Callable[..., Browser]
) -> None:
    desk = at_desk(live, launch())
    registered(live, desk.door, "欧阳建国", "刘雪梅")
    desk.go(f"/find?gate={desk.door.gate_id}")
    page = desk.page
    page.get_by_role("searchbox").focus()
    page.keyboard.type("oyjg")
    page.keyboard.press("Enter")
    expect(page.locator(".found > li")).to_have_count(1, timeout=PATIENCE)
    press_until(page, "登记入场")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("请进", timeout=PATIENCE)
    keep_picture(page, "found-admitted")
    press_until(page, "打印胸卡")
    page.go_back()
    expect(page.locator(".found-state")).to_contain_text("从东门入场", timeout=PATIENCE)


def press_until(page: Page, words: str) -> None:
    """Press the key that goes on until something with these words has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator("*:focus")
        if focused.count() and words in focused.inner_text():
            return
    pytest.fail(f"no key leads to {words}")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_somebody_unexpected_is_registered_asked_about_admitted_and_replaced(
    live: Live, launch: Callable[..., Browser], language: str
) -> None:
    desk = at_desk(live, launch(f"--accept-lang={language}"), language)
    chinese = language == "zh-CN"
    unit = f"海岳新材料科技有限公司{language}"
    registered(live, desk.door, "王磊", unit=unit)
    with live.app.test_request_context():
        members = factories_registration.make_unit(desk.door.alliance_id, f"{unit}二")
        factories_registration.make_person(desk.door.alliance_id, "慕容知秋", members)
    page = desk.page
    desk.go(f"/find?gate={desk.door.gate_id}&text=慕容知秋")
    keep_picture(page, f"nobody-found-{language}")
    page.get_by_role("link", name="现场报名" if chinese else "Register at the door").click()
    expect(page.locator("[name=name]")).to_have_value("慕容知秋", timeout=PATIENCE)
    page.locator("[name=unit]").fill(f"{unit}二")
    page.locator("[name=phone]").fill("13900001234" if chinese else "13900005678")
    page.locator("[name=category][value=guest]").check()
    page.locator("[name=consent]").check()
    admit = page.get_by_role("button", name="报名并入场" if chinese else "Register and admit")
    admit.click()
    expect(page.locator("#word-error")).to_be_visible(timeout=PATIENCE)
    keep_picture(page, f"word-needed-{language}")
    page.locator("[name=word]").fill("随行翻译，领导同意")
    page.locator("[name=consent]").check()
    admit.click()
    expect(page.locator("#alike")).to_be_visible(timeout=PATIENCE)
    keep_picture(page, f"alike-{language}")
    page.locator("[name=same][value='0']").check()
    page.locator("[name=consent]").check()
    admit.click()
    expect(page.locator("#verdict")).to_contain_text(
        "请进" if chinese else "Please come in", timeout=PATIENCE
    )
    keep_picture(page, f"walked-in-{language}")
    page.locator("summary").first.click()
    keep_picture(page, f"reissue-{language}")
    desk.go(f"/find?gate={desk.door.gate_id}&text=王磊")
    page.get_by_role("link", name="更多" if chinese else "More").click()
    page.get_by_role("link", name="换人" if chinese else "somebody else").click()
    page.locator("[name=name]").fill("李娜")
    page.locator("[name=phone]").fill("13911100009" if chinese else "13911100019")
    page.locator("[name=reason]").fill("原代表临时出差")
    page.locator("[name=consent]").check()
    keep_picture(page, f"substitute-filled-{language}")
    page.get_by_role("button", name="换人并入场" if chinese else "Substitute and admit").click()
    expect(page.locator("#verdict")).to_contain_text("李娜", timeout=PATIENCE)
    keep_picture(page, f"substituted-{language}")
