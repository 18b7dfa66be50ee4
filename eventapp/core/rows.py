"""Writing many rows of several tables at once: for the hot doors, in few ways there and back.

A row that others refer to gets its number before it is written, so that nothing waits for an
answer of the database in between.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

MOST_VALUES = 50
"""Values in one statement: the driver reads a longer one anew each time."""
MOST_ROWS = 24
"""More rows go table by table."""
Rows = tuple[Any, Sequence[Mapping[str, Any]]]
"""A table and rows for it, which all name the same columns."""
Change = tuple[Any, Mapping[str, Any]]
"""A statement that writes, built once, and its values; no name of theirs is a `v` with a number."""


def next_ids(connection: sa.Connection, count: int, *tables: Any) -> list[list[int]]:
    """Reserve numbers for so many new rows of each table.

    On SQLite nobody else writes until the transaction ends, so that they follow the last ones.
    """
    if connection.dialect.name == "postgresql":
        drawn = connection.execute(_draw(tables), {"count": count}).all()
        return [list(column) for column in zip(*drawn, strict=True)]
    last = connection.execute(_last(tables)).one()
    return [list(range((most or 0) + 1, (most or 0) + 1 + count)) for most in last]


def new_number(dialect: str, table: Any) -> sa.ScalarSelect[int]:
    """Write the number of one new row of a table as a column of a statement."""
    if dialect == "postgresql":
        return sa.select(sa.func.nextval(f"{table.name}_id_seq")).scalar_subquery()
    return sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0) + 1).scalar_subquery()


@lru_cache(maxsize=32)
def _draw(tables: tuple[Any, ...]) -> sa.Select[Any]:
    numbers = (sa.func.nextval(f"{table.name}_id_seq") for table in tables)
    return sa.select(*numbers).select_from(sa.func.generate_series(1, sa.bindparam("count")))


@lru_cache(maxsize=32)
def _last(tables: tuple[Any, ...]) -> sa.Select[Any]:
    return sa.select(*(sa.select(sa.func.max(table.c.id)).scalar_subquery() for table in tables))


def write_together(connection: sa.Connection, batches: Sequence[Rows], *changes: Change) -> None:
    """Write rows of several tables, and changes that belong to them.

    PostgreSQL takes few rows in one or two statements, at whose end it checks what refers to what;
    else they go table by table, in their order. `refused_table` tells whose constraint refused.
    """
    full = [
        (table, [{**_defaults(table), **row} for row in rows]) for table, rows in batches if rows
    ]
    is_far = connection.dialect.name == "postgresql"
    if is_far and sum(len(rows) for _, rows in full) <= MOST_ROWS:
        _write_in_few(connection, [(table, row) for table, rows in full for row in rows], changes)
        return
    for table, rows in full:
        connection.execute(_insert(table), rows)
    for change in changes:
        connection.execute(*change)


def _write_in_few(
    connection: sa.Connection,
    rows: Sequence[tuple[Any, Mapping[str, Any]]],
    changes: Sequence[Change],
) -> None:
    values = {name: value for _, bound in changes for name, value in bound.items()}
    packed: list[tuple[Any, Mapping[str, Any]]] = []
    room = MOST_VALUES - len(values)
    for table, row in reversed(rows):
        if packed and len(row) > room:
            break
        packed.insert(0, (table, row))
        room -= len(row)
    if first := rows[: len(rows) - len(packed)]:
        _write_in_few(connection, first, ())
    named = {
        f"v{place}_{name}": value
        for place, (_, row) in enumerate(packed)
        for name, value in row.items()
    }
    shape = tuple((table, tuple(row)) for table, row in packed)
    changed = tuple(statement for statement, _ in changes)
    connection.execute(_in_one(shape, changed), named | values)


@lru_cache(maxsize=64)
def _in_one(shape: tuple[tuple[Any, tuple[str, ...]], ...], changes: tuple[Any, ...]) -> sa.Insert:
    *first, last = (
        sa.insert(table).values({name: sa.bindparam(f"v{place}_{name}") for name in names}).inline()
        for place, (table, names) in enumerate(shape)
    )
    return last.add_cte(*(one.cte(f"w{place}") for place, one in enumerate([*first, *changes])))


@lru_cache(maxsize=32)
def _insert(table: Any) -> sa.Insert:
    return sa.insert(table).inline()


@lru_cache(maxsize=32)
def _defaults(table: Any) -> dict[str, Any]:
    return {
        column.name: column.default.arg
        for column in table.c
        if column.default is not None and column.default.is_scalar
    }


def refused_table(error: IntegrityError) -> str:
    """Tell the table whose constraint refused a row."""
    said = getattr(error.orig, "diag", None)
    if said is not None:
        return said.table_name or ""
    found = re.search(r"constraint failed: (\w+)\.", str(error.orig))
    return found[1] if found else ""
