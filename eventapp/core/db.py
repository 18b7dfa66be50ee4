"""The database: one Base, one way to write, one way to lock.

Reads run in autocommit on an engine that cannot write; writes run inside `transaction()` on the
other engine. So a page that forgets itself and writes fails at once, on both databases, and no
read ever ends in a ROLLBACK that would throw a connection's prepared statements away.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry

from eventapp.core.errors import N_, Busy, DomainError, NotFound

BUSY_SECONDS = 5
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant on every database; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the driver UTC, naive on SQLite, which keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "naive datetime"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give the domain an aware instant back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_text(members: type[StrEnum], name: str | None = None) -> sa.Enum:
    """Store an enum as its text with a CHECK, so that both databases refuse the same rows."""
    return sa.Enum(
        members,
        name=name or members.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda enum: [member.value for member in enum],
    )


class Base(DeclarativeBase):
    """The one declarative base; types follow from annotations."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: UtcDateTime(),
            str: sa.Text(),
            dict[str, Any]: sa.JSON(),
            list[Any]: sa.JSON(),
        },
    )


class RoutingSession(FlaskSession):
    """Send statements to the writing engine inside `transaction()`, else to the reading one."""

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine:  # noqa: ARG002 - SQLAlchemy's signature
        """Choose the engine by what the session is doing now."""
        return self._db.engines[None if self.info.get("writing") else "read"]


db = SQLAlchemy(
    model_class=Base, session_options={"class_": RoutingSession}, disable_autonaming=True
)

_sqlite_writers = threading.Lock()
Row = TypeVar("Row", bound=Base)


def engine_settings(url: str) -> dict[str, Any]:
    """Give Flask-SQLAlchemy the two engines of a database URL, the writing and the reading one."""
    if url.startswith("sqlite"):
        # The connection used last has its statements and pages at hand: it is taken first.
        shared: dict[str, Any] = {
            "module": sqlite,
            "pool_size": 10,
            "max_overflow": 10,
            "pool_use_lifo": True,
        }
        write: dict[str, Any] = {**shared}
        read = {**shared, "pool_reset_on_return": None}
    else:
        # Planning the hot statements afresh each time costs more than running them.
        limits = "-c lock_timeout=3s -c statement_timeout=10s -c plan_cache_mode=force_generic_plan"
        shared = {"pool_size": 10, "max_overflow": 10, "pool_use_lifo": True}
        write = {
            **shared,
            "connect_args": {"options": f"{limits} -c idle_in_transaction_session_timeout=15s"},
        }
        read = {
            **shared,
            "isolation_level": "AUTOCOMMIT",
            "pool_reset_on_return": None,
            "connect_args": {"options": f"{limits} -c default_transaction_read_only=on"},
        }
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": write,
        "SQLALCHEMY_BINDS": {"read": {"url": url, **read}},
    }


def prepare_engines() -> None:
    """Set every SQLite connection up as the design wants it; call inside an app context."""
    for key, engine in db.engines.items():
        if engine.dialect.name != "sqlite" or getattr(engine, "_prepared", False):
            continue
        engine._prepared = True  # type: ignore[attr-defined]
        event.listen(engine, "connect", _connect_reading if key == "read" else _connect_writing)
        if key is None:
            event.listen(engine, "begin", _begin_immediate)


def _connect_writing(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _connect_reading(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "foreign_keys=ON", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: sa.Connection) -> None:
    # A deferred BEGIN that reads first and writes later loses the race for the write lock.
    try:
        connection.connection.cursor().execute("BEGIN IMMEDIATE")
    except connection.dialect.loaded_dbapi.OperationalError as error:
        # Worded as SQLAlchemy does where it executes by itself: so `_turn` knows what to say.
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error


@contextmanager
def transaction() -> Iterator[Session]:
    """Write all of the block or nothing; a block inside another joins it.

    What was read before is expired on entry, so that the block decides on what it sees under its
    own locks. Raises Busy when the database stays locked by others.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    if session.new or session.dirty or session.deleted:
        msg = "changes were made outside a transaction"
        raise RuntimeError(msg)
    if session.in_transaction():
        session.commit()
    with _turn():
        session.info["writing"] = True
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False
            session.info.pop("noted", None)
            calls = session.info.pop("after_commit", [])
    for call in calls:
        call()


@contextmanager
def direct_reading() -> Iterator[sa.Connection]:
    """Read columns alone, as the session would see them: for what every request asks first."""
    if (session := _writing()) is not None:
        yield session.connection()
        return
    with db.engines["read"].connect() as connection:
        yield connection


def _writing() -> Session | None:
    """Tell the session that is inside `transaction()`; asks for none where there is none yet."""
    session = db.session() if db.session.registry.has() else None
    return session if session is not None and session.info.get("writing") else None


@contextmanager
def direct_transaction() -> Iterator[sa.Connection]:
    """Write like `transaction()`, on columns alone: for the hot doors, which need no entities."""
    if (session := _writing()) is not None:
        yield session.connection()
        return
    with _turn(), db.engines[None].begin() as connection:
        yield connection


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for this process's turn to write, and say it in words when the wait is too long.

    SQLite has one writer at a time and an unfair queue; a lock in front of it is fairer.
    """
    embedded = db.engines[None].dialect.name == "sqlite"
    if embedded and not _sqlite_writers.acquire(timeout=BUSY_SECONDS):
        raise Busy("database_busy", N_("系统正忙，请稍后再试；您的内容没有丢失。"))
    try:
        yield
    except OperationalError as error:
        if _is_busy(error):
            raise Busy("database_busy", N_("系统正忙，请稍后再试；您的内容没有丢失。")) from error
        raise
    finally:
        if embedded:
            _sqlite_writers.release()


def noted() -> dict[Any, Any]:
    """Give this transaction's notes: what it holds need not be read twice; gone when it ends."""
    session = _writing()
    return session.info.setdefault("noted", {}) if session is not None else {}


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` once the surrounding transaction has really been committed."""
    db.session().info.setdefault("after_commit", []).append(call)


def _is_busy(error: OperationalError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in {"55P03", "40P01", "40001"} or "database is locked" in str(error.orig)


def lock(model: type[Row], key: int) -> Row:
    """Load a row and keep it until the transaction ends; raises NotFound.

    On SQLite the transaction itself is the lock.
    """
    row = db.session().get(model, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("not_found", N_("没有找到您要的内容。"))
    return row


def flush_or(error: DomainError) -> None:
    """Send pending rows; where a constraint refuses them, raise the error to be read."""
    try:
        db.session().flush()
    except IntegrityError as refused:
        raise error from refused


def commit_library_changes() -> None:
    """Commit what a library changed in the session; ours go through `transaction()`."""
    session = db.session()
    if session.info.get("writing"):
        session.flush()
        return
    with _turn():
        session.info["writing"] = True
        try:
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info["writing"] = False


def compact() -> bool:
    """Write the database anew without the free pages in which deleted rows still stand.

    On SQLite the file is rewritten and its log emptied; writers wait meanwhile. Elsewhere the
    server reclaims space by itself, and nothing happens. Tells whether anything was done.
    """
    engine = db.engines[None]
    if engine.dialect.name != "sqlite":
        return False
    db.session.commit()
    with _turn():
        raw = engine.raw_connection()
        try:
            for statement in (
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "VACUUM",
                "PRAGMA wal_checkpoint(TRUNCATE)",
            ):
                raw.driver_connection.execute(statement).fetchall()  # type: ignore[union-attr]
        finally:
            raw.close()
    return True
