"""Reads of passes: the signed text of one, and what a scanned text claims."""

import sqlalchemy as sa

from eventapp.core import keys
from eventapp.core.db import db
from eventapp.core.errors import N_, Invalid, NotFound
from eventapp.registration.models import Pass, Registration
from eventapp.registration.rules import (
    PASS_VERSION,
    PassClaims,
    State,
    decode_claims,
    encode_claims,
    from_text,
    to_text,
)


def pass_of(registration_id: int) -> Pass:
    """Find the living pass of an approved registration."""
    found = db.session.scalar(
        sa.select(Pass)
        .join(Registration, Registration.id == Pass.registration_id)
        .where(Pass.registration_id == registration_id, Registration.state == State.APPROVED)
    )
    if found is None:
        raise NotFound("pass_missing", N_("这份报名没有有效的参会凭证。"))
    return found


def generation_of(registration_id: int) -> int | None:
    """Tell the generation of a registration's pass, None where it has none."""
    return db.session.scalar(
        sa.select(Pass.generation).where(Pass.registration_id == registration_id)
    )


def pass_token(registration_id: int) -> str:
    """Write a pass as the text of its QR code: 122 characters, signed, the same each time."""
    found = pass_of(registration_id)
    return _token(found.meeting_id, registration_id, found.generation)


def pass_tokens(meeting_id: int) -> dict[int, str]:
    """Write the living passes of a meeting's approved registrations, by registration."""
    rows = db.session.execute(
        sa.select(Pass.registration_id, Pass.generation)
        .join(Registration, Registration.id == Pass.registration_id)
        .where(Pass.meeting_id == meeting_id, Registration.state == State.APPROVED)
    )
    return {key: _token(meeting_id, key, generation) for key, generation in rows}


def _token(meeting_id: int, registration_id: int, generation: int) -> str:
    ring = keys.ring()
    claims = encode_claims(
        PassClaims(PASS_VERSION, ring.newest, meeting_id, registration_id, generation)
    )
    return to_text(claims, ring.sign(ring.newest, claims))


def read_token(text: str) -> PassClaims:
    """Tell what a scanned text claims, once its signature is checked.

    Whether the pass is still the newest generation is another question: see `Pass.generation`.
    Raises Invalid `pass_unreadable` or `pass_forged`.
    """
    data, signature = from_text(text)
    claims = decode_claims(data)
    if not keys.ring().verify(claims.key_id, data, signature):
        raise Invalid("pass_forged", N_("这个参会凭证不是本系统签发的。"))
    return claims


def registration_by_code(meeting_id: int, code: str) -> int | None:
    """Tell the approved registration whose living pass has this cleaned code, or None."""
    return db.session.scalar(
        sa.select(Pass.registration_id)
        .join(Registration, Registration.id == Pass.registration_id)
        .where(
            Pass.meeting_id == meeting_id,
            Pass.code == code,
            Registration.state == State.APPROVED,
        )
    )
