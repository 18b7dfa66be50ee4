"""What stands once everything that was scanned is known: worked by hand, then by property."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from eventapp.checkin.rules.settling import Event, Settled, What, ordered_at, settle

NINE = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)
ACK, UP, OUT = What.ACKNOWLEDGED, What.UPLOADED, What.EXIT


def scan(minute: float, what: What, device: str = "east", session: int = 1) -> Event:
    """Give a scan so many minutes after nine, named by device and minute."""
    return Event(NINE + timedelta(minutes=minute), device, f"{minute:g}", what, session)


def told(settled: Settled) -> tuple[str, list[str], dict[str, str]]:
    """Tell who holds the stay, what began one, and what stands against which."""
    inside = settled.inside.scan_id if settled.inside is not None else ""
    conflicts = {scan: other for (_, scan), (_, other) in settled.conflicts.items()}
    return inside, sorted(scan for _, scan in settled.admitted), conflicts


def test_nothing_leaves_nobody_inside() -> None:
    assert settle([]) == Settled()


def test_the_earliest_uploaded_entry_lets_in_and_the_other_is_a_conflict() -> None:
    both = [scan(5, UP, "west"), scan(2, UP)]
    assert told(settle(both)) == ("2", ["2"], {"5": "2"})


def test_an_acknowledged_entry_stands_against_an_earlier_uploaded_one() -> None:
    both = [scan(2, UP), scan(5, ACK, "west")]
    assert told(settle(both)) == ("5", ["5"], {"2": "5"})


def test_an_acknowledged_entry_stands_against_a_later_uploaded_one() -> None:
    both = [scan(2, ACK), scan(5, UP, "west")]
    assert told(settle(both)) == ("2", ["2"], {"5": "2"})


def test_whoever_went_out_may_come_again() -> None:
    day = [scan(2, UP), scan(3, OUT, "west"), scan(5, UP, "west")]
    settled = settle(day)
    assert told(settled) == ("5", ["2", "5"], {})
    assert settled.ended == {("west", "3")}


def test_exit_of_nobody_ends_nothing() -> None:
    settled = settle([scan(1, OUT), scan(2, UP), scan(3, OUT, session=2)])
    assert told(settled) == ("2", ["2"], {})
    assert settled.ended == frozenset()


def test_entering_another_session_ends_the_stay_in_the_first() -> None:
    day = [scan(1, ACK), scan(2, UP, "west", session=2), scan(3, UP, session=1)]
    assert told(settle(day)) == ("3", ["1", "2", "3"], {})


def test_equal_times_are_ordered_by_device_then_by_scan() -> None:
    one = Event(NINE, "b", "1", UP, 1)
    two = Event(NINE, "a", "2", UP, 1)
    three = Event(NINE, "a", "1", UP, 1)
    settled = settle([one, two, three])
    assert settled.inside == three
    assert settled.conflicts == {("a", "2"): ("a", "1"), ("b", "1"): ("a", "1")}


def test_time_is_corrected_and_not_before_the_last_sync() -> None:
    claimed = NINE + timedelta(hours=26)
    day = -26 * 3_600_000
    assert ordered_at(claimed, day, NINE - timedelta(hours=1)) == NINE
    assert ordered_at(claimed, day, NINE + timedelta(minutes=1)) == NINE + timedelta(minutes=1)
    assert ordered_at(NINE, None, None) == NINE


DEVICES = ("d1", "d2", "d3", "d4", "d5", "d6")
_moment = st.tuples(
    st.integers(0, 40),  # minute
    st.sampled_from(DEVICES),
    st.sampled_from((UP, UP, OUT, ACK)),
    st.integers(1, 2),  # session
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[int, Event]], list[Event]]:
    """Draw what happened on up to six devices, and how it was heard of.

    Gives the truth, and the same scans as they came: of clocks up to 26 hours off, cut into
    batches, out of order, some of them twice.
    """
    moments = draw(st.lists(_moment, min_size=1, max_size=14, unique_by=lambda one: one[:2]))
    skews = {device: draw(st.integers(-26 * 3600, 26 * 3600)) for device in DEVICES}
    truth, heard = [], []
    for minute, device, what, session in moments:
        at = NINE + timedelta(minutes=minute)
        claimed = at + timedelta(seconds=skews[device])
        ordered = ordered_at(claimed, -skews[device] * 1000, at - timedelta(hours=1))
        truth.append((minute, Event(at, device, str(minute), what, session)))
        heard.append(Event(ordered, device, str(minute), what, session))
    again = draw(st.lists(st.sampled_from(heard), max_size=4))
    return truth, draw(st.permutations([*heard, *again]))


def replayed(truth: list[tuple[int, Event]]) -> tuple[Event | None, set[tuple[str, str]]]:
    """Say it once more, minute by minute, as somebody at the desk would: the control."""
    inside: Event | None = None
    refused: set[tuple[str, str]] = set()
    for _, event in sorted(truth, key=lambda one: (one[0], one[1].device)):
        same = inside is not None and inside.session_id == event.session_id
        if event.what is OUT:
            inside = None if same else inside
        elif event.what is ACK and same and inside is not None and inside.what is UP:
            refused.add(inside.key)
            inside = event
        elif same:
            if event.what is UP:
                refused.add(event.key)
        else:
            inside = event
    return inside, refused


@settings(max_examples=2000, deadline=None)
@given(histories())
def test_state_is_the_same_however_it_was_heard_of(
    drawn: tuple[list[tuple[int, Event]], list[Event]],
) -> None:
    truth, heard = drawn
    known: dict[tuple[str, str], Event] = {}
    for event in heard:  # the ledger keeps each scan once
        known.setdefault(event.key, event)
    settled = settle(known.values())
    inside, refused = replayed(truth)
    assert settled.inside == inside
    assert set(settled.conflicts) == refused


@settings(max_examples=500, deadline=None)
@given(histories())
def test_every_uploaded_entry_either_lets_in_or_is_a_conflict_and_no_acknowledged_one_is(
    drawn: tuple[list[tuple[int, Event]], list[Event]],
) -> None:
    events = [event for _, event in drawn[0]]
    settled = settle(events)
    for event in events:
        if event.what is UP:
            assert (event.key in settled.admitted) != (event.key in settled.conflicts)
        else:
            assert event.key not in settled.conflicts
    if settled.inside is not None:
        assert settled.inside.key in settled.admitted
