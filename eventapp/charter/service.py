"""Verbs on charters: draft, table, adopt or reject; a tabled text never changes again."""

import secrets
from collections.abc import Iterable

import sqlalchemy as sa

from eventapp.alliance.models import Alliance
from eventapp.charter.models import Charter, CharterEdition, Clause
from eventapp.charter.queries import edition_in, parts_of
from eventapp.charter.rules import (
    Clause as Part,
)
from eventapp.charter.rules import (
    ClauseKind,
    EditionState,
    TextFinding,
    clause_label,
    clauses_of,
    edition_record,
    ensure_may_become,
    keep_ids,
    parse_charter,
)
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit, canonical, digest


def create_charter(actor: Actor, alliance_id: int, title: str) -> Charter:
    """Begin the charter of an alliance with an empty first draft."""
    title = title.strip()
    if not title:
        raise Invalid("title_missing", N_("请填写章程名称。"), field="title")
    with transaction() as session:
        lock(Alliance, alliance_id)
        charter = Charter(alliance_id=alliance_id, title=title)
        session.add(charter)
        session.flush()
        session.add(CharterEdition(charter_id=charter.id, number=1))
        session.flush()
        audit(actor, _scope(alliance_id), "charter.create", f"charter:{charter.id}")
    return charter


def draft_edition(actor: Actor, alliance_id: int, charter_id: int) -> CharterEdition:
    """Begin the next edition as a copy of the newest; every part keeps its id."""
    with transaction() as session:
        charter = lock(Charter, charter_id)
        if charter.alliance_id != alliance_id:
            raise NotFound("charter_unknown", N_("没有找到这份章程。"))
        newest = session.scalars(
            sa.select(CharterEdition)
            .where(CharterEdition.charter_id == charter_id)
            .order_by(CharterEdition.number.desc())
        ).first()
        if newest is None or newest.state is EditionState.DRAFT:
            raise Conflict("draft_exists", N_("已有一份草案，请直接修改。"))
        edition = CharterEdition(charter_id=charter_id, number=newest.number + 1)
        session.add(edition)
        flush_or(Conflict("draft_exists", N_("已有一份草案，请直接修改。")))
        _write_clauses(edition.id, parts_of(newest.id))
        audit(actor, _scope(alliance_id), "edition.draft", f"charter_edition:{edition.id}")
    return edition


def import_text(
    actor: Actor, alliance_id: int, edition_id: int, text: str, *, version: int | None = None
) -> tuple[TextFinding, ...]:
    """Replace a draft by this text and tell what is doubtful in it, line by line.

    Articles that stay the same keep their ids, wherever they moved. With `version`, a draft
    that somebody else has changed since raises Conflict. Raises Invalid without any article.
    """
    with transaction():
        edition = _draft(alliance_id, edition_id)
        if version is not None and version != edition.version:
            raise Conflict(
                "draft_changed", N_("别人刚刚改过这份草案，请先复制您的内容，再刷新查看。")
            )
        title = db.session.get_one(Charter, edition.charter_id).title
        document = parse_charter(_without_title(text, title))
        parts = keep_ids(parts_of(edition_id), clauses_of(document, lambda: secrets.token_hex(6)))
        _write_clauses(edition_id, parts)
        edition.version += 1
        audit(actor, _scope(alliance_id), "edition.write", f"charter_edition:{edition_id}")
    return document.findings


def table_edition(actor: Actor, alliance_id: int, edition_id: int) -> CharterEdition:
    """Freeze a draft as it stands: its canonical text and its SHA-256 never change again."""
    with transaction():
        edition = _draft(alliance_id, edition_id)
        parts = parts_of(edition_id)
        if not any(part.kind is ClauseKind.ARTICLE for part in parts):
            raise Conflict("edition_empty", N_("草案还没有条文，不能提交审议。"))
        record = edition_record(db.session.get_one(Charter, edition.charter_id).title, parts)
        edition.body = canonical(record).decode()
        edition.digest = digest(record)
        edition.state = EditionState.TABLED
        edition.tabled_at = clock.now()
        audit(
            actor,
            _scope(alliance_id),
            "edition.table",
            f"charter_edition:{edition_id}",
            digest=edition.digest,
        )
    return edition


def adopt(actor: Actor, edition_id: int, *, basis: str) -> CharterEdition:
    """Let a tabled edition be in force; other tabled editions of the charter are superseded."""
    with transaction() as session:
        edition = _decide(actor, edition_id, EditionState.ADOPTED, basis)
        session.execute(
            sa.update(CharterEdition)
            .where(
                CharterEdition.charter_id == edition.charter_id,
                CharterEdition.id != edition_id,
                CharterEdition.state == EditionState.TABLED,
            )
            .values(state=EditionState.SUPERSEDED, decided_at=edition.decided_at)
        )
    return edition


def reject(actor: Actor, edition_id: int, *, basis: str) -> CharterEdition:
    """Note that a tabled edition was not adopted."""
    with transaction():
        return _decide(actor, edition_id, EditionState.REJECTED, basis)


def _decide(actor: Actor, edition_id: int, state: EditionState, basis: str) -> CharterEdition:
    edition = lock(CharterEdition, edition_id)
    ensure_may_become(edition.state, state)
    edition.state = state
    edition.decided_at = clock.now()
    edition.basis = basis
    alliance_id = db.session.get_one(Charter, edition.charter_id).alliance_id
    audit(
        actor, _scope(alliance_id), f"edition.{state}", f"charter_edition:{edition_id}", basis=basis
    )
    return edition


def _draft(alliance_id: int, edition_id: int) -> CharterEdition:
    """Hold an edition of this alliance that may still be written."""
    edition_in(alliance_id, edition_id)
    edition = lock(CharterEdition, edition_id)
    if edition.state is not EditionState.DRAFT:
        raise Conflict(
            "edition_frozen", N_("这一稿已经提交审议，文字不再改动；需要修改请另起新稿。")
        )
    return edition


def _write_clauses(edition_id: int, parts: Iterable[Part]) -> None:
    db.session.execute(sa.delete(Clause).where(Clause.edition_id == edition_id))
    chapter = article = ""
    for place, part in enumerate(parts, start=1):
        if part.kind is ClauseKind.CHAPTER:
            chapter, article = part.id, ""
            parent = ""
        elif part.kind is ClauseKind.ARTICLE:
            article = part.id
            parent = chapter
        else:
            parent = article or chapter
        db.session.add(
            Clause(
                edition_id=edition_id,
                uid=part.id,
                parent_uid=parent,
                kind=part.kind,
                ordinal=place,
                number=part.ordinal,
                label=clause_label(part),
                text=part.text,
            )
        )
    db.session.flush()


def _without_title(text: str, title: str) -> str:
    """Drop the charter's own name where it was pasted along; lines keep their numbers."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.strip():
            if "".join(line.split()) == "".join(title.split()):
                lines[index] = ""
            break
    return "\n".join(lines)


def _scope(alliance_id: int) -> int:
    return db.session.get_one(Alliance, alliance_id).scope_id
