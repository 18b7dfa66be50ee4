"""What the pages of the door share, and what the door tells to features below it."""

from typing import Any

from flask import Blueprint, Flask

from eventapp.checkin import queries
from eventapp.checkin.rules import VERDICT_LABEL

bp = Blueprint("checkin", __name__)


def register(app: Flask) -> None:
    """Let passes, which know nothing of the door, name its gates, and people see their scans."""
    app.extensions["gate_names"] = _gate_names
    app.extensions.setdefault("own_data", []).append(_own_scans)


def _gate_names(meeting_id: int) -> list[str]:
    return [gate.name for gate in queries.gates_of(meeting_id)]


def _own_scans(meeting_id: int, person_id: int) -> dict[str, list[dict[str, Any]]]:
    rows = queries.scans_of_person(meeting_id, person_id)
    scans = [
        {"at": row.at, "gate": row.gate, "verdict": VERDICT_LABEL[row.verdict]} for row in rows
    ]
    return {"scans": scans}
