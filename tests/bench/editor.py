"""`python -m tests.bench.editor`: how long it takes until the editor shows a moved item's new plan.

Serves the application with an agenda of 200 items with people in three rooms, opens the editor in
a browser and presses 下移 fifteen times, each until the frame after the plan was drawn anew. Server
and page work one after the other, so on a machine with nothing else to do it takes their CPU
together; the wall clock is told too, and says how busy the machine was. The fixed loop of
`tests.bench.findings` is timed in the same run, so that figures can be compared.
"""

import os
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from eventapp.accounts.models import User
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import PersonIn
from eventapp.core.access import Role
from eventapp.core.db import db, transaction
from eventapp.meetings.queries import rooms_of
from tests.bench.findings import spent, spin
from tests.bench.load import cpu_seconds
from tests.conftest import CHROMIUM
from tests.e2e.conftest import serving
from tests.factories import make_user
from tests.factories_agenda import make_item, make_published_meeting

ITEMS = 200
MOVES = 15
BUDGET = 200
PRESS = """async (id) => {
  const button = document.getElementById(id);
  const plan = document.getElementById("plan");
  const began = performance.now();
  const drawn = new Promise((done) => {
    new MutationObserver((_, watch) => { watch.disconnect(); done(); })
      .observe(plan, {childList: true});
  });
  button.click();
  await drawn;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}"""


def main() -> None:
    """Print the table."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as live, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        with live.app.test_request_context():
            path, item_id, user_id = planned()
            live.enter(context, db.session.get_one(User, user_id))
        page = context.new_page()
        page.goto(live.base_url + path)
        pressed(page, item_id, 2)  # the first times load modules and templates
        before = server_cpu(), page_cpu(browser)
        taken = pressed(page, item_id, MOVES)
        server, drawn = server_cpu() - before[0], page_cpu(browser) - before[1]
        browser.close()
    loop = spent(spin, 15)
    together = (server + drawn) / MOVES
    print(f"\n{ITEMS} items, {MOVES} moves; fixed loop in this run: {loop:.1f} ms\n")
    print("| from press to drawn | ms | × loop |\n|---|---:|---:|")
    for name, cost in (
        ("CPU of the server", server / MOVES),
        ("CPU of the page", drawn / MOVES),
        (f"CPU together (budget {BUDGET})", together),
        ("wall clock, p50", statistics.median(taken)),
    ):
        print(f"| {name} | {cost:.0f} | {cost / loop:.1f} |")


def server_cpu() -> float:
    """Tell the CPU milliseconds of the server that we started, with its workers."""
    mine = [one for one in _processes() if _parent(one) == os.getpid() and _is_server(one)]
    return cpu_seconds(mine) * 1000


def page_cpu(browser: Browser) -> float:
    """Tell the CPU milliseconds of the processes that draw pages."""
    session = browser.new_browser_cdp_session()
    info = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(one["cpuTime"] for one in info if one["type"] == "renderer") * 1000


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _is_server(process: int) -> bool:
    return b"gunicorn" in Path(f"/proc/{process}/cmdline").read_bytes()


def planned() -> tuple[str, int, int]:
    """Plan a long day; give its page, the item to move and the organiser."""
    meeting = make_published_meeting(slug="long-day", rooms=("报告厅", "一号厅", "二号厅"))
    rooms = [room.id for room in rooms_of(meeting.id)]
    with transaction():
        ids = [
            make_item(
                meeting,
                f"第{number}个环节",
                kind=Kind.SPEECH,
                room_id=rooms[number % 3],
                minutes=5,
                people=[PersonIn("speaker", f"讲者{number}", "教授")],
            ).id
            for number in range(ITEMS)
        ]
    return f"/m/{meeting.slug}/desk/agenda", ids[20], make_user(Role.ORGANISER, meeting.scope_id).id


def pressed(page: Page, item_id: int, times: int) -> list[float]:
    """Move the item down again and again; give the wall milliseconds of each."""
    taken: list[float] = []
    for _ in range(times):
        taken.append(page.evaluate(PRESS, f"down-{item_id}"))
        time.sleep(0.2)
    return taken


if __name__ == "__main__":
    main()
