"""The door's answers, one by one and in their order, and who is present."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.checkin.rules import (
    DIRECTION_LABEL,
    METHOD_LABEL,
    SAYING,
    TONE_LABEL,
    VERDICT_LABEL,
    WAY_LABEL,
    AdmissionFacts,
    Direction,
    Inside,
    Method,
    Move,
    Speaker,
    Tone,
    Verdict,
    Way,
    decide_admission,
    hall_after,
    is_staffed,
    units_present,
)

NINE = datetime(2024, 1, 19, 1, 0, tzinfo=UTC)
GOOD = AdmissionFacts(scanned_at=NINE)


def inside_for(seconds: float, *, same_device: bool) -> Inside:
    return Inside(at=NINE - timedelta(seconds=seconds), gate="东门", same_device=same_device)


# From the last question asked to the first: each breaks one more thing than the line before.
WORSE_AND_WORSE = [
    ({}, Verdict.ADMITTED),
    ({"places_left": 0}, Verdict.FULL),
    ({"left_for_good": True}, Verdict.NO_REENTRY),
    ({"inside": inside_for(60, same_device=False)}, Verdict.ALREADY_INSIDE),
    ({"gate_opens_at": NINE + timedelta(minutes=1)}, Verdict.GATE_CLOSED),
    ({"gate_categories": frozenset({"press"})}, Verdict.WRONG_CATEGORY),
    ({"meeting_state": "adjourned"}, Verdict.MEETING_NOT_OPEN),
    ({"registration_state": "waitlisted"}, Verdict.NOT_APPROVED),
    ({"generation_current": False}, Verdict.REVOKED),
    ({"registered_here": False}, Verdict.WRONG_MEETING),
    ({"known": False}, Verdict.UNKNOWN),
    ({"readable": False}, Verdict.UNREADABLE),
]


def test_every_word_of_the_door_is_labelled_and_explained() -> None:
    assert set(VERDICT_LABEL) == set(SAYING) == set(Verdict)
    assert set(METHOD_LABEL) == set(Method)
    assert set(DIRECTION_LABEL) == set(Direction)
    assert set(TONE_LABEL) == set(Tone)
    assert set(WAY_LABEL) == set(Way)
    assert all(saying.sentence and saying.next_step for saying in SAYING.values())


def test_only_an_entry_or_an_exit_sounds_like_success() -> None:
    good = {verdict for verdict, saying in SAYING.items() if saying.tone is Tone.OK}
    assert good == {Verdict.ADMITTED, Verdict.CONFIRMED, Verdict.LEFT}


@pytest.mark.parametrize(("broken", "verdict"), WORSE_AND_WORSE)
def test_each_single_fault_has_its_own_answer(broken: dict[str, object], verdict: Verdict) -> None:
    assert decide_admission(replace(GOOD, **broken)) is verdict


def test_of_several_faults_the_door_names_the_first_in_its_order() -> None:
    facts = GOOD
    for broken, verdict in WORSE_AND_WORSE:
        facts = replace(facts, **broken)
        assert decide_admission(facts) is verdict


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("submitted", Verdict.NOT_APPROVED),
        ("declined", Verdict.NOT_APPROVED),
        ("cancelled", Verdict.CANCELLED),
        ("replaced", Verdict.REPLACED),
    ],
)
def test_the_registration_must_stand(state: str, verdict: Verdict) -> None:
    assert decide_admission(replace(GOOD, registration_state=state)) is verdict


@pytest.mark.parametrize("state", ["registration_open", "registration_closed", "in_session"])
def test_the_door_opens_before_the_meeting_begins(state: str) -> None:
    assert decide_admission(replace(GOOD, meeting_state=state)) is Verdict.ADMITTED


@pytest.mark.parametrize("state", ["draft", "published", "postponed", "cancelled", "archived"])
def test_nobody_enters_a_meeting_that_is_not_held_now(state: str) -> None:
    assert decide_admission(replace(GOOD, meeting_state=state)) is Verdict.MEETING_NOT_OPEN


@pytest.mark.parametrize(
    ("seconds", "same_device", "verdict"),
    [
        (0, True, Verdict.SAME_SCAN_REPEAT),
        (4.999, True, Verdict.SAME_SCAN_REPEAT),
        (5, True, Verdict.ALREADY_INSIDE),
        (1, False, Verdict.ALREADY_INSIDE),
        (-1, True, Verdict.ALREADY_INSIDE),
    ],
)
def test_a_trembling_hand_is_told_from_a_second_person(
    seconds: float, same_device: bool, verdict: Verdict
) -> None:
    inside = inside_for(seconds, same_device=same_device)
    assert decide_admission(replace(GOOD, inside=inside)) is verdict


def test_a_gate_for_some_categories_admits_them() -> None:
    facts = replace(GOOD, gate_categories=frozenset({"delegate", "leader"}))
    assert decide_admission(facts) is Verdict.ADMITTED


def test_whoever_is_inside_may_leave_whatever_became_of_the_registration() -> None:
    leaving = replace(
        GOOD,
        direction=Direction.EXIT,
        inside=inside_for(1, same_device=True),
        registration_state="cancelled",
        generation_current=False,
        meeting_state="adjourned",
    )
    assert decide_admission(leaving) is Verdict.LEFT
    assert decide_admission(replace(leaving, inside=None)) is Verdict.NOT_INSIDE
    assert decide_admission(replace(leaving, known=False)) is Verdict.UNKNOWN


CATEGORIES = st.sampled_from(["leader", "guest", "delegate", "observer", "press", "staff"])
INSTANTS = st.datetimes(datetime(2024, 1, 18), datetime(2024, 1, 20), timezones=st.just(UTC))  # noqa: DTZ001
FACTS = st.builds(
    AdmissionFacts,
    scanned_at=INSTANTS,
    readable=st.booleans(),
    known=st.booleans(),
    registered_here=st.booleans(),
    generation_current=st.booleans(),
    registration_state=st.sampled_from(["approved", "approved", "waitlisted", "cancelled"]),
    meeting_state=st.sampled_from(["in_session", "in_session", "adjourned"]),
    category=CATEGORIES,
    gate_categories=st.none() | st.frozensets(CATEGORIES, min_size=1),
    gate_opens_at=st.none() | INSTANTS,
    gate_closes_at=st.none() | INSTANTS,
    places_left=st.none() | st.integers(-3, 3),
    direction=st.sampled_from(Direction),
    inside=st.none() | st.builds(Inside, INSTANTS, st.just("东门"), st.booleans()),
)
NO_RULES = {
    "gate_categories": None,
    "gate_opens_at": None,
    "gate_closes_at": None,
    "places_left": None,
}


@given(FACTS)
def test_no_rule_of_a_gate_ever_stops_somebody_who_leaves(facts: AdmissionFacts) -> None:
    leaving = replace(facts, direction=Direction.EXIT)
    verdict = decide_admission(leaving)
    assert verdict is decide_admission(replace(leaving, **NO_RULES))
    if leaving.readable and leaving.known and leaving.registered_here:
        assert verdict is (Verdict.LEFT if leaving.inside else Verdict.NOT_INSIDE)


@given(FACTS, st.sets(st.sampled_from(sorted(NO_RULES))))
def test_a_rule_less_never_shuts_somebody_out_who_was_let_in(
    facts: AdmissionFacts, lifted: set[str]
) -> None:
    freer = replace(facts, **dict.fromkeys(lifted))
    if decide_admission(facts) is Verdict.ADMITTED:
        assert decide_admission(freer) is Verdict.ADMITTED


@given(FACTS)
def test_whoever_is_let_in_keeps_every_rule(facts: AdmissionFacts) -> None:
    entering = replace(facts, direction=Direction.ENTRY)
    if decide_admission(entering) is not Verdict.ADMITTED:
        return
    assert entering.gate_categories is None or entering.category in entering.gate_categories
    assert entering.gate_opens_at is None or entering.gate_opens_at <= entering.scanned_at
    assert entering.gate_closes_at is None or entering.scanned_at < entering.gate_closes_at
    assert entering.places_left is None or entering.places_left > 0
    assert entering.inside is None


@given(FACTS, INSTANTS)
def test_nobody_who_is_inside_is_told_that_there_is_no_place(
    facts: AdmissionFacts, since: datetime
) -> None:
    inside = replace(facts, inside=Inside(since, "东门", same_device=False))
    assert decide_admission(inside) is not Verdict.FULL


def record(who: int, verdict: Verdict, method: Method = Method.QR, scan_id: str = "a-scan") -> Move:
    """Read a scan as it stands in the ledger."""
    return Move.of(
        {
            "registration_id": who,
            "verdict": verdict,
            "method": method,
            "scan_id": scan_id,
            "received_at": NINE.isoformat(),
        }
    )


def people_inside(moves: list[Move], session: int = 0) -> frozenset[int]:
    return hall_after(moves).inside(session)


def came_in(moves: list[Move]) -> frozenset[int]:
    return hall_after(moves).came


PASSAGES = st.lists(st.tuples(st.integers(1, 6), st.sampled_from(Direction)), max_size=40)


@given(st.integers(1, 4), PASSAGES)
def test_a_session_never_holds_more_than_its_capacity_and_never_turns_away_before(
    capacity: int, passages: list[tuple[int, Direction]]
) -> None:
    answers: list[Move] = []
    for person, direction in passages:
        before = people_inside(answers)
        facts = replace(
            GOOD,
            direction=direction,
            inside=inside_for(60, same_device=False) if person in before else None,
            places_left=capacity - len(before),
        )
        verdict = decide_admission(facts)
        answers.append(Move(person, verdict))
        assert len(people_inside(answers)) <= capacity
        assert (verdict is Verdict.FULL) == (
            direction is Direction.ENTRY and person not in before and len(before) == capacity
        )


def test_who_left_is_outside_and_who_came_back_is_inside() -> None:
    admitted, left = Verdict.ADMITTED, Verdict.LEFT
    answers = [(1, admitted), (2, admitted), (3, admitted), (2, left), (3, left), (3, admitted)]
    moves = [Move(person, verdict) for person, verdict in [*answers, (9, Verdict.REVOKED)]]
    assert people_inside(moves) == {1, 3}


HALL, FORUM, BANQUET = 11, 12, 13


def entered(person: int, session: int) -> Move:
    return Move(person, Verdict.ADMITTED, session)


def left(person: int, session: int) -> Move:
    return Move(person, Verdict.LEFT, session)


def undone(person: int, session: int) -> Move:
    return Move(person, Verdict.LEFT, session, undone=True)


def sessions(moves: list[Move]) -> dict[int, int]:
    return {person: led[-1].session_id for person, led in hall_after(moves).stays.items()}


def test_whoever_enters_one_session_has_left_the_other_and_is_one_person() -> None:
    moves = [entered(1, HALL), entered(2, HALL), entered(1, FORUM)]
    assert sessions(moves) == {1: FORUM, 2: HALL}
    assert people_inside(moves, HALL) == {2}
    assert came_in(moves) == {1, 2}


def test_an_undone_entry_puts_the_person_back_where_they_were() -> None:
    moves = [entered(1, HALL), entered(1, FORUM), undone(1, FORUM)]
    assert sessions(moves) == {1: HALL}
    assert sessions([*moves, undone(1, HALL)]) == {}
    assert came_in([*moves, undone(1, HALL)]) == frozenset()


def test_an_undone_entry_after_an_exit_puts_the_person_outside() -> None:
    moves = [entered(1, HALL), left(1, HALL), entered(1, FORUM), undone(1, FORUM)]
    assert sessions(moves) == {}
    assert came_in(moves) == {1}


def test_whoever_left_a_single_entry_session_may_not_come_again_but_may_leave() -> None:
    gone = replace(GOOD, left_for_good=True)
    assert decide_admission(gone) is Verdict.NO_REENTRY
    assert decide_admission(replace(gone, places_left=0)) is Verdict.NO_REENTRY
    inside = inside_for(60, same_device=False)
    assert decide_admission(replace(gone, inside=inside)) is Verdict.ALREADY_INSIDE
    assert decide_admission(replace(gone, direction=Direction.EXIT)) is Verdict.NOT_INSIDE


def test_a_gate_for_leaving_lets_nobody_in_and_every_gate_lets_people_out() -> None:
    inside = inside_for(60, same_device=False)
    assert decide_admission(replace(GOOD, gate_way=Way.EXIT)) is Verdict.GATE_CLOSED
    for way in Way:
        leaving = replace(GOOD, gate_way=way, inside=inside, direction=Direction.EXIT)
        assert decide_admission(leaving) is Verdict.LEFT


def kiosk(who: int) -> Move:
    return record(who, Verdict.ADMITTED, Method.KIOSK)


def roll_call(answered: list[int], silent: list[int], session: int = 0) -> Move:
    body = {
        "registration_id": None,
        "verdict": Verdict.CONFIRMED,
        "method": Method.ROLL_CALL,
        "scan_id": "roll-call-1",
        "received_at": NINE.isoformat(),
        "answered": answered,
        "silent": silent,
    }
    return Move.of(body, session)


# Each: what the door recorded, in its order; who is inside then; who of them counts; who came.
HISTORIES = {
    "who came by a staffed gate counts": ([record(1, Verdict.ADMITTED)], {1}, {1}, {1}),
    "who came by the kiosk is inside and waits": ([kiosk(1)], {1}, set(), {1}),
    "a staffed gate confirms who waits": (
        [kiosk(1), record(1, Verdict.CONFIRMED)],
        {1},
        {1},
        {1},
    ),
    "who leaves and comes again by the kiosk waits again": (
        [record(1, Verdict.ADMITTED), record(1, Verdict.LEFT), kiosk(1)],
        {1},
        set(),
        {1},
    ),
    "a roll-call alone is a presence": ([roll_call([1, 2], [3])], {1, 2}, {1, 2}, {1, 2}),
    "who answers counts, though the kiosk let them in": (
        [kiosk(1), roll_call([1], [])],
        {1},
        {1},
        {1},
    ),
    "who was scanned and is silent is inside and waits": (
        [record(1, Verdict.ADMITTED), record(2, Verdict.ADMITTED), roll_call([1], [2])],
        {1, 2},
        {1},
        {1, 2},
    ),
    "who was not called stays as they were": (
        [record(1, Verdict.ADMITTED), kiosk(2), roll_call([], [])],
        {1, 2},
        {1},
        {1, 2},
    ),
    "who was silent is confirmed by a scan after it": (
        [record(1, Verdict.ADMITTED), roll_call([], [1]), record(1, Verdict.CONFIRMED)],
        {1},
        {1},
        {1},
    ),
    "who answered and leaves is gone": (
        [roll_call([1, 2], []), record(1, Verdict.LEFT)],
        {2},
        {2},
        {1, 2},
    ),
    "who comes after it counts too": (
        [roll_call([1], [2]), record(2, Verdict.ADMITTED)],
        {1, 2},
        {1, 2},
        {1, 2},
    ),
    "the newest roll-call stands": (
        [roll_call([1, 2], []), roll_call([1], [2])],
        {1, 2},
        {1},
        {1, 2},
    ),
    "who answers for one unit and is silent for another is there": (
        [roll_call([1], [1, 2])],
        {1},
        {1},
        {1},
    ),
    "what was taken back never came, answered or not": (
        [
            record(1, Verdict.ADMITTED),
            roll_call([1], []),
            record(1, Verdict.LEFT, Method.MANUAL, "undo-1"),
        ],
        set(),
        set(),
        set(),
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_hall_after(name: str) -> None:
    moves, inside, confirmed, came = HISTORIES[name]
    hall = hall_after(moves)
    assert (hall.inside(), hall.confirmed(), hall.came) == (inside, confirmed, came)


IDS = st.integers(1, 5)
MOVES = st.lists(
    st.one_of(
        st.builds(
            record, IDS, st.sampled_from(Verdict), st.sampled_from([Method.QR, Method.KIOSK])
        ),
        st.builds(roll_call, st.lists(IDS), st.lists(IDS)),
    ),
    max_size=30,
)


@given(MOVES)
def test_whoever_counts_is_inside_and_whoever_is_inside_came(moves: list[Move]) -> None:
    hall = hall_after(moves)
    assert hall.confirmed() <= hall.inside() <= hall.came


@given(MOVES, st.lists(IDS), st.lists(IDS))
def test_after_a_roll_call_who_answered_counts_and_who_was_silent_does_not(
    moves: list[Move], answered: list[int], silent: list[int]
) -> None:
    hall = hall_after([*moves, roll_call(answered, silent)])
    assert set(answered) <= hall.confirmed()
    assert not (set(silent) - set(answered)) & hall.confirmed()


def test_a_roll_call_brings_who_answers_into_its_session_and_an_undo_brings_them_back() -> None:
    moves = [entered(1, FORUM), roll_call([1], [], HALL)]
    assert sessions(moves) == {1: HALL}
    assert hall_after(moves).confirmed(HALL) == {1}
    assert sessions([*moves, undone(1, HALL)]) == {1: FORUM}


def test_who_is_silent_in_another_session_counts_in_none_when_an_undo_brings_them_back() -> None:
    moves = [entered(1, HALL), entered(1, FORUM), roll_call([], [1], HALL), undone(1, FORUM)]
    assert hall_after(moves).inside(HALL) == {1}
    assert hall_after(moves).confirmed(HALL) == frozenset()


def test_a_scan_from_before_the_silence_confirms_nobody_and_one_after_it_does() -> None:
    late = replace(record(1, Verdict.ADMITTED), at=NINE - timedelta(minutes=1))
    assert hall_after([roll_call([], [1]), late]).confirmed() == frozenset()
    assert hall_after([roll_call([], [1]), late]).inside() == {1}
    assert hall_after([roll_call([], [1]), replace(late, at=NINE)]).confirmed() == {1}


def test_leaving_a_session_that_was_left_already_moves_nobody_and_is_not_gone_back_to() -> None:
    moves = [entered(1, HALL), entered(1, FORUM), left(1, HALL)]
    assert sessions(moves) == {1: FORUM}
    assert sessions([*moves, undone(1, FORUM)]) == {}


def test_only_the_kiosk_is_unattended() -> None:
    assert {method for method in Method if not is_staffed(method)} == {Method.KIOSK}


def test_a_kiosk_never_confirms_anybody() -> None:
    waiting = Inside(NINE - timedelta(minutes=1), "东门", same_device=False, confirmed=False)
    facts = replace(GOOD, inside=waiting)
    assert decide_admission(facts) is Verdict.CONFIRMED
    assert decide_admission(replace(facts, staffed=False)) is Verdict.ALREADY_INSIDE


def test_two_delegates_of_one_unit_are_one_unit() -> None:
    mandates = [Speaker(1, 80), Speaker(2, 80), Speaker(3, 81)]
    assert units_present([1, 2], mandates) == {80}


def test_a_unit_by_proxy_counts_only_where_the_rule_says_so() -> None:
    mandates = [Speaker(1, 80), Speaker(1, 81, is_proxy=True)]
    assert units_present([1], mandates) == {80, 81}
    assert units_present([1], mandates, proxies=False) == {80}


SPEAKERS = st.lists(st.builds(Speaker, st.integers(1, 8), st.integers(1, 5), st.booleans()))


@given(st.sets(st.integers(1, 8)), SPEAKERS, st.integers(1, 8))
def test_one_more_person_inside_never_makes_a_unit_absent(
    inside: set[int], mandates: list[Speaker], newcomer: int
) -> None:
    before = units_present(inside, mandates)
    assert before <= units_present(inside | {newcomer}, mandates)
    assert before <= {mandate.organisation_id for mandate in mandates}
