"""Registering alone, as a person does it: one page, few fields, under a minute of typing.

The keys are those of an input method: a Chinese name takes its pinyin and one key that chooses.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from eventapp.core.access import SYSTEM
from eventapp.registration.queries import answers_of, registrations_of
from eventapp.registration.rules import Preset
from eventapp.registration.service import add_preset
from tests.conftest import CHROMIUM
from tests.e2e.conftest import Live
from tests.factories_registration import make_meeting, make_unit

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SECOND_PER_KEY = 0.6
"""A slow thumb: forty words a minute are half of that."""
PINYIN_KEYS = {"王磊": len("wanglei") + 1, "东营职业": len("dongyingzhiye") + 1}


class Hand:
    """A hand on a phone's keyboard, which counts what it does."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.taps = page, 0, 0

    def type(self, name: str, text: str) -> None:
        """Tap a field and type into it."""
        self.taps += 1
        self.page.locator(f"[name={name}]").press_sequentially(text, delay=120)
        self.keys += PINYIN_KEYS.get(text, len(text))

    def tap(self, selector: str) -> None:
        """Tap something."""
        self.taps += 1
        self.page.locator(selector).click()

    @property
    def seconds(self) -> float:
        """Tell how long a slow thumb takes, with a second and a half to look before each tap."""
        return self.keys * SECOND_PER_KEY + self.taps * 1.5


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Open a browser for one test."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield opened
    opened.close()


def _meeting(live: Live, *presets: Preset) -> tuple[str, int]:
    with live.app.app_context():
        meeting = make_meeting()
        make_unit(meeting.alliance_id, "东营职业学院")
        for preset in presets:
            add_preset(SYSTEM, meeting.id, preset)
        return meeting.slug, meeting.id


def test_one_page_and_a_minute_of_typing(live: Live, browser: Browser):
    slug, meeting_id = _meeting(live)
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page.goto(f"{live.base_url}/m/{slug}/register")
    asked = page.locator(".field input:visible:not([type=radio])").count()
    assert asked <= 6  # name, phone, unit; titles and e-mail may stay empty; consent
    hand = Hand(page)
    hand.type("name", "王磊")
    hand.type("phone", "13800138000")
    hand.type("unit", "东营职业")
    page.locator("[name=unit]").fill("东营职业学院")  # chosen from the list of member units
    hand.taps += 1
    hand.tap("label[for=consent]")
    hand.tap("form.form button.button-primary")
    expect(page.locator(".pass-name")).to_have_text("王磊")
    assert hand.seconds < 60, (hand.keys, hand.taps)
    assert hand.taps <= 6
    with live.app.app_context():
        assert [row.name for row in registrations_of(meeting_id)] == ["王磊"]


def test_questions_show_themselves_only_to_whom_they_are_put(live: Live, browser: Browser):
    slug, meeting_id = _meeting(live, Preset.ROOMS, Preset.CARS)
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page.goto(f"{live.base_url}/m/{slug}/register")
    arrival, plate = page.get_by_label("入住日期"), page.get_by_label("车牌号")
    expect(arrival).to_be_hidden()
    expect(plate).to_be_hidden()
    page.get_by_role("group", name="是否自驾车").get_by_label("是").check()
    expect(plate).to_be_visible()
    expect(arrival).to_be_hidden()
    page.locator("[name=name]").fill("王磊")
    page.locator("[name=phone]").press_sequentially("13800138001", delay=200)
    page.locator("[name=unit]").fill("省教育厅")
    page.locator("label[for=consent]").click()
    page.locator("form.form button.button-primary").click()
    expect(page.locator(".field-error")).to_have_text("请填写车牌号。")
    plate.fill("鲁E12345")
    page.locator("form.form button.button-primary").click()
    expect(page.locator(".pass-name")).to_have_text("王磊")
    expect(page.get_by_text("鲁E12345")).to_be_visible()
    with live.app.app_context():
        row = registrations_of(meeting_id)[0]
        assert sorted(answers_of([row.id])[row.id].values()) == [["yes"], ["鲁E12345"]]


def test_without_a_script_everything_is_asked_in_words(live: Live, browser: Browser):
    slug, _meeting_id = _meeting(live, Preset.CARS)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live.base_url}/m/{slug}/register")
    expect(page.get_by_label("车牌号")).to_be_visible()
    expect(page.get_by_text("“是否自驾车”选“是”的，请填写：")).to_be_visible()
