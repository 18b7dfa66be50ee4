"""Every page for everybody: axe finds nothing, nothing overflows, nothing breaks in the console."""

import json
import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.conftest import CHROMIUM
from tests.e2e.catalogue import CATALOGUE, Look, Morning, prepare
from tests.e2e.conftest import HERE, showing_demo

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
AXE = (HERE / "node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES, SCHEMES, WIDTHS = ("zh-CN", "en"), ("light", "dark"), (390, 1280)
PATIENCE = 30_000  # milliseconds; the machine may be busy
RUN_AXE = f"""axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ["violations"]}})
  .then(({{violations}}) => violations.flatMap((rule) => rule.nodes.map(
    (node) => `${{rule.id}}: ${{node.target.join(" ")}}: ${{node.html.slice(0, 160)}}`)))"""


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """Load the demo on its morning, with something under way everywhere."""
    with showing_demo(tmp_path_factory.mktemp("looks"), None) as (live, book):
        with live.app.test_request_context():
            prepared = prepare(live, book)
        yield prepared


Opener = Callable[[str, str], BrowserContext]


@pytest.fixture(scope="module")
def opened(playwright: Playwright, morning: Morning) -> Iterator[Opener]:
    """Keep one browser for everybody, with one context for a person and a language."""
    browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    contexts: dict[tuple[str, str], BrowserContext] = {}

    def open_as(who: str, language: str) -> BrowserContext:
        key = who, language
        if key not in contexts:
            contexts[key] = morning.open(browser, who, locale=language, reduced_motion="reduce")
            contexts[key].set_default_timeout(PATIENCE)
        return contexts[key]

    yield open_as
    browser.close()


def ways(look: Look) -> list[tuple[str, str, int]]:
    """Choose how to look: at what is used most so that any two of the three choices have met.

    Four ways do for that; MENGHUI_FULL=1 takes all eight. Elsewhere two ways differ in everything.
    """
    if look.often:
        every = list(product(LANGUAGES, SCHEMES, WIDTHS))
        return every if os.environ.get("MENGHUI_FULL") else [every[i] for i in (0, 3, 5, 6)]
    odd = CATALOGUE.index(look) % 2
    return [("zh-CN", SCHEMES[odd], 390), ("en", SCHEMES[1 - odd], 1280)]


def evaluate(page: Page, expression: str) -> Any:
    """Ask the page through the debugger, which its content security policy does not bind."""
    session = page.context.new_cdp_session(page)
    answer = session.send(
        "Runtime.evaluate",
        {"expression": expression, "awaitPromise": True, "returnByValue": True},
    )
    session.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")


def faults(page: Page, language: str, scheme: Any, width: int) -> list[str]:
    """Look at the open page in one theme at one width, and tell what is wrong with it."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844 if width == WIDTHS[0] else 800})
    found: list[str] = evaluate(page, RUN_AXE)
    wide = evaluate(page, "document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"overflow: {wide} px")
    said = evaluate(page, "document.documentElement.lang")
    if said != language:
        found.append(f"lang: {said}")
    return [f"{language} {scheme} {width}: {fault}" for fault in found]


def keep_picture(page: Page, name: str) -> None:
    """Keep what was seen, where the environment names a folder for it."""
    folder = os.environ.get("MENGHUI_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("look", CATALOGUE, ids=lambda look: look.name)
def test_page_is_accessible_fits_a_phone_and_is_quiet(
    look: Look, morning: Morning, opened: Opener
) -> None:
    with morning.live.app.test_request_context():
        url = morning.live.base_url + look.path.format(**morning.slugs)
    broken: list[str] = []
    for language in LANGUAGES:
        page = opened(look.who, language).new_page()
        noise: list[str] = []
        page.on("console", lambda line, to=noise: to.append(line.text) if _bad(line) else None)
        page.on("pageerror", lambda error, to=noise: to.append(str(error)))
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == (404 if look.missing else 200)
        evaluate(page, AXE + ";0")
        for spoken, scheme, width in ways(look):
            if spoken == language:
                broken += faults(page, language, scheme, width)
                keep_picture(page, f"{look.name}-{language}-{scheme}-{width}")
        if look.missing:
            noise = [line for line in noise if "404" not in line]
        broken += [f"{language} console: {line}" for line in noise]
        page.close()
    assert not broken, "\n".join(broken)


def _bad(line: Any) -> bool:
    return line.type in {"error", "warning"}
