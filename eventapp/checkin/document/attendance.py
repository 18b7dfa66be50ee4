"""The signed attendance: a file that says who came, with the chain that proves it.

Whoever holds the file, SHA-256 and the house's public key can check it without us and without a
network; `docs/records.md` gives the formulas.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any

from eventapp.checkin.rules import MOVING, Move, hall_after
from eventapp.core import clock, keys
from eventapp.core.ledger import GENESIS, canonical, link

SAID = ("meeting", "head", "came", "session", "inside", "confirmed", "gates")
PURPOSE = b"menghui attendance 1\n"
"""Stands before what is signed: no signature of a pass, over 12 bytes, is ever one of these."""


def signed_attendance(attendance: Mapping[str, Any]) -> dict[str, Any]:
    """Put an attendance under the newest key of the house; `records` come along unsigned.

    The statement names the head, and the head holds the records.
    """
    people = _frozen(attendance["people"])
    statement = _frozen(
        {
            "what": "attendance",
            **{name: attendance[name] for name in SAID},
            "people": people["digest"],
            "signed_at": clock.now().isoformat(),
        }
    )
    ring = keys.ring()
    value = ring.sign(ring.newest, PURPOSE + statement["body"].encode())
    return {
        "what": "attendance_record",
        "statement": statement,
        "signature": {
            "key": ring.newest,
            "public_key": ring.public_text(ring.newest),
            "value": value.hex(),
        },
        "people": people,
        "records": attendance["records"],
    }


def _frozen(data: Any) -> dict[str, str]:
    body = canonical(data)
    return {"body": body.decode(), "digest": sha256(body).hexdigest()}


def verify_attendance(record: Mapping[str, Any], trusted: Collection[str]) -> list[str]:
    """Tell everything in a signed attendance that does not hold; nothing when all of it does.

    `trusted` are public keys in hexadecimal, known from elsewhere than the file. Who came and who
    was inside is counted again from the records. A file whose `people` were taken out still
    holds. What cannot be read is a finding, never an error.
    """
    try:
        statement = json.loads(record["statement"]["body"])
        return [
            *_signature(record, trusted),
            *_digests(record, statement),
            *_chain(record, statement),
            *_count(record, statement),
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [f"unreadable: {error!r}"]


def _signature(record: Mapping[str, Any], trusted: Collection[str]) -> Iterator[str]:
    signature, body = record["signature"], record["statement"]["body"].encode()
    if signature["public_key"] not in trusted:
        yield f"signature: by a key that is not trusted, {signature['public_key']}"
    if not keys.signed_by(
        signature["public_key"], PURPOSE + body, bytes.fromhex(signature["value"])
    ):
        yield "signature: does not fit the statement"


def _digests(record: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    parts = {name: record[name] for name in ("statement", "people") if record.get(name)}
    for name, part in parts.items():
        if sha256(part["body"].encode()).hexdigest() != part["digest"]:
            yield f"{name}: the digest does not fit its bytes"
    if "people" in parts and parts["people"]["digest"] != statement["people"]:
        yield "people: are not those of the statement"


def _chain(record: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    before = GENESIS
    for place, entry in enumerate(record["records"], start=1):
        if entry["seq"] != place or json.loads(entry["body"])["seq"] != place:
            yield f"record {place}: out of its place"
        if link(before, entry["body"].encode()) != entry["hash"]:
            yield f"record {place}: does not follow the one before"
        before = entry["hash"]
    if statement["head"] != {"seq": len(record["records"]), "hash": before}:
        yield "head: is not the last record"


def _count(record: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    # A statement from before there were sessions names none: then all gates lead to the same.
    first = statement.get("session", 0)
    session_of = {gate["gate"]: gate.get("session", 0) for gate in statement["gates"]}
    bodies = (json.loads(entry["body"]) for entry in record["records"])
    hall = hall_after(
        Move.of(body, session_of.get(body["gate_id"], first))
        for body in bodies
        if body["verdict"] in MOVING
    )
    inside, confirmed = sorted(hall.inside(first)), sorted(hall.confirmed(first))
    if sorted(hall.came) != statement["came"]:
        yield "came: the records give others"
    if inside != statement["inside"]:
        yield "inside: the records give others"
    if confirmed != statement.get("confirmed", confirmed):
        yield "confirmed: the records give others"
