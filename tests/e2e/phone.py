"""A phone at the door: a Chromium with a profile of its own, which can be killed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.conftest import CHROMIUM

SCREEN = {"width": 390, "height": 844}
PATIENCE = 30_000  # milliseconds; the machine may be busy
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-port=0",
    "--disable-dev-shm-usage",
)


class Phone:
    """A browser that keeps what it stores when it is killed and started again."""

    def __init__(self, playwright: Playwright, profile: Path, address: str) -> None:
        """Keep everything in this profile; open the door at this address."""
        self.playwright, self.profile, self.address = playwright, profile, address
        self.process: subprocess.Popen[bytes] | None = None
        self.browser: Browser | None = None
        self.noise: list[str] = []
        self.language = "zh-CN"

    def start(self) -> BrowserContext:
        """Switch it on."""
        port_file = self.profile / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        assert CHROMIUM is not None
        own = (f"--accept-lang={self.language}", f"--user-data-dir={self.profile}")
        self.process = subprocess.Popen(
            [CHROMIUM, *FLAGS, *own, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 30
        while not (port_file.exists() and port_file.read_text().count("\n")):
            assert time.monotonic() < until, "Chromium did not start"
            time.sleep(0.02)
        port = port_file.read_text().split()[0]
        self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        context = self.browser.contexts[0]
        context.set_default_timeout(PATIENCE)
        return context

    def open(self, *, ready: bool = True) -> Page:
        """Open the door's page."""
        assert self.browser is not None
        page = self.browser.contexts[0].new_page()
        page.set_viewport_size(SCREEN)  # pyright: ignore[reportArgumentType]
        page.on("pageerror", lambda error: self.noise.append(str(error)))
        page.goto(self.address)
        if ready:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    def kill(self) -> None:
        """Take its battery out."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None
        if self.browser is not None:
            with suppress(Exception):
                self.browser.close()
            self.browser = None


@contextmanager
def phone(playwright: Playwright, profile: Path, address: str) -> Iterator[Phone]:
    """Have a phone inside the block."""
    held = Phone(playwright, profile, address)
    try:
        yield held
    finally:
        held.kill()


MAIN = "document.querySelector('script[src$=\"checkin/main.js\"]').src"


def scan(page: Page, text: str, method: str = "wedge") -> float:
    """Let the page scan a text; tell how many milliseconds passed until the verdict was painted."""
    return page.evaluate(
        f"""async ([text, method]) => {{
          const {{scan}} = await import({MAIN});
          const began = performance.now();
          await scan(text, method);
          await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
          return performance.now() - began;
        }}""",
        [text, method],
    )


def modules(page: Page, script: str, argument: Any = None) -> Any:
    """Run a function of (load, argument) in the page; load(name) gives a script of the door."""
    return page.evaluate(
        f"""(given) => ({script})((name) => import(new URL(name + ".js", {MAIN}).href), given)""",
        argument,
    )


def unsent(page: Page) -> int:
    """Count what the browser holds in its queue."""
    return modules(
        page,
        """async (load) => {
          const {openStore} = await load("store");
          const store = await openStore(document.getElementById("door").dataset.meeting);
          const n = await store.unsent();
          store.db.close();
          return n;
        }""",
    )


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something has become so."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.05)
