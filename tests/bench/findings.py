"""`python -m tests.bench.findings`: what looking at a whole plan with every check costs.

Plans of 200 and of 2,000 items, five resources each, in as many rooms and with as many clashes as
a large congress has: the sweep and all other checks, with sentences and repairs. CPU of this
process, the middle one of many rounds. A fixed loop of plain Python is timed in the same run, so
that figures of two machines, or of two hours on a shared one, can be compared.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from eventapp.agenda.rules import (
    Engagement,
    ItemLength,
    Kind,
    Plan,
    PlanItem,
    ResourceKind,
    RoomItem,
    find_findings,
    lay_out,
)

START = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
BUDGETS = {200: 5.0, 2_000: 60.0}
"""CPU milliseconds by the number of items."""
LOOP = 200_000
OTHERS = [
    ResourceKind.AUTHORITY,
    ResourceKind.HOST,
    ResourceKind.STAGE,
    ResourceKind.TABLE,
    ResourceKind.DOCUMENT,
]


def main() -> None:
    """Print the table; end with 1 where a budget is not held, scaled by the loop."""
    loop = spent(spin, 15)
    print(f"\nfixed loop of {LOOP:,} additions in this run: {loop:.1f} ms\n")
    print("| items | resources each | findings | budget, CPU ms | CPU ms | × loop |")
    print("|---:|---:|---:|---:|---:|---:|")
    held = True
    for count, budget in BUDGETS.items():
        plan = made(count)
        cost = spent(lambda plan=plan: find_findings(plan), 15)
        found = len(find_findings(plan))
        print(f"| {count:,} | 5 | {found:,} | {budget:.0f} | {cost:.1f} | {cost / loop:.2f} |")
        held = held and cost <= budget
    sys.exit(not held)


def spin() -> int:
    """Do a fixed piece of plain Python."""
    total = 0
    for number in range(LOOP):
        total += number
    return total


def spent(act: Callable[[], object], rounds: int) -> float:
    """Return the CPU milliseconds of the middle one of some rounds."""
    taken: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        act()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def made(count: int) -> Plan:
    """Plan items in parallel rooms, each with its room, two people and two things."""
    chance = random.Random(count)  # noqa: S311 - nothing secret
    rooms = max(2, count // 25)
    drafts = [
        RoomItem(
            ItemLength(
                number,
                timedelta(minutes=chance.choice((5, 10, 15))),
                START if number <= rooms else None,
            ),
            (number - 1) % rooms + 1,
        )
        for number in range(1, count + 1)
    ]
    times = lay_out(drafts, START)
    kinds = list(Kind)
    items = tuple(
        PlanItem(
            one.length.item_id,
            chance.choice(kinds),
            f"环节{one.length.item_id}",
            times[one.length.item_id].start,
            times[one.length.item_id].end,
            one.room_id,
            fixed=one.length.fixed_start is not None,
        )
        for one in drafts
    )
    engaged = [
        Engagement(item.start, item.end, kind, chance.randint(1, count), item.id, "", item.room_id)
        for item in items
        for kind in (ResourceKind.PERSON, ResourceKind.PERSON, *chance.sample(OTHERS, 2))
    ]
    ends = START + timedelta(hours=3)
    return Plan(START, ends, items, tuple(engaged), tuple(range(1, rooms + 1)))


if __name__ == "__main__":
    main()
