"""What makes the door's page stay on a phone: its worker, and what an installed page is called."""

from pathlib import Path

import orjson
from flask import Response, current_app, send_file, url_for
from flask_babel import gettext

from eventapp.checkin.routes.blueprint import bp
from eventapp.core.access import Permission
from eventapp.meetings.queries import meeting_here
from eventapp.web.doors import requires
from eventapp.web.language import html_lang

WORKER = Path("js") / "checkin" / "door-worker.js"
NIGHT = "#171310"
"""The door's ground, `--paper` of the dark face."""


@bp.get("/m/<meeting>/door/worker.js")
@requires(Permission.SCAN_PASSES)
def door_worker(meeting: str) -> Response:
    """Send the script that opens the door without a network.

    It lies here and not under static/, because a worker serves only what is below its address.
    """
    response = send_file(
        Path(current_app.static_folder or "static") / WORKER, mimetype="text/javascript"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Service-Worker-Allowed"] = url_for("checkin.show_door", meeting=meeting)
    return response


@bp.get("/m/<meeting>/door/manifest.webmanifest")
@requires(Permission.SCAN_PASSES)
def door_manifest(meeting: str) -> Response:
    """Tell a phone how the door is called and looks on its home screen."""
    here, page = meeting_here(meeting), url_for("checkin.show_door", meeting=meeting)

    def drawing(name: str, sizes: str, kind: str, purpose: str = "any") -> dict[str, str]:
        address = url_for("static", filename=f"img/{name}")
        return {"src": address, "sizes": sizes, "type": kind, "purpose": purpose}

    manifest = {
        "id": page,
        "name": gettext("%(meeting)s签到", meeting=here.title),
        "short_name": gettext("签到"),
        "lang": html_lang(),
        "start_url": page,
        "scope": page,
        "display": "standalone",
        "orientation": "portrait",
        "background_color": NIGHT,
        "theme_color": NIGHT,
        "icons": [
            drawing("seal.svg", "any", "image/svg+xml"),
            drawing("door-192.png", "192x192", "image/png"),
            drawing("door-512.png", "512x512", "image/png", "any maskable"),
        ],
    }
    return Response(orjson.dumps(manifest), mimetype="application/manifest+json")
