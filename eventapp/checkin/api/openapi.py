"""What the JSON doors say of themselves: OpenAPI 3.1, from their shapes and declared doors."""

import re
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from eventapp.checkin.api import shapes
from eventapp.web.doors import door_of, public

SPOKEN: dict[str, tuple[type[BaseModel] | None, type[BaseModel]]] = {
    "record_scan": (shapes.ScanIn, shapes.ScanOut),
    "upload_scans": (shapes.UploadIn, shapes.UploadOut),
    "undo_admission": (shapes.UndoIn, shapes.Said),
    "record_kiosk_scan": (shapes.KioskScanIn, shapes.KioskOut),
    "sign_sheet": (shapes.SignatureIn, shapes.SignedOut),
    "sync_device": (shapes.SyncIn, shapes.SyncOut),
    "show_pack": (None, shapes.PackOut),
}
"""What each door is sent and what it answers, by its endpoint."""
_ALSO = (shapes.ErrorOut, shapes.UploadedScanIn)
_REFUSALS = {
    "400": "The cookie speaks without the token of our pages.",
    "401": "Nobody is signed in, or the device has ended: code device_revoked.",
    "403": "Whoever asks may not do this, or not at this gate.",
    "404": "No such meeting, gate or registration for whoever asks.",
    "409": "It does not fit what is known: nobody is inside, or a number is taken.",
    "413": "The body is too long.",
    "422": "The body is not what this door takes.",
    "429": "Too many requests; try again later.",
    "503": "The system is busy; nothing was lost.",
}


def add_door(bp: Blueprint) -> None:
    """Give a blueprint the door at which it describes itself."""

    @bp.get("/api/v1/openapi.json")
    @public
    def show_openapi() -> Response:
        """Describe the JSON doors."""
        return Response(orjson.dumps(describe(current_app)), mimetype="application/json")


def describe(app: Flask) -> dict[str, Any]:
    """Write the description of every JSON door of this application."""
    known = {shape for pair in SPOKEN.values() for shape in pair if shape is not None}
    inputs = [
        (one, "validation") for one in sorted(known | set(_ALSO), key=lambda one: one.__name__)
    ]
    _, schemas = models_json_schema(inputs, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths: dict[str, Any] = {}
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.partition(".")
        if blueprint == "checkin_api" and name in SPOKEN:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            method = "post" if "POST" in (rule.methods or ()) else "get"
            paths.setdefault(path, {})[method] = _operation(app, rule.endpoint, name)
    return {
        "openapi": "3.1.0",
        "info": {"title": "盟会 Menghui", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(app: Flask, endpoint: str, name: str) -> dict[str, Any]:
    taken, answered = SPOKEN[name]
    door = door_of(app, endpoint)
    permission = door.permission if door is not None else None
    told = (app.view_functions[endpoint].__doc__ or "").strip()
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": told,
        "description": f"Asks for the permission {permission} in the meeting.",
        "security": [{"device": []}],
        "parameters": [
            {"name": "meeting", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "responses": {
            "200": _content("The answer.", answered)
            | {"headers": {"X-Server-Time": {"schema": {"type": "string"}}}},
            **{code: _content(words, shapes.ErrorOut) for code, words in _REFUSALS.items()},
        },
    }
    if taken is not None:
        operation["requestBody"] = {"required": True, **_content("", taken)}
        del operation["requestBody"]["description"]
    return operation


def _content(description: str, shape: type[BaseModel]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
