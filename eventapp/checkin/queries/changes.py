"""What a device's pack lacks since a version, read from the ledgers that record every change.

A version names where each ledger stood: the meeting's door, and the audits of the alliance and of
all its meetings, for their passes count here too. What a record says of one registration, person
or unit reaches the phone as rows; what touches no row is known by name; whatever else there is
(a list of people taken, an act on many, a merger) asks for the pack anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from eventapp.checkin.queries.books import REHEARSED, heads, registrations, scans
from eventapp.checkin.rules import Method
from eventapp.core.db import db
from eventapp.core.ledger import AuditEntry
from eventapp.core.scope import Chain, Scope

Heads = Mapping[str, int]
"""Where ledgers stand: `d` the meeting's door, `r` its rehearsals', else the audit of a scope."""

DOOR, PRACTICE = "d", "r"
_OWN = {"door": DOOR, REHEARSED.scan.ledger: PRACTICE}
MOST_CHANGES = 4000
"""Records; a pack that lacks more is fetched anew."""
MOST_PEOPLE = 3000

HARMLESS = frozenset(
    {
        "agenda",
        "agenda_edition",
        "agreement",
        "alliance",
        "ballot",
        "category",
        "charter",
        "charter_edition",
        "conflict",
        "consent",
        "consent_text",
        "delegation",
        "device",
        "erasure",
        "field",
        "gate",
        "item",
        "job",
        "leave",
        "link",
        "list",
        "list_edition",
        "mandate",
        "meeting",
        "message",
        "minutes",
        "motion",
        "notice",
        "outcome",
        "plaque",
        "rehearsal",
        "roll_call",
        "seat",
        "signin",
        "source",
        "unveiling",
        "user",
    }
)
"""What records may be about that changes no row of a pack; gates and meetings go along anyway."""
WIDE = frozenset({"person.merge"})
"""Acts on one thing that move others."""

_audits = AuditEntry.__table__
_HEADS = sa.select(heads.c.scope_id, heads.c.name, heads.c.seq, heads.c.hash).where(
    sa.or_(
        sa.and_(heads.c.scope_id == sa.bindparam("here"), heads.c.name.in_(list(_OWN))),
        sa.and_(
            heads.c.name == "audit",
            heads.c.scope_id.in_(
                sa.select(Scope.id).where(
                    sa.or_(
                        Scope.id == sa.bindparam("above"), Scope.parent_id == sa.bindparam("above")
                    )
                )
            ),
        ),
    )
)
_CALLED = sa.select(sa.literal(1)).where(
    scans.c.scope_id == sa.bindparam("scope_id"),
    scans.c.seq > sa.bindparam("seq"),
    scans.c.method == Method.ROLL_CALL,
)
"""A roll-call moves many at once, and names them in its body alone."""
_SCANNED = (
    sa.select(registrations.c.person_id)
    .join(scans, scans.c.registration_id == registrations.c.id)
    .where(scans.c.scope_id == sa.bindparam("scope_id"), scans.c.seq > sa.bindparam("seq"))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed: whose rows, whether gates or the meeting may have; or all of it."""

    people: frozenset[int] = frozenset()
    settings: bool = False
    full: bool = False


ALL = Changes(full=True)


def heads_at(chain: Chain) -> tuple[Heads, str]:
    """Tell where the ledgers stand that a pack of this meeting depends on, and their hashes.

    One statement. The hashes name this state in all installations, and nothing else does.
    """
    asked = {"here": chain.id, "above": chain.ids[1]}
    rows = db.session.execute(_HEADS, asked).all()
    found = {_OWN.get(row.name, str(row.scope_id)): row for row in rows}
    mark = " ".join(found[name].hash for name in sorted(found))
    return {name: row.seq for name, row in found.items()}, mark


def version_text(now: Heads) -> str:
    """Write where ledgers stand as a text that names this version."""
    return "-".join(f"{name}.{seq}" for name, seq in sorted(now.items()))


def read_version(text: str) -> Heads | None:
    """Read a version back; None where it is none of ours."""
    found: dict[str, int] = {}
    for part in text.split("-"):
        name, _, seq = part.partition(".")
        if not (seq.isascii() and seq.isdigit() and len(seq) < 12):
            return None
        found[name] = int(seq)
    return found if DOOR in found else None


def changes_since(scope_id: int, since: Heads | None, now: Heads) -> Changes:
    """Tell what a pack of this version lacks; a version that never was lacks everything."""
    if since is None or any(since[name] > now.get(name, -1) for name in since):
        return ALL
    behind = {name: since.get(name, 0) for name in now if since.get(name, 0) < now[name]}
    if sum(now[name] - seq for name, seq in behind.items()) > MOST_CHANGES:
        return ALL
    changed: set[int] = set()
    if DOOR in behind:
        asked = {"scope_id": scope_id, "seq": behind.pop(DOOR)}
        if db.session.scalar(_CALLED.limit(1), asked) is not None:
            return ALL
        scanned = _SCANNED.order_by(registrations.c.person_id)
        changed.update(db.session.scalars(scanned, asked))
    behind.pop(PRACTICE, None)  # who practised coming stands on no row
    audited = _audited({int(name): seq for name, seq in behind.items()}) if behind else set()
    if audited is None or len(changed | audited) > MOST_PEOPLE:
        return ALL
    return Changes(frozenset(changed | audited), settings=str(scope_id) in behind)


def _audited(behind: Mapping[int, int]) -> set[int] | None:
    """Tell whom the records since then are about; None where one of them may be about anybody."""
    after = [
        sa.and_(_audits.c.scope_id == scope_id, _audits.c.seq > seq)
        for scope_id, seq in behind.items()
    ]
    about: dict[str, set[int]] = {"registration": set(), "person": set(), "organisation": set()}
    rows = db.session.execute(sa.select(_audits.c.action, _audits.c.subject).where(sa.or_(*after)))
    for action, subject in rows:
        kind, _, number = subject.partition(":")
        if kind in about and number.isdigit() and action not in WIDE:
            about[kind].add(int(number))
        elif kind not in HARMLESS:
            return None
    found = set(about["person"])
    for column, ids in (
        (registrations.c.id, about["registration"]),
        (registrations.c.organisation_id, about["organisation"]),
    ):
        if ids:
            found.update(
                db.session.scalars(
                    sa.select(registrations.c.person_id).where(column.in_(ids)).distinct()
                )
            )
    return found


def gone_passes(people_ids: Iterable[int], there: Iterable[int]) -> list[int]:
    """List the passes that a device may hold of these people, and that are not among `there`."""
    own = db.session.scalars(
        sa.select(registrations.c.id).where(registrations.c.person_id.in_(list(people_ids)))
    )
    return sorted(set(own) - set(there))
