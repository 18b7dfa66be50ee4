"""The verdicts that docs/door.md promises, decided by the code.

The vectors were worked by hand from that page, without this house. Whatever decides at a door
without the server proves itself by the same file.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from eventapp.checkin.rules import (
    SAYING,
    AdmissionFacts,
    Direction,
    Inside,
    Verdict,
    Way,
    decide_admission,
)

DOCS = Path(__file__).resolve().parents[3] / "docs"
DOOR: dict[str, Any] = json.loads((DOCS / "door-vectors.json").read_text("utf-8"))
INSTANTS = ("scanned_at", "gate_opens_at", "gate_closes_at")


def facts_from(differing: dict[str, Any]) -> AdmissionFacts:
    """Read the facts of a vector."""
    facts = {**DOOR["defaults"], **differing}
    for name in INSTANTS:
        facts[name] = facts[name] and datetime.fromisoformat(facts[name])
    if facts["gate_categories"] is not None:
        facts["gate_categories"] = frozenset(facts["gate_categories"])
    if facts["inside"] is not None:
        at = datetime.fromisoformat(facts["inside"]["at"])
        confirmed = facts["inside"].get("confirmed", True)
        facts["inside"] = Inside(at, "东门", facts["inside"]["same_device"], confirmed)
    facts["direction"] = Direction(facts["direction"])
    facts["gate_way"] = Way(facts["gate_way"])
    return AdmissionFacts(**facts)


def test_every_documented_case_gets_the_documented_verdict() -> None:
    wrong = [
        (vector["why"], decide_admission(facts_from(vector["facts"])).value, vector["verdict"])
        for vector in DOOR["vectors"]
        if decide_admission(facts_from(vector["facts"])) != vector["verdict"]
    ]
    assert wrong == []


def test_the_cases_are_many_and_different_and_leave_no_fact_and_no_verdict_out() -> None:
    cases = {json.dumps(vector["facts"], sort_keys=True) for vector in DOOR["vectors"]}
    assert len(cases) > 450
    assert {name for vector in DOOR["vectors"] for name in vector["facts"]} == set(DOOR["defaults"])
    assert {vector["verdict"] for vector in DOOR["vectors"]} == set(Verdict)


def test_every_verdict_sounds_as_documented() -> None:
    assert DOOR["tones"] == {verdict.value: saying.tone.value for verdict, saying in SAYING.items()}
