"""A live installation and a browser before it: `live` serves, `browser` looks.

The test seeds the database of the live server directly, through an application of its own on the
same file; the server is a gunicorn of its own, as an installation runs it.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade
from flask_security.utils import hash_password
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from config import Config
from eventapp.accounts.models import User
from eventapp.accounts.service import sign_in_user
from eventapp.app import create_app
from eventapp.core import clock, files, keys
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.desk.service import load_demo
from eventapp.desk.service.demo_book import Book
from tests.conftest import CHROMIUM
from tests.e2e.door_hall import Hall, holding
from tests.e2e.hall import Network, network

HERE = Path(__file__).resolve().parents[2]
DEMO_PASSWORD = "kai-hui-2024-01-19"  # of the demo's accounts in these tests alone
STARTS_WITHIN = 60  # seconds; a busy machine is slow to load the application


@dataclass(frozen=True)
class Live:
    """A server and an application on its database, to prepare and to look."""

    base_url: str
    app: Flask
    config: Config

    def take_over(self) -> None:
        """Let this process use its keys and files: another installation may have come since."""
        keys.configure(self.config.var / "keys", self.config.secret_key)
        files.configure(self.config.var / "files")

    def enter(self, context: BrowserContext, user: User, **more: object) -> None:
        """Give a browser the sign-in of a user; needs an app context."""
        self.hold(context, {"account": sign_in_user(SYSTEM, user.id)}, "", **more)

    def hold(
        self,
        context: BrowserContext,
        tokens: dict[str, str],
        base_url: str = "",
        **more: object,
    ) -> None:
        """Give a browser the cookie that holds these sign-ins; needs an app context."""
        interface = self.app.session_interface
        assert isinstance(interface, SecureCookieSessionInterface)
        serializer = interface.get_signing_serializer(self.app)
        assert serializer is not None
        value = str(serializer.dumps({"tokens": tokens, "_permanent": True, **more}))
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = {"name": name, "value": value, "url": base_url or self.base_url}
        context.add_cookies([cookie])  # pyright: ignore[reportArgumentType]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(base_url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{base_url}/nothing-is-here", timeout=5)  # noqa: S310
        except urllib.error.HTTPError:  # it answers, that is all that is asked
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def serving(var: Path, load: Callable[[], None] | None = None) -> Iterator[Live]:
    """Serve a fresh installation on SQLite inside the block, loaded before anybody looks."""
    port = _free_port()
    base_url = f"http://127.0.0.1:{port}"
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("FLASK")},
        "MENGHUI_ENV": "development",
        "MENGHUI_VAR": str(var),
        "PORT": str(port),
    }
    env.pop("DATABASE_URL", None)
    config = Config.from_env(env)
    app = create_app(config)
    with app.app_context():
        upgrade()
        db.session.remove()
    if load is not None:
        with app.test_request_context():
            load()
    log = var / "server.log"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "8"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "--no-control-socket", "wsgi:app"], cwd=HERE, env=env, stdout=out, stderr=out
        )
        try:
            _wait(base_url, server, log)
            yield Live(base_url, app, config)
        finally:
            server.terminate()
            server.wait(20)
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


@contextmanager
def showing_demo(var: Path, stage: str | None) -> Iterator[tuple[Live, Book]]:
    """Serve the demo programme at one of its stages; the clock of this process stands there too.

    Loaded before the server starts: one that runs looks for its clock every two seconds only.
    """
    books: list[Book] = []
    try:
        with serving(
            var, lambda: books.append(load_demo(hash_password(DEMO_PASSWORD), stage))
        ) as live:
            yield live, books[0]
    finally:
        clock.set_offset(timedelta(0))


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve a fresh installation on SQLite until the tests end."""
    with serving(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture(autouse=True)
def _own_installation(request: pytest.FixtureRequest) -> None:
    """Sign passes with the keys of the server that the test looks at."""
    if "ground" in request.fixturenames:
        request.getfixturevalue("ground")[0].take_over()
    elif "live" in request.fixturenames:
        request.getfixturevalue("live").take_over()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Drive browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def launch(playwright: Playwright) -> Iterator[Callable[..., Browser]]:
    """Open the Chromium of this machine with more arguments of one's own; closed after the test."""
    opened: list[Browser] = []

    def start(*arguments: str) -> Browser:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--accept-lang=zh-CN", *arguments],
        )
        opened.append(browser)
        return browser

    yield start
    for browser in opened:
        browser.close()


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Network]]:
    """Serve an installation behind a network of its own."""
    with serving(tmp_path_factory.mktemp("hall")) as live, network(live.base_url) as net:
        yield live, net


@pytest.fixture
def hall(ground: tuple[Live, Network], playwright: Playwright, tmp_path: Path) -> Iterator[Hall]:
    """Hold a meeting with a few people, and a phone that is a device of its east gate."""
    with holding(ground, playwright, tmp_path, 60) as held:
        yield held
