"""A meeting's states and its address, worked by hand and by property."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Conflict, Invalid
from eventapp.core.slugs import ensure_slug
from eventapp.meetings.rules import (
    KIND_LABEL,
    NEXT,
    STATE_LABEL,
    Kind,
    State,
    ensure_may_become,
    may_become,
    needs_reason,
)


def test_every_kind_and_state_has_a_label_of_its_own() -> None:
    assert set(KIND_LABEL) == set(Kind)
    assert set(STATE_LABEL) == set(NEXT) == set(State)
    assert len(set(STATE_LABEL.values())) == len(State)


def test_the_ordinary_way_leads_from_draft_to_archive() -> None:
    way = ["draft", "published", "registration_open", "registration_closed", "in_session"]
    states = [State(word) for word in [*way, "adjourned", "archived"]]
    assert all(may_become(old, new) for old, new in pairwise(states))


def test_a_meeting_without_public_registration_opens_straight_from_published() -> None:
    ensure_may_become(State.PUBLISHED, State.IN_SESSION)


def test_an_adjourned_meeting_may_resume() -> None:
    ensure_may_become(State.ADJOURNED, State.IN_SESSION)


def test_registration_may_open_again() -> None:
    ensure_may_become(State.REGISTRATION_CLOSED, State.REGISTRATION_OPEN)


@pytest.mark.parametrize("old", [State.IN_SESSION, State.ADJOURNED, State.ARCHIVED])
def test_a_meeting_that_began_is_neither_postponed_nor_cancelled(old: State) -> None:
    for new in (State.POSTPONED, State.CANCELLED):
        with pytest.raises(Conflict):
            ensure_may_become(old, new, "台风")


def test_a_postponed_meeting_goes_back_to_published() -> None:
    assert NEXT[State.POSTPONED] == {State.PUBLISHED, State.CANCELLED}


def test_postponing_without_a_reason_is_refused_at_the_reason() -> None:
    with pytest.raises(Invalid) as refusal:
        ensure_may_become(State.PUBLISHED, State.POSTPONED, "  ")
    assert refusal.value.field == "reason"
    ensure_may_become(State.PUBLISHED, State.POSTPONED, "台风")


def test_only_calling_off_needs_a_reason() -> None:
    assert {state for state in State if needs_reason(state)} == {State.POSTPONED, State.CANCELLED}


def test_a_cancelled_meeting_stays_cancelled() -> None:
    assert not NEXT[State.CANCELLED]


@pytest.mark.parametrize("text", ["founding-2024", "a", "2024", "a-b-c"])
def test_a_plain_slug_is_returned_unchanged(text: str) -> None:
    assert ensure_slug(text) == text


@pytest.mark.parametrize(
    "text", ["", "-a", "a-", "a--b", "A", "成立", "a b", "a\n", "a/b", "é", "a" * 61]
)
def test_a_slug_that_cannot_be_printed_as_an_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ensure_slug(text)
    assert refusal.value.field == "slug"
    assert "60" in str(refusal.value)


@given(st.text(max_size=80))
def test_whatever_passes_as_a_slug_is_safe_in_a_path(text: str) -> None:
    try:
        slug = ensure_slug(text)
    except Invalid:
        return
    assert slug == text
    assert re.fullmatch(r"[a-z0-9-]{1,60}", slug)
