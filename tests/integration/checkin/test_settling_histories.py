"""Histories of a day with devices that hear nothing, through the real service on both databases."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import aliased

from eventapp.checkin import queries, service
from eventapp.checkin.models import Admission, Scan, ScanConflict
from eventapp.checkin.rules import Direction
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db
from eventapp.core.ledger import verify
from tests.conftest import FULL
from tests.factories_checkin import Door, make_door, make_registration, pass_text, scan
from tests.factories_devices import make_device, upload

MINUTE = timedelta(minutes=1)
LIVE = "acknowledged-"
_moment = st.tuples(
    st.integers(0, 50),  # minute
    st.integers(0, 3),  # device
    st.integers(0, 1),  # pass
    st.sampled_from((Direction.ENTRY, Direction.ENTRY, Direction.EXIT)),
)


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Any], list[Any], list[Any]]:
    """Draw scans, and two ways of uploading them: cut, out of order, some of them twice."""
    moments = draw(st.lists(_moment, min_size=2, max_size=9, unique_by=lambda one: one[0]))
    skews = [draw(st.integers(-26 * 60, 26 * 60)) for _ in range(4)]
    ways = []
    for _ in range(2):
        order = draw(st.permutations(moments))
        cuts = sorted(draw(st.sets(st.integers(1, len(order)), max_size=3)) | {0, len(order)})
        batches = [order[a:b] for a, b in pairwise(cuts)]
        ways.append([*batches, *draw(st.lists(st.sampled_from(batches), max_size=2))])
    return skews, ways[0], ways[1]


def lived(way: list[Any], skews: list[int], now: datetime, live: bool) -> dict[str, Any]:
    """Let a door live through a day, where the server too let somebody in; tell what stands."""
    door: Door = make_door()
    devices: list[Actor] = [make_device(door, f"门{i}")[0] for i in range(4)]
    people = [make_registration(door, name) for name in ("王磊", "张堃")]
    if live:
        scan(door, pass_text(people[0]), scan_id=f"{LIVE}{door.meeting_id}")
    for batch in way:
        for number, device in enumerate(devices):
            sent = [
                upload(
                    door,
                    pass_text(people[who]),
                    now - timedelta(hours=1) + minute * MINUTE,
                    scan_id=f"scan-{number}-{minute}",
                    direction=direction,
                    skew=skews[number] * MINUTE,
                )
                for minute, which, who, direction in batch
                if which == number
            ]
            service.keep_uploads(device, door.scope_id, sent)
    inside = queries.presence_of(door.meeting_id).inside
    assert inside == queries.inside_now(door.meeting_id)
    assert list(verify(Scan, door.scope_id)) == []
    names = {str(device): f"device {i}" for i, device in enumerate(devices)}
    kept = db.session.execute(
        sa.select(Scan.device, Scan.scan_id).where(
            Scan.scope_id == door.scope_id, Scan.shown.is_not(None)
        )
    )
    admissions = db.session.execute(
        sa.select(Admission.registration_id, Admission.device, Admission.admitted_at).where(
            Admission.meeting_id == door.meeting_id
        )
    )
    other = aliased(Scan)
    conflicts = db.session.execute(
        sa.select(Scan.scan_id, other.scan_id)
        .select_from(ScanConflict)
        .join(Scan, Scan.id == ScanConflict.scan_id)
        .outerjoin(other, other.id == ScanConflict.other_id)
        .where(ScanConflict.meeting_id == door.meeting_id, ScanConflict.resolution.is_(None))
    )
    return {
        "kept": {(names[row.device], row.scan_id) for row in kept},
        "inside": {(people.index(row[0]), names.get(row[1], "live"), row[2]) for row in admissions},
        "conflicts": {(row[0], LIVE if row[1].startswith(LIVE) else row[1]) for row in conflicts},
    }


@pytest.mark.usefixtures("house")
@settings(
    max_examples=60 if FULL else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days(), st.booleans())
def test_same_state_whatever_the_order_and_no_scan_is_lost(
    day: tuple[list[Any], list[Any], list[Any]], live: bool
) -> None:
    skews, one_way, other_way = day
    now = clock.now()
    with clock.fixed(now):
        first = lived(one_way, skews, now, live)
        second = lived(other_way, skews, now, live)
    assert first == second
    assert first["kept"] == {
        (f"device {which}", f"scan-{which}-{minute}")
        for batch in one_way
        for minute, which, _, _ in batch
    }
