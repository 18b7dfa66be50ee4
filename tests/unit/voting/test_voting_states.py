"""The life of a ballot, one literal table."""

import pytest

from eventapp.core.errors import Conflict, Forbidden, Invalid
from eventapp.voting.rules import (
    BALLOT_STATE_LABELS,
    BallotState,
    ensure_may_annul,
    ensure_may_become,
    ensure_may_cast,
    ensure_may_edit,
    ensure_may_open,
    may_become,
    may_cast,
    may_edit,
)

DRAFT, OPEN, CLOSED, DECLARED, ANNULLED = BallotState
ALLOWED = {
    (DRAFT, OPEN),
    (OPEN, CLOSED),
    (CLOSED, DECLARED),
    (OPEN, ANNULLED),
    (CLOSED, ANNULLED),
    (DECLARED, ANNULLED),
}


@pytest.mark.parametrize("to", list(BallotState))
@pytest.mark.parametrize("state", list(BallotState))
def test_a_ballot_goes_forward_only(state: BallotState, to: BallotState) -> None:
    assert may_become(state, to) == ((state, to) in ALLOWED)
    if (state, to) in ALLOWED:
        ensure_may_become(state, to)
    else:
        with pytest.raises(Conflict) as caught:
            ensure_may_become(state, to)
        assert caught.value.code == f"ballot_{state}"


@pytest.mark.parametrize("state", list(BallotState))
def test_only_a_draft_is_edited_and_only_an_open_ballot_takes_votes(state: BallotState) -> None:
    assert may_edit(state) == (state is DRAFT)
    assert may_cast(state) == (state is OPEN)
    for may, ensure in ((may_edit, ensure_may_edit), (may_cast, ensure_may_cast)):
        if may(state):
            ensure(state)
        else:
            with pytest.raises(Conflict):
                ensure(state)
    assert BALLOT_STATE_LABELS[state]


def test_what_was_not_deliberated_is_opened_only_for_a_reason_of_the_chair() -> None:
    ensure_may_open(DRAFT, deliberated=True)
    ensure_may_open(DRAFT, deliberated=False, override_reason="会前已书面征求意见")
    for reason in ("", "  "):
        with pytest.raises(Conflict) as caught:
            ensure_may_open(DRAFT, deliberated=False, override_reason=reason)
        assert caught.value.code == "not_deliberated"
    with pytest.raises(Conflict) as caught:
        ensure_may_open(CLOSED, deliberated=True)
    assert caught.value.code == "ballot_closed"


def test_annulling_takes_a_reason_and_two_persons() -> None:
    ensure_may_annul(DECLARED, reason="选票多于发出", first=1, second=2)
    with pytest.raises(Invalid):
        ensure_may_annul(OPEN, reason=" ", first=1, second=2)
    with pytest.raises(Forbidden):
        ensure_may_annul(OPEN, reason="选票多于发出", first=1, second=1)
    with pytest.raises(Conflict):
        ensure_may_annul(DRAFT, reason="选票多于发出", first=1, second=2)
