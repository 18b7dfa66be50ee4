"""Rows of several tables are written together, all or none, and say which of them was refused."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from eventapp.alliance.models import Membership, Organisation
from eventapp.core.db import db, transaction
from eventapp.core.rows import next_ids, refused_table, write_together
from tests.factories_alliance import make_alliance

_units, _members = Organisation.__table__, Membership.__table__


def _write(alliance_id: int, count: int, *, twice: bool = False) -> list[int]:
    with transaction() as session:
        connection = session.connection()
        (ids,) = next_ids(connection, count, _units)
        units = [{"id": one, "name": f"单位{one}"} for one in ids]
        members = [
            {"alliance_id": alliance_id, "organisation_id": one}
            for one in [*ids, *(ids[:1] if twice else ())]
        ]
        write_together(connection, [(_units, units), (_members, members)])
    return ids


def _members_of(alliance_id: int) -> list[tuple[int, int]]:
    members = sa.select(Membership.organisation_id, Membership.ordinal)
    rows = db.session.execute(members.where(Membership.alliance_id == alliance_id))
    return sorted((unit, ordinal) for unit, ordinal in rows)


@pytest.mark.parametrize("count", [1, 3, 10, 40])
def test_rows_that_speak_of_each_other_are_written_with_their_defaults(
    house: Flask, count: int
) -> None:
    alliance_id = make_alliance().id
    ids = _write(alliance_id, count)
    assert len(set(ids)) == count
    assert _members_of(alliance_id) == [(one, 0) for one in ids]
    assert not set(_write(alliance_id, 1)) & set(ids), "the next ones follow"


def test_a_refusal_names_its_table_and_nothing_is_written(house: Flask) -> None:
    alliance_id = make_alliance().id
    with pytest.raises(IntegrityError) as refused:
        _write(alliance_id, 2, twice=True)
    assert refused_table(refused.value) == "memberships"
    assert _members_of(alliance_id) == []
