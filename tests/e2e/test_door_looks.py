"""Every state of the door: axe finds nothing, nothing overflows, the keyboard reaches it all."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from eventapp.accounts.models import Device
from eventapp.accounts.service import revoke_device
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.registration.models import Pass
from tests.e2e.door_hall import FILL, Hall, verdict
from tests.e2e.phone import SCREEN, modules, scan
from tests.e2e.test_accessibility import AXE, evaluate, faults, keep_picture

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
ZOOMED = 320  # CSS pixels of a window of 1280 at 400 %
ONLINE = "() => void window.dispatchEvent(new Event('online'))"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_state_of_the_door_is_accessible_and_fits(hall: Hall, language: str) -> None:
    hall.phone.language = language
    page = hall.enter()
    evaluate(page, AXE + ";0")
    broken: list[str] = []

    def look(name: str) -> None:
        page.wait_for_timeout(300)  # until the verdict has come to rest
        for width in (SCREEN["width"], ZOOMED):
            broken.extend(f"{name}: {fault}" for fault in faults(page, language, "dark", width))
        page.set_viewport_size(SCREEN)  # pyright: ignore[reportArgumentType]
        keep_picture(page, f"door-{name}-{language}")

    look("start")
    who, inside, later, twice = (hall.next() for _ in range(4))
    scan(page, hall.texts[who])
    verdict(page, "admitted", "server")
    look("online")
    hall.admit_elsewhere(inside)
    scan(page, hall.texts[inside])
    verdict(page, "already_inside", "server")
    look("inside")
    scan(page, "https://example.com/not-a-pass-of-ours-but-something-long-enough")
    verdict(page, "unreadable", "server")
    look("refused")
    hall.leave_network(page)
    scan(page, hall.texts[later])
    verdict(page, "admitted", "phone")
    look("alone")
    with hall.live.app.app_context():
        code = db.session.get_one(Pass, hall.next()).code
    page.locator("#typing summary").click()
    look("typing")
    page.locator("[name=code]").fill(code)
    page.locator("#code-form button").click()
    expect(page.locator(".verdict-unnamed")).to_be_visible()
    look("unnamed")
    page.locator("#undo summary").click()
    look("undo")
    page.locator("#undo summary").click()
    hall.admit_elsewhere(twice)
    scan(page, hall.texts[twice])
    modules(page, FILL, {"texts": [hall.texts[hall.next()]], "gate": 999_999})
    page.locator("#unsent summary").click()
    with page.expect_download():
        page.locator("#save-queue").click()
    look("saved")
    page.locator("#unsent summary").click()
    hall.net.come_back()
    page.evaluate(ONLINE)
    expect(page.locator(".alarm")).to_have_count(1)
    look("alarm")
    page.locator("#unsent summary").click()
    look("stuck")
    page.locator("#unsent summary").click()
    page.locator("#more summary").click()
    page.locator("#leave button").click()
    look("leaving")
    with hall.live.app.app_context():
        revoke_device(SYSTEM, hall.door.scope_id, _device_of(hall))
    page.evaluate(ONLINE)
    expect(page.locator("#state")).to_have_attribute("data-state", "revoked")
    look("revoked")
    assert broken == []
    assert hall.phone.noise == []


def _device_of(hall: Hall) -> int:
    return next(
        one.id
        for one in db.session.query(Device).filter_by(scope_id=hall.door.scope_id)
        if one.revoked_at is None
    )


def test_keyboard_reaches_and_works_every_part_of_the_door(hall: Hall) -> None:
    page = hall.enter()
    hall.leave_network(page)
    scan(page, hall.texts[hall.next()])
    verdict(page, "admitted", "phone")
    press = _presser(page)
    assert press("Tab", until="#unsent > summary")
    page.keyboard.press("Enter")
    assert press("Tab", until="#save-queue")
    assert press("Tab", until="#start")
    assert press("Tab", until="#typing > summary")
    page.keyboard.press("Enter")
    assert press("Tab", until="[name=code]")
    page.keyboard.type("0000-0000")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).not_to_have_attribute("data-verdict", "admitted")
    assert press("Tab", until="#more > summary")
    page.keyboard.press("Enter")
    assert press("Tab", until="#leave button")


def _presser(page: Page) -> Callable[..., bool]:
    def press(key: str, *, until: str) -> bool:
        for _ in range(20):
            page.keyboard.press(key)
            if page.evaluate(f"() => document.activeElement.matches({until!r})"):
                return True
        return False

    return press
