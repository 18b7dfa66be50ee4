"""Two phones open the same pairing code at once: exactly one gets it."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventapp.accounts import service
from eventapp.accounts.models import Device, SignIn
from eventapp.accounts.service.devices import _sign_in
from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Busy, Conflict
from tests.races.conftest import Battlefield

pytestmark = pytest.mark.races
PHONES = 6


def _race(field: Battlefield, *, forget: bool) -> list[str]:
    """Let phones open one code together; `forget` leaves out the look before the constraint."""
    with field.app.app_context():
        until = clock.now() + timedelta(hours=4)
        device = service.offer_device(SYSTEM, 1, 1, "志愿者", expires_at=until)
        device_id, code = device.id, service.pairing_token(device.id)
    start, ends = threading.Barrier(PHONES), []

    def phone() -> None:
        with field.app.app_context():
            start.wait()
            try:
                if forget:
                    with transaction() as session:
                        _sign_in(session.get_one(Device, device_id), "")
                else:
                    service.open_device(code)
                ends.append("opened")
            except (Busy, Conflict) as error:
                ends.append(error.code)

    phones = [threading.Thread(target=phone) for _ in range(PHONES)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    with field.app.app_context():
        signed = sa.select(sa.func.count()).where(SignIn.device_id == device_id)
        assert db.session.scalar(signed) == 1
    return sorted(ends)


def test_one_phone_gets_the_code(field: Battlefield) -> None:
    assert _race(field, forget=False) == ["opened", *["pairing_taken"] * (PHONES - 1)]


def test_one_phone_gets_the_code_by_the_constraint_alone(field: Battlefield) -> None:
    assert _race(field, forget=True) == ["opened", *["pairing_taken"] * (PHONES - 1)]
