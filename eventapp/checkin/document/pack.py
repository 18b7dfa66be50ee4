"""A device's pack as it goes over the wire: each name sealed under its own pass's signature.

AES-256-GCM (NIST SP 800-38D) with a random nonce in front, under HKDF-SHA-256 (RFC 5869, no salt)
of the signature that stands in the QR alone; the claims are the additional data. So whoever shows
a QR is named, and nobody else.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventapp.checkin import queries
from eventapp.checkin.models import DoorSession, Gate
from eventapp.checkin.queries.pack import PassRow, StayRow
from eventapp.core import keys
from eventapp.core.access import Actor, ActorKind
from eventapp.core.keys import KeyRing
from eventapp.meetings.queries import MeetingHere
from eventapp.registration.rules import PASS_VERSION, PassClaims, encode_claims

INFO = b"menghui door pack v1"
NONCE_BYTES = 12
_NO_SALT = bytes(32)


def instant(at: datetime) -> str:
    """Write an instant as the wire has it: UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seal_key(signature: bytes) -> bytes:
    """Derive the key of a pass's name: HKDF-SHA-256 of one block."""
    extracted = hmac.digest(_NO_SALT, signature, "sha256")
    return hmac.digest(extracted, INFO + b"\x01", "sha256")


@lru_cache(maxsize=60_000)
def _key_of(ring: KeyRing, number: int, claims: bytes) -> bytes:
    """Keep what signing costs: a pack of twenty thousand is asked for by each gate."""
    return seal_key(ring.sign(number, claims))


def _sealed(row: PassRow) -> str:
    ring = keys.ring()
    number = ring.newest
    claims = encode_claims(
        PassClaims(PASS_VERSION, number, row.pass_meeting_id, row.pass_id, row.generation)
    )
    nonce = os.urandom(NONCE_BYTES)
    said = orjson.dumps([row.name, row.unit, row.titles, row.place])
    sealed = AESGCM(_key_of(ring, number, claims)).encrypt(nonce, said, claims)
    return base64.b64encode(nonce + sealed).decode()


def salt_of(meeting_id: int, device: str) -> bytes:
    """Give the salt of typed codes in the pack of one device at one meeting, always the same."""
    return keys.ring().mac("door-pack-salt", f"{meeting_id} {device}".encode())[:16]


def code_digest(salt: bytes, code: str) -> str:
    """Tell what a pack holds of a typed code; a code that stands on no pass here, nothing."""
    return hashlib.sha256(salt + code.encode()).hexdigest()[:16] if code else ""


def show_passes(
    meeting_id: int, salt: bytes, people_ids: Collection[int] | None = None
) -> list[list[Any]]:
    """Write the rows of a pack, of everybody or of some people."""
    stays = queries.stays_at(meeting_id, people_ids)
    left = queries.left_for_good(meeting_id, people_ids)
    return [
        _row(row, salt, stays.get(row.registration_id), left.get(row.registration_id, []))
        for row in queries.passes_for(meeting_id, people_ids)
    ]


def _row(row: PassRow, salt: bytes, stay: StayRow | None, left: list[int]) -> list[Any]:
    return [
        row.pass_id,
        row.generation,
        row.registration_id,
        row.state,
        row.category,
        code_digest(salt, row.code),
        row.organisation_id or 0,
        stay
        and [
            stay.session_id,
            instant(stay.admitted_at),
            stay.gate,
            stay.device,
            stay.confirmed,
        ],
        left,
        _sealed(row),
    ]


def show_meeting(here: MeetingHere) -> dict[str, Any]:
    """Write what a device needs to know of its meeting."""
    return {
        "id": here.id,
        "slug": here.slug,
        "title": here.title,
        "state": here.state,
        "zone": here.zone,
        "rehearsal": queries.rehearsal_of(here.id) is not None,
    }


def show_gate(gate: Gate | None) -> dict[str, Any] | None:
    """Write a gate with its rules."""
    if gate is None:
        return None
    return {
        "id": gate.id,
        "name": gate.name,
        "session_id": gate.session_id,
        "way": gate.way,
        "categories": gate.categories or None,
        "opens_at": gate.opens_at and instant(gate.opens_at),
        "closes_at": gate.closes_at and instant(gate.closes_at),
    }


def show_sessions(sessions: list[DoorSession]) -> list[dict[str, Any]]:
    """Write the sessions that people are admitted to."""
    return [
        {"id": one.id, "name": one.name, "capacity": one.capacity, "reentry": one.reentry}
        for one in sessions
    ]


def show_keys() -> dict[str, str]:
    """Write the public keys by which passes are checked, by number."""
    ring = keys.ring()
    return {str(number): ring.public_text(number) for number in sorted(ring.public)}


def gate_of(actor: Actor) -> int:
    """Tell the gate of a device, 0 for anybody else."""
    return actor.subject_id if actor.kind is ActorKind.DEVICE else 0
