"""One way to write: what stands between the house and a half-written change."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Busy
from eventapp.core.ledger import LOCK_HEAD, AuditEntry, audit, head_of, lock_head, verify
from eventapp.core.scope import ROOT, Scope, ScopeKind


def write_half() -> None:
    with transaction() as session:
        session.add(Scope(kind=ScopeKind.ALLIANCE, parent_id=ROOT, slug="half"))
        session.flush()
        _ = 1 / 0


def write_nested() -> None:
    with transaction():
        with transaction() as session:
            session.add(Scope(kind=ScopeKind.ALLIANCE, parent_id=ROOT, slug="inner"))
        _ = 1 / 0


def test_writing_outside_a_transaction_is_refused_by_the_database(house: Flask) -> None:
    with pytest.raises(DBAPIError):
        db.session.execute(sa.insert(Scope).values(kind=ScopeKind.ALLIANCE, slug="stray"))
    db.session.rollback()


def test_a_failed_block_leaves_nothing_behind(house: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        write_half()
    assert db.session.scalar(sa.select(sa.func.count(Scope.id))) == 1


def test_a_nested_block_joins_the_outer_one(house: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        write_nested()
    assert db.session.scalar(sa.select(sa.func.count(Scope.id))) == 1


def test_who_waits_too_long_to_write_is_told_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventapp.core.db.BUSY_SECONDS", 1)
    with app.app_context():
        engine = db.engines[None]
        with engine.connect() as other, other.begin():
            other.execute(LOCK_HEAD, {"scope_id": ROOT, "name": "audit"})
            with pytest.raises(Busy), transaction():
                lock_head(ROOT, "audit")
        engine.dispose()


def test_audit_entries_are_chained_and_cannot_be_changed(house: Flask) -> None:
    with transaction():
        audit(SYSTEM, ROOT, "test.one", "thing:1")
        audit(SYSTEM, ROOT, "test.two", "thing:1", figure=2)
    assert head_of(ROOT, "audit").seq == 2
    assert list(verify(AuditEntry)) == []
    with pytest.raises(DBAPIError, match="never changed"), transaction() as session:
        session.execute(sa.update(AuditEntry).values(action="forged"))
    with pytest.raises(DBAPIError, match="never changed"), transaction() as session:
        session.execute(sa.delete(AuditEntry))


def test_a_cut_tail_is_found_by_the_head(house: Flask) -> None:
    with transaction():
        audit(SYSTEM, ROOT, "test.one", "thing:1")
        audit(SYSTEM, ROOT, "test.two", "thing:1")
    with transaction() as session:
        if db.engines[None].dialect.name == "sqlite":
            session.execute(sa.text("DROP TRIGGER keep_audit_entries_delete"))
        else:
            session.execute(sa.text("DROP TRIGGER keep_audit_entries ON audit_entries"))
        session.execute(sa.delete(AuditEntry).where(AuditEntry.seq == 2))
    assert [broken.reason for broken in verify(AuditEntry)] == ["head"]
    with transaction() as session:  # the PostgreSQL schema is shared by later tests
        if db.engines[None].dialect.name != "sqlite":
            session.execute(
                sa.text(
                    "CREATE TRIGGER keep_audit_entries BEFORE UPDATE OR DELETE ON audit_entries "
                    "FOR EACH ROW EXECUTE FUNCTION keep_record()"
                )
            )
