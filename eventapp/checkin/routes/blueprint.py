"""What the pages of the door share, and what the door tells to features below it."""

from typing import Any

from flask import Blueprint, Flask

from eventapp.accounts.models import Device
from eventapp.checkin import queries
from eventapp.checkin.document.takes import gate_with_window
from eventapp.checkin.rules import VERDICT_LABEL
from eventapp.meetings.queries import meeting_of
from eventapp.registration.rules import Category
from eventapp.web.doors import scope

bp = Blueprint("checkin", __name__)


def register(app: Flask) -> None:
    """Let passes, which know nothing of the door, name its gates, and people see their scans.

    Pages of other features that end something ask which devices still hold scans.
    """
    app.extensions["gate_names"] = _gate_names
    app.jinja_env.globals["unsent_devices"] = _unsent_devices
    app.extensions.setdefault("own_data", []).append(_own_scans)


def _unsent_devices() -> list[Device]:
    return queries.unsent_at(scope().id)


def _gate_names(meeting_id: int, category: Category) -> list[str]:
    """Name the gates that take a category, each with its times where it has some."""
    zone = meeting_of(meeting_id).zone
    return [
        gate_with_window(gate, zone)
        for gate in queries.gates_of(meeting_id)
        if not gate.categories or category in gate.categories
    ]


def _own_scans(meeting_id: int, person_id: int) -> dict[str, list[dict[str, Any]]]:
    rows = queries.scans_of_person(meeting_id, person_id)
    scans = [
        {"at": row.at, "gate": row.gate, "verdict": VERDICT_LABEL[row.verdict]} for row in rows
    ]
    return {"scans": scans}
