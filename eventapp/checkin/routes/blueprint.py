"""What the pages of the door share, and what the door tells to features below it."""

from typing import Any

from flask import Blueprint, Flask, current_app

from eventapp.accounts.models import Device
from eventapp.checkin import queries
from eventapp.checkin.document.takes import gate_with_window
from eventapp.checkin.rules import METHOD_LABEL, VERDICT_LABEL, Method, Verdict
from eventapp.meetings.queries import meeting_of
from eventapp.registration.rules import Category
from eventapp.web.doors import scope

bp = Blueprint("checkin", __name__)


def register(app: Flask) -> None:
    """Tell features below, which know nothing of the door, its gates, people's scans, and whether
    it has opened; and pages of other features that end something, which devices still hold scans.
    """
    app.extensions["gate_names"] = _gate_names
    app.extensions["door_open"] = queries.was_anybody_admitted
    app.jinja_env.globals["unsent_devices"] = _unsent_devices
    app.extensions.setdefault("own_data", []).append(_own_scans)


def _unsent_devices() -> list[Device]:
    return queries.unsent_at(scope().id)


def quorum_of(meeting_id: int) -> queries.Quorum | None:
    """Ask voting, which stands above, how many units a decision needs and who is here."""
    return current_app.extensions["quorum"](meeting_id)


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
    answered = queries.answers_of_person(meeting_id, person_id)
    word, verdict = METHOD_LABEL[Method.ROLL_CALL], VERDICT_LABEL[Verdict.CONFIRMED]
    scans += [{"at": at, "gate": word, "verdict": verdict} for at in answered]
    return {"scans": scans}
