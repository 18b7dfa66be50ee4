"""The kiosk in a real browser: it hides everybody after five seconds, and a finger can sign."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, ViewportSize, expect

from eventapp.checkin.models import DoorSignature, Scan
from eventapp.checkin.rules import Method, Verdict
from eventapp.checkin.service import set_signing
from eventapp.core import files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from tests.e2e.conftest import Live
from tests.factories import make_user
from tests.factories_checkin import (
    Door,
    make_door,
    make_door_staff,
    make_registration,
    make_unit,
    pass_text,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; the machine may be busy


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("MENGHUI_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def open_kiosk(live: Live, browser: Browser, door: Door) -> Page:
    """Lock a browser to self check-in, as its supervisor does it."""
    context = browser.new_context(viewport=TABLET, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    with live.app.test_request_context():
        live.enter(context, make_user(Role.DOOR_SUPERVISOR, door.scope_id))
    page = context.new_page()
    page.goto(f"{live.base_url}/m/{door.slug}/kiosk")
    page.get_by_role("button", name="东门").click()
    expect(page.locator("#code-form")).to_be_visible()
    return page


def write(page: Page) -> None:
    """Draw two strokes on the pad."""
    box = page.locator("#sign-pad").bounding_box()
    assert box is not None
    for start, end in (((0.2, 0.3), (0.8, 0.5)), ((0.5, 0.2), (0.4, 0.9))):
        page.mouse.move(box["x"] + box["width"] * start[0], box["y"] + box["height"] * start[1])
        page.mouse.down()
        page.mouse.move(
            box["x"] + box["width"] * end[0], box["y"] + box["height"] * end[1], steps=8
        )
        page.mouse.up()


def test_nothing_of_the_last_person_is_left_after_five_seconds(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        text = pass_text(make_registration(door, "欧阳建国", organisation_id=make_unit()))
    page = open_kiosk(live, launch(), door)
    broken: list[str] = []
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    page.clock.install()
    page.reload()
    expect(page.locator("#start")).to_be_visible()
    page.locator("[name=code]").fill(text)
    page.locator("#code-form button").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("欧阳建国", timeout=PATIENCE)
    expect(verdict).to_contain_text("签到成功")
    picture(page, "kiosk-verdict")
    page.clock.run_for(4000)
    expect(verdict).to_be_visible()
    page.clock.run_for(1500)
    expect(verdict).to_be_hidden()
    for told in ("欧阳建国", "黄蓝环保", text):
        assert told not in page.content()
    assert page.locator("[name=code]").input_value() == ""
    page.go_back()
    page.go_forward()
    assert "欧阳建国" not in page.content()
    assert broken == []
    with live.app.app_context():
        mine = Scan.scope_id == door.scope_id
        row = db.session.execute(sa.select(Scan.verdict, Scan.method).where(mine)).one()
        assert tuple(row) == (Verdict.ADMITTED, Method.KIOSK)


def test_a_finger_signs_at_the_gate_and_the_next_scan_waits_for_it(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        set_signing(SYSTEM, door.meeting_id, signs=True)
        first = make_registration(door, "刘雪梅")
        text, other = pass_text(first), pass_text(make_registration(door, "张堃"))
    context = launch().new_context(viewport=PHONE, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    with live.app.test_request_context():
        live.enter(context, make_door_staff(door))
    page = context.new_page()
    page.goto(f"{live.base_url}/m/{door.slug}/door?gate={door.gate_id}")
    expect(page.locator("#start")).to_be_visible()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("#sign")).to_be_visible(timeout=PATIENCE)
    page.locator("#sign-done").click()
    expect(page.locator("#sign-line")).to_contain_text("还没有签名")
    write(page)
    picture(page, "sign-pad")
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("刘雪梅")
    page.locator("#sign-done").click()
    expect(page.locator("#sign")).to_be_hidden()
    with live.app.app_context():
        row = db.session.execute(sa.select(DoorSignature)).scalar_one()
        assert row.registration_id == first
        assert files.read(row.digest).decode().count("<path") == 2
    page.keyboard.type(other)
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("张堃", timeout=PATIENCE)
    page.locator("#sign-skip").click()
    expect(page.locator("#sign")).to_be_hidden()
