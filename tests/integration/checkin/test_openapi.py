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

DOORS = ("record_scan", "upload_scans", "undo_admission", "sync_device", "show_pack")


def test_description_names_every_json_door(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    found = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    assert found == set(DOORS)
    scans = described["paths"]["/api/v1/meetings/{meeting}/scans"]["post"]
    assert "scan_passes" in scans["description"]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("door", DOORS)
def test_door_does_what_it_says(app: Flask, door: str, mode: GenerationMode) -> None:
    with app.app_context():
        here = make_door()
        _, token = make_device(here)
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    (operation,) = (
        one.ok()
        for one in described.get_all_operations()
        if one.ok().definition.raw["operationId"] == door
    )
    if mode is GenerationMode.NEGATIVE and not operation.body:
        pytest.skip("nothing is sent to it")

    @settings(max_examples=200 if FULL else 20, deadline=None, suppress_health_check=[*HealthCheck])
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        case.path_parameters = {"meeting": here.slug}
        case.call_and_validate(headers=bearer(token))

    holds()
