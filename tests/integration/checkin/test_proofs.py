"""A pass that a phone has seen is sent as a proof, which opens no name and serves one scan."""

import pytest

from eventapp.checkin.rules import Verdict
from eventapp.registration.rules import (
    PassClaims,
    encode_claims,
    from_text,
    proof_to_text,
    prove,
)
from tests.factories_checkin import make_door, make_registration, pass_text, scan

pytestmark = pytest.mark.usefixtures("house")


def proof_of(registration_id: int, scan_id: str) -> str:
    """Write what our own page sends for a pass."""
    data, signature = from_text(pass_text(registration_id))
    return proof_to_text(data, prove(signature, scan_id))


def test_proof_of_a_pass_admits_in_its_own_scan_and_in_no_other() -> None:
    door = make_door()
    ours, other = make_registration(door), make_registration(door, "张堃")
    text = proof_of(ours, "scan-one-1")
    assert scan(door, text, scan_id="scan-two-2")["verdict"] == Verdict.UNKNOWN
    answer = scan(door, text, scan_id="scan-one-1")
    assert (answer["verdict"], answer["registration_id"]) == (Verdict.ADMITTED, ours)
    forged = proof_to_text(from_text(pass_text(other))[0], b"\0" * 32)
    assert scan(door, forged)["verdict"] == Verdict.UNKNOWN


def test_proof_under_a_key_that_is_not_ours_is_unknown() -> None:
    door = make_door()
    claims = encode_claims(PassClaims(1, 200, door.meeting_id, make_registration(door), 1))
    assert scan(door, proof_to_text(claims, b"\0" * 32))["verdict"] == Verdict.UNKNOWN
