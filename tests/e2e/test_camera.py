"""The door in a real browser: a camera that sees a pass, a scanner that types, a code by hand."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, expect

from eventapp.checkin.models import Scan
from eventapp.checkin.rules import Method, Verdict
from eventapp.core.db import db
from eventapp.registration.models import Pass
from eventapp.web.qr import qr_png
from tests.e2e.conftest import Live
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
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; the machine may be busy


def film(text: str, folder: Path) -> Path:
    """Film a pass as a camera would see it, centred on grey; two seconds without a movement."""
    width, height, pictures = 640, 480, 20
    scene = Image.new("L", (width, height), "grey")
    with Image.open(BytesIO(qr_png(text, 8))) as code:
        scene.paste(code.convert("L").resize((360, 360)), (140, 60))
    colourless = bytes([128]) * (width * height // 2)
    video = folder / "pass.y4m"
    video.write_bytes(
        f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode()
        + (b"FRAME\n" + scene.tobytes() + colourless) * pictures
    )
    return video


def open_door(live: Live, browser: Browser, door: Door, **options: object) -> Page:
    """Open the door's page as its staff."""
    context = browser.new_context(viewport=PHONE, **options)  # pyright: ignore[reportArgumentType]
    context.set_default_timeout(PATIENCE)
    with live.app.test_request_context():
        live.enter(context, make_door_staff(door))
    page = context.new_page()
    page.goto(f"{live.base_url}/m/{door.slug}/door")
    page.get_by_role("button", name="东门").click()
    return page


def admitted(live: Live, door: Door) -> list[tuple[Verdict, Method]]:
    with live.app.app_context():
        rows = db.session.execute(
            sa.select(Scan.verdict, Scan.method)
            .where(Scan.scope_id == door.scope_id)
            .order_by(Scan.seq)
        )
        return [(row.verdict, row.method) for row in rows]


def test_camera_reads_a_pass_and_admits_under_the_real_policy(
    live: Live, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    with live.app.app_context():
        door = make_door()
        text = pass_text(make_registration(door, "欧阳建国", organisation_id=make_unit()))
    browser = launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film(text, tmp_path)}",
    )
    page = open_door(live, browser, door)
    broken: list[str] = []
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("欧阳建国", timeout=PATIENCE)
    expect(verdict).to_have_attribute("data-verdict", "admitted")
    expect(page.locator("[data-count=arrived]")).to_have_text("1")
    expect(page.locator("#scans li")).to_have_count(1, timeout=PATIENCE)
    assert broken == []
    assert admitted(live, door) == [(Verdict.ADMITTED, Method.QR)]


def test_scanner_that_types_in_lower_case_admits_wherever_the_focus_is(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        text = pass_text(make_registration(door, "张堃"))
    page = open_door(live, launch(), door)
    expect(page.locator("#start")).to_be_visible()
    page.keyboard.type(text.lower())
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_contain_text("张堃", timeout=PATIENCE)
    assert admitted(live, door) == [(Verdict.ADMITTED, Method.WEDGE)]


def test_lost_answer_is_shown_by_the_phone_and_is_no_second_scan(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        registration_id = make_registration(door, "张堃")
        code = db.session.get_one(Pass, registration_id).code
    page = open_door(live, launch(), door)
    expect(page.locator("#state")).to_have_attribute("data-state", "online")
    lost: list[str] = []

    def lose(route) -> None:
        lost.append(route.fetch().text())  # the server has answered; the phone never hears it
        route.abort()

    page.route("**/api/v1/meetings/*/scans", lose)
    page.locator("#typing summary").click()
    page.locator("[name=code]").fill(code)
    page.locator("#code-form button").click()
    expect(page.locator("#verdict")).to_have_attribute("data-by", "phone", timeout=PATIENCE)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "admitted")
    expect(page.locator("#unsent")).to_be_hidden(timeout=PATIENCE)
    expect(page.locator("#scans")).to_contain_text("张堃")
    assert len(lost) == 1
    assert page.locator(".alarm").count() == 0
    assert admitted(live, door) == [(Verdict.ADMITTED, Method.TYPED_CODE)]


def type_composing(page: Page, keys: CDPSession, text: str) -> None:
    """Type as a scanner does while a Chinese input method composes in the field of the code."""
    page.locator("[name=code]").fill("")
    page.locator("[name=code]").focus()
    for at, letter in enumerate(text):
        code = f"Digit{letter}" if letter.isdigit() else f"Key{letter}"
        # 229: the browser says of a key that it went to the input method.
        key = {"type": "rawKeyDown", "key": "Process", "code": code, "windowsVirtualKeyCode": 229}
        keys.send("Input.dispatchKeyEvent", key)
        if at % 8 == 0:  # each message takes its time, and a scanner must not seem to be a person
            composed = text[: at + 1].lower()
            composition = {"text": composed, "selectionStart": at + 1, "selectionEnd": at + 1}
            keys.send("Input.imeSetComposition", composition)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    page.wait_for_timeout(400)  # longer than the pause that ends a code


def test_scanner_is_read_by_the_keys_places_while_chinese_is_being_composed(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        text = pass_text(make_registration(door, "张堃"))
    page = open_door(live, launch(), door)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#typing summary").click()
    keys = page.context.new_cdp_session(page)
    for _attempt in range(5):  # a machine that stalled between two keys is held to the code again
        type_composing(page, keys, text)
        if page.locator("[name=code]:focus").count() == 0:  # the code was read as a scanner's
            break
    expect(page.locator("#verdict")).to_contain_text("张堃", timeout=PATIENCE)
    assert admitted(live, door) == [(Verdict.ADMITTED, Method.WEDGE)]


def test_photo_of_a_pass_is_read_where_no_camera_opens(
    live: Live, launch: Callable[..., Browser], tmp_path: Path
) -> None:
    with live.app.app_context():
        door = make_door()
        text = pass_text(make_registration(door, "张堃"))
    scene = Image.new("RGB", (3000, 4000), "grey")
    with Image.open(BytesIO(qr_png(text, 8))) as code:
        scene.paste(code.convert("RGB").resize((1100, 1100)), (900, 1500))
    scene.save(tmp_path / "photo.jpg")
    page = open_door(live, launch(), door, user_agent="Mozilla/5.0 MicroMessenger/8.0")
    expect(page.locator("#in-app")).to_contain_text("在浏览器打开")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.locator("#more summary").click()
    page.locator("[data-photo]").set_input_files(tmp_path / "photo.jpg")
    expect(page.locator("#verdict")).to_contain_text("张堃", timeout=PATIENCE)
    Image.new("RGB", (600, 600), "white").save(tmp_path / "nothing.jpg")
    page.locator("[data-photo]").set_input_files(tmp_path / "nothing.jpg")
    expect(page.locator("#line")).to_contain_text("没有找到二维码", timeout=PATIENCE)


def test_one_of_several_cameras_is_chosen_and_remembered(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
    browser = launch(
        "--use-fake-device-for-media-stream=device-count=2", "--use-fake-ui-for-media-stream"
    )
    page = open_door(live, browser, door, permissions=["camera"])
    which = page.locator("#which-camera")
    page.locator("#more summary").click()
    expect(which.locator("option")).to_have_count(2, timeout=PATIENCE)
    other = which.locator("option").nth(1).get_attribute("value")
    assert other
    which.select_option(other)
    expect(which).to_have_value(other)
    page.reload()
    page.locator("#more summary").click()
    expect(which).to_have_value(other, timeout=PATIENCE)
    open_now = "() => document.getElementById('video').srcObject.getVideoTracks()[0]"
    assert page.evaluate(f"({open_now})().getSettings().deviceId") == other
    page.evaluate(f"({open_now})().dispatchEvent(new Event('ended'))")
    expect(page.locator("#camera")).not_to_have_class("camera camera-off", timeout=PATIENCE)


def test_typed_code_admits_and_can_be_undone_without_a_script(
    live: Live, launch: Callable[..., Browser]
) -> None:
    with live.app.app_context():
        door = make_door()
        registration_id = make_registration(door, "刘雪梅")
        code = db.session.get_one(Pass, registration_id).code
    page = open_door(live, launch(), door, java_script_enabled=False)
    page.locator("#typing summary").click()
    page.locator("[name=code]").fill(code)
    page.locator("#code-form button").click()
    expect(page.locator("#verdict")).to_contain_text("刘雪梅")
    page.locator("#undo summary").click()
    page.locator("[name=reason]").fill("误扫")
    page.locator("#undo-form button").click()
    expect(page.locator(".flash")).to_contain_text("已撤销")
    assert admitted(live, door) == [
        (Verdict.ADMITTED, Method.TYPED_CODE),
        (Verdict.LEFT, Method.MANUAL),
    ]
