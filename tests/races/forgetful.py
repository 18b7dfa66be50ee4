"""The application that answers first and writes later: the control of the killed worker."""

import threading
import time
from typing import Any

from eventapp.checkin import service
from wsgi import app

__all__ = ["app"]
_careful = service.record_scan_in
LATER_SECONDS = 0.5


def record_scan_in(*arguments: Any, **values: Any) -> Any:
    """Promise an admission, and keep it half a second later."""

    def write() -> None:
        time.sleep(LATER_SECONDS)
        with app.app_context():
            _careful(*arguments, **values)

    threading.Thread(target=write, daemon=True).start()
    return {
        "verdict": "admitted",
        "registration_id": 0,
        "gate_id": values["gate_id"],
        "at": values["claimed_at"].isoformat(),
        "zone": "Asia/Shanghai",
        "first": None,
        "person": None,
        "arrived": 0,
        "expected": 0,
    }


service.record_scan_in = record_scan_in
