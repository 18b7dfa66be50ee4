"""The JSON doors keep to what they say of themselves, whatever they are sent."""

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode

from tests.conftest import FULL
from tests.factories_checkin import make_door
from tests.factories_devices import bearer, make_device

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
_HERE = "/api/v1/meetings/{meeting}"
PLACES = {
    "record_scan": (f"{_HERE}/scans", "POST"),
    "upload_scans": (f"{_HERE}/scans/upload", "POST"),
    "undo_admission": (f"{_HERE}/undo", "POST"),
    "record_kiosk_scan": (f"{_HERE}/kiosk", "POST"),
    "sign_sheet": (f"{_HERE}/signatures", "POST"),
    "sync_device": (f"{_HERE}/sync", "POST"),
    "show_pack": (f"{_HERE}/pack", "GET"),
}


def test_description_names_every_json_door(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    found = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    assert found == set(PLACES)
    scans = described["paths"]["/api/v1/meetings/{meeting}/scans"]["post"]
    assert "scan_passes" in scans["description"]


@pytest.mark.parametrize(
    ("door", "mode"),
    [(door, GenerationMode.POSITIVE) for door in PLACES]
    + [(door, GenerationMode.NEGATIVE) for door, (_, method) in PLACES.items() if method != "GET"],
)
def test_door_does_what_it_says(app: Flask, door: str, mode: GenerationMode) -> None:
    with app.app_context():
        here = make_door()
        _, token = make_device(here)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    path, method = PLACES[door]
    operation = described[path][method]

    @settings(max_examples=200 if FULL else 20, deadline=None, suppress_health_check=SLOW)
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        case.path_parameters = {"meeting": here.slug}
        headers = {**bearer(token), "Accept-Encoding": "identity"}
        answer = case.call(headers=headers)
        if answer.status_code != 413:  # refused for its length, before anybody has read it
            case.validate_response(answer, headers=headers)

    holds()
