"""Devices: offered with a code, opened once, confirmed by their digits, revoked."""

from datetime import timedelta

import pytest
from flask import Flask

from eventapp.accounts import service
from eventapp.accounts.models import Device
from eventapp.accounts.queries import actors_of, state_of
from eventapp.accounts.rules import LATE_SCANS, PAIRING, DeviceState
from eventapp.core import clock
from eventapp.core.access import SYSTEM, ActorKind, Permission
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.scope import ROOT
from tests.factories_checkin import make_meeting

pytestmark = pytest.mark.usefixtures("house")


def offered(minutes: int = 300) -> tuple[int, str]:
    scope_id = make_meeting().scope_id
    until = clock.now() + timedelta(minutes=minutes)
    device = service.offer_device(SYSTEM, scope_id, 7, "志愿者一号", expires_at=until)
    return device.id, service.pairing_token(device.id)


def held(device_id: int) -> Device:
    return db.session.get_one(Device, device_id, populate_existing=True)


def test_opened_device_may_nothing_until_the_desk_confirms_it() -> None:
    device_id, code = offered()
    token = service.open_device(code)
    scope_id = held(device_id).scope_id
    assert len(held(device_id).digits) == 4
    assert actors_of([token]) == []
    service.confirm_device(SYSTEM, scope_id, device_id)
    (actor,) = actors_of([token])
    assert (actor.kind, actor.id, actor.subject_id) == (ActorKind.DEVICE, device_id, 7)
    assert actor.may(Permission.SCAN_PASSES, [scope_id])
    assert not actor.may(Permission.SCAN_PASSES, [ROOT])
    assert not actor.may(Permission.SUPERVISE_DOOR, [scope_id])


def test_second_phone_is_refused() -> None:
    _, code = offered()
    service.open_device(code)
    with pytest.raises(Conflict) as refused:
        service.open_device(code)
    assert refused.value.code == "pairing_taken"


def test_code_ends_after_ten_minutes_and_with_it_what_nobody_confirmed() -> None:
    device_id, code = offered()
    other_id, other = offered()
    service.open_device(other)
    with clock.fixed(clock.now() + PAIRING):
        with pytest.raises(Conflict) as refused:
            service.open_device(code)
        assert refused.value.code == "pairing_over"
        with pytest.raises(Conflict):
            service.confirm_device(SYSTEM, held(other_id).scope_id, other_id)
        assert state_of(held(device_id)) is DeviceState.ENDED


def test_refused_phone_never_becomes_a_device() -> None:
    device_id, code = offered()
    token = service.open_device(code)
    service.revoke_device(SYSTEM, held(device_id).scope_id, device_id)
    with pytest.raises(Conflict):
        service.confirm_device(SYSTEM, held(device_id).scope_id, device_id)
    assert actors_of([token]) == []


def test_revoked_and_expired_devices_are_known_and_may_nothing() -> None:
    scope_id = make_meeting().scope_id
    until = clock.now() + timedelta(hours=1)
    token = service.make_device(SYSTEM, scope_id, 7, "东门一号", expires_at=until)
    (living,) = actors_of([token])
    with clock.fixed(until):
        (expired,) = actors_of([token])
    with clock.fixed(until + LATE_SCANS):
        assert actors_of([token]) == []
    service.revoke_device(SYSTEM, scope_id, living.id)
    (revoked,) = actors_of([token])
    assert living.ended_at is None
    assert expired.ended_at == until
    assert revoked.ended_at is not None
    for ended in (expired, revoked):
        assert ended.stands_in([scope_id])
        assert not ended.may(Permission.SCAN_PASSES, [scope_id])


def test_device_of_another_meeting_is_not_found() -> None:
    device_id, _ = offered()
    elsewhere = make_meeting().scope_id
    for act in (service.revoke_device, service.confirm_device):
        with pytest.raises(NotFound):
            act(SYSTEM, elsewhere, device_id)
    with pytest.raises(NotFound):
        service.rename_device(SYSTEM, elsewhere, device_id, "别人的")


def test_invented_code_is_not_found_and_a_device_needs_a_name(house: Flask) -> None:
    device_id, code = offered()
    with pytest.raises(NotFound):
        service.paired_device("a" * 32)
    with pytest.raises(NotFound):
        service.paired_device(code[:-1] + ("b" if code[-1] == "a" else "a"))
    with pytest.raises(Invalid) as refused:
        service.rename_device(SYSTEM, held(device_id).scope_id, device_id, "  ")
    assert refused.value.field == "label"
