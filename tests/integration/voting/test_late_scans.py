"""What devices upload after presence was counted for a ballot is shown, and changes no count."""

import pytest
from flask import Flask

from eventapp.checkin import service
from eventapp.checkin.queries import late_scans, presence_of
from eventapp.core import clock
from eventapp.voting.queries import late_for
from tests.factories_checkin import Door, make_door, make_registration, pass_text, scan
from tests.factories_devices import make_device, upload


@pytest.fixture
def door(house: Flask) -> Door:
    return make_door()


def test_only_uploads_after_the_head_are_late(door: Door) -> None:
    device, _ = make_device(door)
    early, late = (make_registration(door, name) for name in ("王磊", "张堃"))
    service.keep_uploads(device, door.scope_id, [upload(door, pass_text(early), clock.now())])
    head = presence_of(door.meeting_id).head_seq
    scan(door, pass_text(make_registration(door, "孙丽")))
    service.keep_uploads(device, door.scope_id, [upload(door, pass_text(late), clock.now())])
    assert [one.name for one in late_scans(door.scope_id, head)] == ["张堃"]
    assert late_for(door.scope_id, 999) == []
