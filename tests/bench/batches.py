"""What a proposal of signing batches costs and how good it is, beside a fixed loop of Python.

    python -m tests.bench.batches

The instances stand in tests/data/signing_batches.json. The loop tells how fast the machine is:
`scaled` is the time on one that takes LOOP_SECONDS for it.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eventapp.ceremony.rules import Order, ToSign, propose

DATA = Path(__file__).parent.parent / "data" / "signing_batches.json"
ROUNDS, LOOP_SECONDS = 5_000_000, 0.25
HEAD = "| agreements, people, tables | first fit | best known | proposed | entries | s | scaled s |"
RULE = "|---|---:|---:|---:|---:|---:|---:|"


def instances() -> list[dict[str, Any]]:
    """Read the instances."""
    return json.loads(DATA.read_text(encoding="utf-8"))["instances"]


def proposal_of(instance: dict[str, Any], seed: int = 1) -> Order:
    """Propose an order for an instance."""
    agreements = [
        ToSign(number, frozenset(people)) for number, people in enumerate(instance["agreements"])
    ]
    before = [(first, second) for first, second in instance["precedence"]]
    order = propose(agreements, instance["tables"], before, seed)
    assert order is not None
    return order


def loop() -> None:
    """Add five million numbers up."""
    total = 0
    for number in range(ROUNDS):
        total += number & 7


def seconds(act: Callable[[], object]) -> float:
    """Tell the CPU time of an act."""
    begun = time.process_time()
    act()
    return time.process_time() - begun


def main() -> None:
    """Measure each instance once."""
    machine = min(seconds(loop) for _ in range(3))
    print(f"the loop took {machine:.2f} s, {LOOP_SECONDS} s are taken as usual\n\n{HEAD}\n{RULE}")
    for instance in instances():
        begun = time.process_time()
        found = proposal_of(instance).figures
        took = time.process_time() - begun
        first, best = instance["first_fit"], instance["best_known"]
        print(
            f"| {len(instance['agreements'])}, {instance['people']}, {instance['tables']} "
            f"| {first['batches']}, {first['entries']} | {best['batches']}, {best['entries']} "
            f"| {found.batches}, {found.entries} | {found.entries / best['entries'] - 1:+.0%} "
            f"| {took:.2f} | {took * LOOP_SECONDS / machine:.2f} |"
        )


if __name__ == "__main__":
    main()
