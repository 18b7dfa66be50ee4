"""The bytes that docs/records.md promises, computed through the code.

The vectors were made with Python's standard library and `cryptography` alone, without this house:
so this test fails when a formula changes, in the code or on paper.
"""

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from eventapp.accounts.rules import link_text, read_link
from eventapp.alliance import rules as alliance
from eventapp.charter import rules as charter
from eventapp.core.keys import KeyRing
from eventapp.core.ledger import GENESIS, canonical, digest, link
from eventapp.minutes import rules as minutes
from eventapp.registration import rules as registration
from eventapp.voting import rules as voting

DOCS = Path(__file__).resolve().parents[2] / "docs"
VECTORS: dict[str, Any] = json.loads((DOCS / "records-vectors.json").read_text("utf-8"))
DOCUMENTS = [name for name, vector in VECTORS.items() if "sha256" in vector and "record" in vector]


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    """A key ring with the documented key and secret."""
    ring = KeyRing(tmp_path, VECTORS["link"]["secret_key"].encode())
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["pass"]["private_key_seed"]))
    ring.private[1], ring.public[1] = key, key.public_key()
    return ring


def assert_documented(name: str, record: dict[str, Any]) -> None:
    """Hold a record of the code against the documented bytes and digest."""
    vector = VECTORS[name]
    assert canonical(record).decode() == vector["canonical"]
    assert digest(record) == vector["sha256"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_documented_digest_is_sha_256_of_the_documented_bytes(name: str) -> None:
    vector = VECTORS[name]
    assert hashlib.sha256(vector["canonical"].encode()).hexdigest() == vector["sha256"]
    assert json.loads(vector["canonical"]) == vector["record"]


def test_canonical_json_sorts_keys_and_keeps_chinese_as_it_is() -> None:
    vector = VECTORS["canonical"]
    assert canonical(vector["data"]).decode() == vector["text"]


def test_each_record_of_a_ledger_follows_the_one_before() -> None:
    before = VECTORS["ledger"]["genesis"]
    assert before == GENESIS
    for record in VECTORS["ledger"]["records"]:
        body = canonical({**record["facts"], "seq": record["seq"]})
        assert body.decode() == record["body"]
        assert link(before, body) == record["hash"]
        before = record["hash"]


def test_a_pass_is_its_claims_and_their_signature(ring: KeyRing) -> None:
    vector = VECTORS["pass"]
    claims = registration.PassClaims(**vector["claims"])
    data = registration.encode_claims(claims)
    signature = ring.sign(claims.key_id, data)
    assert (data.hex(), signature.hex()) == (vector["claims_bytes"], vector["signature"])
    assert ring.public_text(1) == vector["public_key"]
    assert registration.to_text(data, signature) == vector["text"]
    assert registration.from_text(vector["text"].lower()) == (data, signature)
    assert ring.verify(1, data, signature)


def test_a_typed_code_ends_in_its_own_check_symbol() -> None:
    vector = VECTORS["typed_code"]
    assert registration.make_code(lambda _bits: vector["chance"]) == vector["code"]
    assert registration.code_is_plausible(vector["code"])


def test_a_link_is_its_id_and_a_mac_over_id_and_generation(ring: KeyRing) -> None:
    vector = VECTORS["link"]
    message = f"{vector['link_id']}:{vector['generation']}".encode()
    mac = ring.mac(vector["purpose"], message)
    assert mac.hex() == vector["mac"]
    assert link_text(vector["link_id"], mac) == vector["text"]
    assert read_link(vector["text"]) == (vector["link_id"], mac[:16])


def test_a_text_is_named_by_eight_digits_and_recorded_by_twelve() -> None:
    vector = VECTORS["text"]
    found = voting.text_digest(vector["text"])
    assert found == vector["sha256"]
    assert voting.short_code(found) == charter.short_code(found) == vector["short_code"]
    assert voting.record_code(found) == vector["record_code"]


def test_a_list_is_hashed_with_its_lines_in_their_order() -> None:
    record = VECTORS["list_edition"]["record"]
    lines = [
        alliance.ListEntry(
            alliance.EntryKind(entry["kind"]), entry["subject_id"], entry["name"], entry["seat"]
        )
        for entry in record["entries"]
    ]
    assert_documented(
        "list_edition", alliance.edition_record(record["title"], record["number"], lines)
    )


def test_a_charter_is_hashed_clause_by_clause() -> None:
    record = VECTORS["charter_edition"]["record"]
    clauses = [
        charter.Clause(
            clause["id"], charter.ClauseKind(clause["kind"]), clause["ordinal"], clause["text"]
        )
        for clause in record["clauses"]
    ]
    assert_documented("charter_edition", charter.edition_record(record["title"], clauses))


def test_an_electorate_is_hashed_the_same_in_any_order() -> None:
    record = VECTORS["electorate"]["record"]
    units = [voting.Unit(**unit) for unit in record["units"]]
    source = {key: record[key] for key in ("source", "list_edition")}
    assert_documented("electorate", {**voting.electorate_record(reversed(units)), **source})


def test_the_sum_that_decided_is_part_of_what_is_hashed() -> None:
    record = VECTORS["decision"]["record"]
    rule = voting.Rule.from_record(record["rule"])
    decision = voting.decide_outcome(rule, voting.Counts(**record["counts"]))
    assert_documented("decision", decision.to_record())


def test_minutes_are_hashed_as_the_content_that_was_seen() -> None:
    content = minutes.content_from(VECTORS["minutes_content"]["record"])
    assert_documented("minutes_content", content.record())


def test_a_ballot_recorded_by_the_documented_formulas_holds() -> None:
    assert voting.verify_record(VECTORS["ballot_record"]) == []


@pytest.mark.parametrize("change", ["choice", "order", "outcome", "tail"])
def test_a_ballot_that_was_tampered_with_does_not_hold(change: str) -> None:
    record = copy.deepcopy(VECTORS["ballot_record"])
    if change == "choice":
        record["records"][3]["body"] = record["records"][3]["body"].replace('"yes"', '"no"')
    elif change == "order":
        record["records"][1], record["records"][2] = record["records"][2], record["records"][1]
    elif change == "outcome":
        record["outcome"]["body"] = record["outcome"]["body"].replace("passed", "failed")
    else:
        record["records"].pop()
    assert voting.verify_record(record) != []
