"""The whole road in one story: registered, let in, voted, written down, released.

It begins at half past seven on the demo's morning: 72 units are in the hall of the preparatory
meeting and nobody is at the founding meeting yet. Whatever a person does here is done in that
person's own browser; only the many alike - the other 71 votes - go through the services.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token
from eventapp.core import clock
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.desk.service.demo_book import Book
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.registration.models import Pass
from eventapp.registration.service import give_mandate
from eventapp.voting.rules import Choice, Mode
from eventapp.voting.service import (
    cast_vote,
    close_ballot,
    confirm_hands,
    declare_outcome,
    enter_hands,
    open_ballot,
)
from tests.e2e.conftest import DEMO_PASSWORD, Live, showing_demo
from tests.e2e.test_camera import film

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PATIENCE = 30_000  # milliseconds; the machine may be busy
FOLLOWS_WITHIN = 2.0  # seconds from the stage manager's button to the wall
Launch = Callable[..., Browser]


class Story:
    """The demo, the browsers of those who act in it, and a picture of every step."""

    def __init__(self, live: Live, book: Book, launch: Launch, pictures: Path) -> None:
        self.live, self.book, self.launch, self.pictures = live, book, launch, pictures
        self.browser = launch()
        self.steps = 0

    def url(self, path: str) -> str:
        """Tell an address; `F` and `P` stand for the founding and the preparatory meeting."""
        head, _slash, rest = path.partition("/")
        halls = {"F": self.book.founding, "P": self.book.preparatory}
        if head in halls:
            path = f"/m/{halls[head].plan.slug}/{rest}".rstrip("/")
        return self.live.base_url + path

    def page(self, size: dict[str, int] = PHONE, browser: Browser | None = None) -> Page:
        """Take out a phone, or sit down at a desk."""
        context = (browser or self.browser).new_context(
            viewport={"width": size["width"], "height": size["height"]}, locale="zh-CN"
        )
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    def staff(self, word: str, size: dict[str, int] = DESK, browser: Browser | None = None) -> Page:
        """Sign somebody of the staff in by name and password."""
        page = self.page(size, browser)
        page.goto(self.url("/account/login"))
        page.locator("[name=email]").fill(f"{word}@demo.example")
        page.locator("[name=password]").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page).not_to_have_url(self.url("/account/login"))
        return page

    def keep(self, page: Page, name: str) -> Path:
        """Keep a picture of this step."""
        self.steps += 1
        path = self.pictures / f"{self.steps:02d}-{name}.png"
        page.screenshot(path=path)
        return path


@pytest.fixture
def story(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Open the demo at half past seven on its morning."""
    named = os.environ.get("MENGHUI_SCREENSHOTS")
    pictures = Path(named) if named else tmp_path_factory.mktemp("pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE)
    with showing_demo(tmp_path_factory.mktemp("story"), "arrived") as (live, book):
        yield Story(live, book, launch, pictures)
    print(f"pictures of the story: {pictures}")


def test_alliance_is_founded_from_registration_to_released_minutes(
    story: Story, tmp_path: Path
) -> None:
    text = register_online(story)
    come_in_at_the_door(story, text, tmp_path)
    see_who_came(story)
    stage, wall = run_the_agenda(story)
    decide_the_procedure(story)
    decide_the_charter(story, stage, wall)
    release_the_minutes(story)


def register_online(story: Story) -> str:
    """A delegate registers on a phone and gets a pass whose code a scanner reads."""
    page = story.page()
    page.goto(story.url("F/"))
    story.keep(page, "public")
    register = page.get_by_role("link", name="我要报名").locator("visible=true").first
    expect(register).to_be_visible()
    register.click()
    page.locator("[name=name]").fill("慕容知夏")
    # As quick as a thumb: what is sent quicker than anybody types is asked for once more.
    page.locator("[name=phone]").press_sequentially("13900005678", delay=200)
    page.locator("[name=unit]").fill("演示观察单位")
    page.get_by_role("button", name="提交报名").click()
    expect(page.locator(".errors")).to_be_visible()  # without consent nothing is kept
    page.locator("[name=consent]").check()
    story.keep(page, "register")
    page.get_by_role("button", name="提交报名").click()
    expect(page.locator(".pass-name")).to_have_text("慕容知夏")
    code = page.locator("figure.qr")
    code.scroll_into_view_if_needed()
    with Image.open(story.keep(page, "pass")) as picture:
        (read,) = zxingcpp.read_barcodes(picture)
    with page.expect_download() as download:
        page.get_by_role("link", name="保存图片").click()
    with Image.open(download.value.path()) as saved:
        assert [found.text for found in zxingcpp.read_barcodes(saved)] == [read.text]
    return read.text


def come_in_at_the_door(story: Story, text: str, folder: Path) -> None:
    """The camera admits, a second scan is told so, and a typed code does as well."""
    camera = story.launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film(text, folder)}",
    )
    page = story.staff("door", PHONE, camera)
    page.goto(story.url("F/door"))
    page.get_by_role("button", name="东门").click()
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("慕容知夏")
    expect(verdict).to_have_attribute("data-verdict", "admitted")
    story.keep(page, "admitted")
    camera.close()
    again = story.staff("door", PHONE)
    again.goto(story.url("F/door"))
    again.get_by_role("button", name="西门").click()
    expect(again.locator("#start")).to_be_visible()  # the script is listening
    again.keyboard.type(text.lower())
    again.keyboard.press("Enter")
    verdict = again.locator("#verdict")
    expect(verdict).to_have_attribute("data-verdict", "already_inside")
    story.keep(again, "already-inside")
    again.locator("#typing summary").click()
    again.locator("[name=code]").fill(_code_of_somebody(story))
    again.locator("#code-form button").click()
    expect(verdict).to_have_attribute("data-verdict", "admitted")
    expect(again.locator("[data-count=arrived]")).to_have_text(str(_early(story) + 2))
    story.keep(again, "typed")


def _code_of_somebody(story: Story) -> str:
    with story.live.app.app_context():
        return db.session.get_one(Pass, next(iter(story.book.founding.registrations.values()))).code


def _early(story: Story) -> int:
    """Count those who are at the founding meeting before the story begins."""
    programme = story.book.programme
    return len(programme.founding_arrivals(programme.stage("arrived").clock_at))


def see_who_came(story: Story) -> None:
    """The organiser sees both arrivals, and the delegate in the list."""
    page = story.staff("organiser")
    page.goto(story.url("F/desk/presence"))
    expect(page.locator("[data-announce=arrived]")).to_contain_text(f"已到 {_early(story) + 2} 人")
    story.keep(page, "presence")
    page.goto(story.url("F/desk/registrations?text=慕容知夏"))
    expect(page.get_by_role("link", name="慕容知夏")).to_be_visible()
    story.keep(page, "registrations")


def run_the_agenda(story: Story) -> tuple[Page, Page]:
    """The wall follows the stage manager within two seconds."""
    hall = story.book.preparatory
    with story.live.app.test_request_context():
        set_state(story.book.staff["organiser"], hall.id, MeetingState.IN_SESSION)
    wall = story.page(DESK)
    wall.goto(story.url("P/projector"))
    title = wall.locator("h1.title")
    expect(title).to_contain_text(hall.plan.title[:8])
    stage = story.staff("stage")
    stage.goto(story.url("P/desk/run"))
    button = stage.locator(".run-now").get_by_role("button", name="开始", exact=True)
    button.click()
    began = time.monotonic()
    first = hall.plan.items[0].title
    expect(title).to_have_text(first)
    assert time.monotonic() - began < FOLLOWS_WITHIN
    expect(stage.locator(".run-now .now-title")).to_have_text(first)
    story.keep(stage, "run")
    story.keep(wall, "projector-item")
    go_on(story, stage, "procedure-vote")
    return stage, wall


def go_on(story: Story, stage: Page, key: str) -> None:
    """Let the stage manager go on, item by item, to this one."""
    plan = story.book.preparatory.plan
    wanted = plan.item(key).title
    now = stage.locator(".run-now .now-title")
    for item in plan.items[plan.items.index(_running(story, stage)) + 1 :]:
        stage.get_by_role("button", name="完成，下一项").click()
        expect(now).to_have_text(item.title)
        if item.title == wanted:
            return


def _running(story: Story, stage: Page):
    shown = stage.locator(".run-now .now-title").inner_text()
    return next(item for item in story.book.preparatory.plan.items if item.title == shown)


def decide_the_procedure(story: Story) -> None:
    """Hands are shown and counted by two, as the services do it."""
    hall, staff = story.book.preparatory, story.book.staff
    plan = next(row for row in story.book.programme.ballots if row.motion == "procedure")
    count, ballot_id = plan.count, hall.ballots["procedure"]
    assert plan.mode == Mode.SHOW_OF_HANDS
    with story.live.app.test_request_context():
        open_ballot(staff["chair"], hall.id, ballot_id)
        yes, no, abstain = count.yes, count.no, count.abstain
        enter_hands(staff["teller"], hall.id, ballot_id, yes=yes, no=no, abstain=abstain)
        confirm_hands(staff["organiser"], hall.id, ballot_id)
        close_ballot(staff["chair"], hall.id, ballot_id)
        declare_outcome(staff["chair"], hall.id, ballot_id)


def decide_the_charter(story: Story, stage: Page, wall: Page) -> None:
    """The chair opens the ballot, a representative votes on a phone, the wall shows the sum."""
    book, hall = story.book, story.book.preparatory
    unit = book.programme.preparatory_arrivals(clock.now() + timedelta(days=1))[0].unit
    go_on(story, stage, "charter-vote")
    first, second = open_links(story, unit)
    chair = story.staff("chair")
    chair.goto(story.url(f"P/desk/ballots/{hall.ballots['charter']}"))
    chair.get_by_role("button", name="开始表决").click()
    expect(wall.locator(".eyebrow")).to_have_text("正在表决")
    story.keep(wall, "projector-ballot")
    first.get_by_role("link", name="去表决").click()
    vote_yes(story, first)
    second.goto(story.url("P/vote"))
    holder = second.get_by_text("您不必再投")
    expect(holder).to_contain_text(book.programme.preparatory_arrivals(clock.now())[0].name)
    story.keep(second, "held-by-another")
    cast_the_rest(story, unit)
    chair.reload()
    story.keep(chair, "ballot")
    for act in ("结束表决", "宣布结果"):
        chair.locator("summary", has_text=act).click()
        chair.locator(".confirm-ask").get_by_role("button", name=act).click()
    expect(chair.get_by_text("由欧阳堃于")).to_be_visible(timeout=PATIENCE)
    story.keep(chair, "declared")
    total = wall.locator(".result-sum")
    expect(total).to_contain_text("赞成71票")
    assert "应到80" in total.inner_text().replace(" ", "")
    story.keep(wall, "projector-result")
    organiser = story.staff("organiser")
    organiser.goto(story.url(f"/a/gaoduan-huagong/charter/{book.charter_edition_id}"))
    expect(organiser.locator(".eyebrow")).to_contain_text("通过稿")
    story.keep(organiser, "charter")


def open_links(story: Story, unit: str) -> tuple[Page, Page]:
    """Two representatives of one unit open their personal links with the codes they were given."""
    book, hall = story.book, story.book.preparatory
    with story.live.app.test_request_context():
        mates = [person for person in book.programme.delegates if person.unit == unit]
        mandate = give_mandate(
            hall.liaisons[unit],
            hall.id,
            organisation_id=book.units[unit],
            person_id=book.people[mates[-1].phone],
        )
        links = [
            link_of(hall.scope_id, Role.REPRESENTATIVE, subject)
            for subject in (hall.representatives[unit].subject_id, mandate.id)
        ]
        keys = [(link_token(link), link.code) for link in links if isinstance(link, PersonalLink)]
    first, second = (open_link(story, *key) for key in keys)
    story.keep(first, "booth-waiting")
    return first, second


def open_link(story: Story, token: str, code: str) -> Page:
    """Open a personal link: one button and the code from the sign-in desk."""
    page = story.page()
    page.goto(story.url(f"/l/{token}"))
    page.locator("[name=code]").fill(code)
    story.keep(page, "link")
    page.locator("main form button").click()
    expect(page.get_by_role("heading", name="现在没有进行中的表决")).to_be_visible()
    return page


def vote_yes(story: Story, page: Page) -> None:
    """Choose, read what will be recorded, confirm, and get a receipt."""
    page.locator(".choice", has_text="赞成").click()
    story.keep(page, "booth")
    page.get_by_role("button", name="核对并提交").click()
    expect(page.locator(".vote-said")).to_have_text("赞成")
    story.keep(page, "review")
    page.get_by_role("button", name="确认投赞成").click()
    expect(page.get_by_role("heading", name="已记录")).to_be_visible(timeout=PATIENCE)
    story.keep(page, "receipt")


def cast_the_rest(story: Story, but: str) -> None:
    """Let every other unit in the hall vote as it did in the demo."""
    book, hall = story.book, story.book.preparatory
    plan = next(row for row in book.programme.ballots if row.motion == "charter")
    with story.live.app.test_request_context():
        for person in book.programme.preparatory_arrivals(plan.opened_at):
            if person.unit != but:
                abstains = person.unit in plan.abstaining
                cast_vote(
                    hall.representatives[person.unit],
                    hall.id,
                    hall.ballots["charter"],
                    choice=Choice.ABSTAIN if abstains else Choice.YES,
                    client_key=f"story-{person.phone}",
                )


def release_the_minutes(story: Story) -> None:
    """Write, check, sign, release; the press sees nothing before that, and the paper after it."""
    press = story.staff("press", PHONE)
    press.goto(story.url("P/press"))
    expect(press.get_by_text("还没有发布的纪要")).to_be_visible()
    assert ask_for_minutes(story, press) == 404
    organiser = story.staff("organiser")
    organiser.goto(story.url("P/desk/minutes"))
    organiser.get_by_role("button", name="开始起草").click()
    expect(organiser.locator(".minutes-page")).to_contain_text("71")
    story.keep(organiser, "minutes-draft")
    organiser.get_by_role("button", name="提交核稿").click()
    expect(organiser.locator(".eyebrow").first).to_contain_text("核稿")
    checker = story.staff("checker")
    checker.goto(story.url("P/desk/minutes"))
    checker.locator("summary", has_text="不再征求意见").click()
    checker.locator("#skip-word").fill("要点已当场宣读核对")
    story.keep(checker, "minutes-check")
    checker.get_by_role("button", name="核稿通过，直接送签").click()
    expect(checker.locator(".flash")).to_contain_text("核稿通过")
    assert ask_for_minutes(story, press) == 404
    signer = story.staff("signer")
    signer.goto(story.url("P/desk/minutes"))
    signer.get_by_role("button", name="签发", exact=True).click()
    expect(signer.locator(".flash")).to_contain_text("已签发")
    signer.get_by_role("button", name="发布", exact=True).click()
    expect(signer.locator(".flash")).to_contain_text("已发布")
    story.keep(signer, "minutes-released")
    take_the_paper(story, press)


def ask_for_minutes(story: Story, press: Page) -> int:
    """Ask for the first edition as the press room's form would; tell the status."""
    token = press.locator("meta[name=csrf-token]").get_attribute("content") or ""
    answer = press.request.post(
        story.url("P/press/1/download"), form={"csrf_token": token, "format": "pdf"}
    )
    return answer.status


def take_the_paper(story: Story, press: Page) -> None:
    """Download the released minutes: the figures of the ballot are on paper."""
    press.reload()
    story.keep(press, "press-room")
    with press.expect_download(timeout=2 * PATIENCE) as download:
        press.get_by_role("button", name="下载 PDF").click()
    data = Path(download.value.path()).read_bytes()
    words = "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    said = "".join(words.split())
    assert "应到80" in said
    assert "赞成71票" in said
