"""What `make run` starts, on a machine of its own folder: it serves, and it ends without a rest."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live import HERE, START_SECONDS, Browser, environment, free_port

pytestmark = pytest.mark.races

END_SECONDS = 20


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that is empty at first; the first start fills it."""
    return tmp_path_factory.mktemp("serving")


@contextmanager
def started(var: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start in a session of its own, as a terminal does, and wait for the first page."""
    port = free_port()
    settings = environment(var, f"sqlite:///{var / 'menghui.db'}") | {"PORT": str(port)}
    with (var / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.serve"],
            cwd=HERE,
            env=settings,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: answers(port) or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, (var / "log").read_text()
        yield process
    finally:
        process.kill()  # the kernel tells the others
        process.wait()


def answers(port: int) -> bool:
    """Say whether the first page is there."""
    browser = Browser(port)
    try:
        return browser.get("/")[0] == 200
    except OSError:
        return False
    finally:
        browser.close()


def wait_for(there: Callable[[], bool], seconds: float) -> None:
    """Ask again and again until it is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def children(process: int) -> list[int]:
    """Tell the processes that this one has started itself."""
    return [
        int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def lives(process: int) -> bool:
    """Say whether a process still does something."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(lambda here, _: os.killpg(here, signal.SIGINT), 130, id="Ctrl-C"),
        pytest.param(lambda here, _: os.kill(here, signal.SIGTERM), 143, id="asked"),
        pytest.param(lambda here, _: os.kill(here, signal.SIGKILL), -9, id="killed"),
        pytest.param(lambda _, both: os.kill(both[0], signal.SIGKILL), 1, id="without-pages"),
        pytest.param(lambda _, both: os.kill(both[1], signal.SIGTERM), 1, id="without-jobs"),
    ],
)
def test_however_it_ends_nothing_stays_behind(
    var: Path, end: Callable[[int, list[int]], None], code: int
):
    with started(var) as process:
        both = children(process.pid)
        everybody = [*both, *(pid for each in both for pid in children(each))]
        assert len(everybody) == 3, "the server, its worker, and the worker of jobs"
        end(process.pid, both)
        assert process.wait(END_SECONDS) == code
        wait_for(lambda: not any(map(lives, everybody)), END_SECONDS)
