"""Registrations, passes and typed codes."""

import secrets
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.core.errors import Conflict, Invalid
from eventapp.registration.rules import (
    CATEGORY_LABEL,
    CODE_ALPHABET,
    NEXT,
    PUBLIC_CATEGORIES,
    STATE_LABEL,
    Category,
    PassClaims,
    State,
    clean_code,
    code_is_plausible,
    contacts_end_at,
    decide_registration,
    decode_claims,
    encode_claims,
    ensure_may_become,
    format_code,
    from_text,
    make_code,
    may_become,
    to_text,
)

CLAIMS = st.builds(
    PassClaims,
    version=st.just(1),
    key_id=st.integers(0, 255),
    meeting_id=st.integers(0, 2**32 - 1),
    registration_id=st.integers(0, 2**32 - 1),
    generation=st.integers(0, 2**16 - 1),
)
SIGNATURES = st.binary(min_size=64, max_size=64)
CODES = st.integers(0, 2**35 - 1).map(lambda chance: make_code(lambda _bits: chance))


def test_every_category_and_state_has_a_label() -> None:
    assert set(CATEGORY_LABEL) == set(Category)
    assert set(STATE_LABEL) == set(NEXT) == set(State)


def test_a_declined_registration_may_still_be_approved() -> None:
    ensure_may_become(State.DECLINED, State.APPROVED)


@pytest.mark.parametrize("old", [State.SUBMITTED, State.APPROVED, State.WAITLISTED, State.DECLINED])
def test_any_living_registration_may_be_cancelled(old: State) -> None:
    assert may_become(old, State.CANCELLED)


def test_only_an_approved_registration_can_be_replaced() -> None:
    assert [old for old in State if may_become(old, State.REPLACED)] == [State.APPROVED]


@pytest.mark.parametrize("old", [State.CANCELLED, State.REPLACED])
def test_a_registration_that_ended_goes_nowhere(old: State) -> None:
    for new in State:
        with pytest.raises(Conflict):
            ensure_may_become(old, new)


@pytest.mark.parametrize(
    ("quota_left", "auto_approve", "expected"),
    [
        (None, True, State.APPROVED),
        (None, False, State.SUBMITTED),
        (1, True, State.APPROVED),
        (1, False, State.SUBMITTED),
        (0, True, State.WAITLISTED),
        (0, False, State.WAITLISTED),
        (-1, True, State.WAITLISTED),
    ],
)
def test_a_full_category_waits_whoever_approves(
    quota_left: int | None, auto_approve: bool, expected: State
) -> None:
    decided = decide_registration(Category.DELEGATE, PUBLIC_CATEGORIES, quota_left, auto_approve)
    assert decided is expected


@pytest.mark.parametrize(
    "category", [Category.LEADER, Category.GUEST, Category.PRESS, Category.STAFF]
)
def test_nobody_registers_himself_as_a_leader_or_guest(category: Category) -> None:
    with pytest.raises(Invalid) as refusal:
        decide_registration(category, PUBLIC_CATEGORIES, None, True)
    assert refusal.value.field == "category"


def test_an_organiser_may_open_the_press() -> None:
    opened = PUBLIC_CATEGORIES | {Category.PRESS}
    assert decide_registration(Category.PRESS, opened, None, True) is State.APPROVED


def test_claims_are_laid_out_as_written_down() -> None:
    claims = PassClaims(1, 2, 0x01020304, 0x0A0B0C0D, 0x0E0F)
    assert encode_claims(claims).hex() == "0102010203040a0b0c0d0e0f"


@given(CLAIMS)
def test_claims_come_back_as_they_went(claims: PassClaims) -> None:
    assert decode_claims(encode_claims(claims)) == claims


@pytest.mark.parametrize(
    "claims",
    [
        PassClaims(1, 256, 1, 1, 1),
        PassClaims(1, 1, 2**32, 1, 1),
        PassClaims(1, 1, 1, -1, 1),
        PassClaims(1, 1, 1, 1, 2**16),
    ],
)
def test_a_number_that_does_not_fit_is_refused(claims: PassClaims) -> None:
    with pytest.raises(Invalid):
        encode_claims(claims)


def test_claims_of_another_version_or_length_are_unreadable() -> None:
    good = encode_claims(PassClaims(1, 1, 1, 1, 1))
    for bad in (b"\x02" + good[1:], good[:-1], good + b"\x00", b""):
        with pytest.raises(Invalid) as refusal:
            decode_claims(bad)
        assert refusal.value.code == "pass_unreadable"


def as_typed_by_a_wedge(text: str) -> str:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text.lower())
    return f"  {wide[:40]}\u3000{wide[40:]}\r\n"


@given(CLAIMS, SIGNATURES)
def test_a_pass_is_122_characters_and_forgives_how_it_was_typed(
    claims: PassClaims, signature: bytes
) -> None:
    data = encode_claims(claims)
    text = to_text(data, signature)
    assert len(text) == 122
    assert text.isupper()
    assert from_text(text) == from_text(as_typed_by_a_wedge(text)) == (data, signature)


@given(st.text(max_size=500))
def test_any_other_text_is_unreadable_and_nothing_worse(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        from_text(text)
    assert refusal.value.code == "pass_unreadable"


@pytest.mark.parametrize("wrong", ["0", "1", "8", "=", "中", "-"])
def test_a_foreign_character_makes_a_pass_unreadable(wrong: str) -> None:
    text = to_text(bytes(12), bytes(64))
    with pytest.raises(Invalid):
        from_text(wrong + text[1:])


def test_a_pass_has_one_reading_only() -> None:
    text = to_text(bytes(12), bytes(64))
    assert text.endswith("A")
    for twin in "BCD":
        with pytest.raises(Invalid):
            from_text(text[:-1] + twin)


def test_a_pass_of_wrong_sizes_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="12 bytes"):
        to_text(bytes(11), bytes(64))


@given(CODES)
def test_a_code_survives_printing_and_careless_typing(code: str) -> None:
    assert len(code) == 8
    assert code_is_plausible(code)
    printed = format_code(code)
    careless = printed.lower().replace("0", "o").replace("1", "l").replace("-", " — ")
    assert clean_code(printed) == clean_code(careless) == code


@given(CODES, st.integers(0, 7), st.sampled_from(CODE_ALPHABET))
def test_one_wrong_symbol_is_always_noticed(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert code_is_plausible(wrong) is (wrong == code)


@given(CODES, st.integers(0, 7), st.integers(0, 7))
def test_two_exchanged_symbols_are_always_noticed(code: str, one: int, two: int) -> None:
    symbols = list(code)
    symbols[one], symbols[two] = symbols[two], symbols[one]
    wrong = "".join(symbols)
    assert code_is_plausible(wrong) is (wrong == code)


def test_a_code_uses_all_of_its_chance() -> None:
    asked: list[int] = []

    def randbits(bits: int) -> int:
        asked.append(bits)
        return secrets.randbits(bits)

    assert len({make_code(randbits) for _ in range(200)}) == 200
    assert set(asked) == {35}
    assert make_code(lambda _bits: 2**35 - 1).startswith("ZZZZZZZ")


def test_a_code_is_printed_in_two_groups() -> None:
    assert format_code("ABCD2345") == "ABCD-2345"


@pytest.mark.parametrize(
    "text", ["", "ABCD-2345" + " " * 400, "ABCD-234", "ABCD-23456", "ABCU-2345", "签到码签到码签到"]
)
def test_what_is_not_eight_symbols_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_code(text)
    assert refusal.value.field == "code"


@pytest.mark.parametrize(
    ("ended", "months", "due"),
    [
        ((2024, 12, 3), 6, (2025, 6, 3)),
        ((2024, 8, 31), 6, (2025, 2, 28)),
        ((2023, 8, 31), 6, (2024, 2, 29)),
        ((2024, 11, 30), 1, (2024, 12, 30)),
        ((2024, 12, 31), 12, (2025, 12, 31)),
    ],
)
def test_contacts_are_due_on_the_same_day_or_the_last_of_a_shorter_month(
    ended: tuple[int, int, int], months: int, due: tuple[int, int, int]
):
    at = datetime(*ended, 17, 30, tzinfo=UTC)
    assert contacts_end_at(at, months) == datetime(*due, 17, 30, tzinfo=UTC)
