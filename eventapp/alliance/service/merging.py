"""One row of an alliance's people becomes the sign-post to another."""

from collections.abc import Mapping

import sqlalchemy as sa

from eventapp.alliance.models import Alliance, DistinctPeople, Person
from eventapp.alliance.service.forgetting import NOTHING
from eventapp.core.access import Actor
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import audit

FILLED = ("phone", "phone_end", "email", "titles", "organisation_id")
"""What the kept person takes over where nothing is kept of it yet."""


def hold_two(alliance_id: int, keep_id: int, gone_id: int) -> tuple[Person, Person]:
    """Hold two living people of an alliance until the transaction ends, and the alliance before.

    Nobody merges or corrects people of the alliance meanwhile, and what would point at either
    waits. Raises Invalid for one person twice, NotFound for a stranger, and Conflict for somebody
    who was merged or erased already.
    """
    if keep_id == gone_id:
        raise Invalid("same_person", N_("这是同一条人员记录。"))
    lock(Alliance, alliance_id)
    held = {one: lock(Person, one) for one in sorted((keep_id, gone_id))}
    for person in held.values():
        if person.alliance_id != alliance_id:
            raise NotFound("not_found", N_("没有找到您要的内容。"))
        if person.merged_into_id is not None or person.erased_at is not None:
            raise Conflict("person_gone", N_("其中一人刚刚已与另一人合并，或已删除，请返回名单。"))
    return held[keep_id], held[gone_id]


def absorb_person(
    actor: Actor, alliance_id: int, keep_id: int, gone_id: int, moved: Mapping[str, int]
) -> None:
    """Leave of one person an empty sign-post to another, who takes over what they lack.

    Whoever pointed at the gone one points at the kept one from then on; features have handed
    over theirs already, `moved` tells how much, for the record. Who was told apart from the gone
    one is told apart from the kept one.
    """
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        keep, gone = hold_two(alliance_id, keep_id, gone_id)
        known = {column: getattr(gone, column) for column in FILLED}
        is_certain = not gone.phone_in_doubt or bool(keep.phone and not keep.phone_in_doubt)
        for column, value in {**NOTHING, "organisation_id": None}.items():
            setattr(gone, column, value)
        gone.merged_into_id, gone.phone_in_doubt = keep_id, False
        session.flush()  # the phone is free before somebody else takes it
        for column, value in known.items():
            if not getattr(keep, column):
                setattr(keep, column, value)
        if keep.phone == known["phone"]:
            keep.phone_in_doubt = not is_certain
        session.execute(
            sa.update(Person).where(Person.merged_into_id == gone_id).values(merged_into_id=keep_id)
        )
        _tell_apart_from_kept(keep_id, gone_id)
        audit(
            actor,
            alliance.scope_id,
            "person.merge",
            f"person:{gone_id}",
            into=keep_id,
            moved=dict(moved),
        )


def _tell_apart_from_kept(keep_id: int, gone_id: int) -> None:
    ends = DistinctPeople.first_id, DistinctPeople.second_id
    pairs = db.session.scalars(
        sa.select(DistinctPeople).where(sa.or_(*(end.in_((keep_id, gone_id)) for end in ends)))
    ).all()
    apart = {(one.first_id, one.second_id) for one in pairs}
    for pair in pairs:
        if gone_id not in (pair.first_id, pair.second_id):
            continue
        other = pair.second_id if pair.first_id == gone_id else pair.first_id
        ordered = (min(other, keep_id), max(other, keep_id))
        if other == keep_id or ordered in apart:
            db.session.delete(pair)
        else:
            pair.first_id, pair.second_id = ordered
            apart.add(ordered)
    db.session.flush()
