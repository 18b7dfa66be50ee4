"""Draw up lists of units with their seats, table them, and seat the council they make."""

from collections.abc import Iterable

import sqlalchemy as sa

from eventapp.alliance.models import (
    Alliance,
    CouncilList,
    ListEdition,
    ListEntry,
    Membership,
    Seat,
)
from eventapp.alliance.queries import (
    entries_of,
    list_in,
    members_of,
    missing,
    seats_of,
)
from eventapp.alliance.rules import EntryKind, ListState, edition_record, ensure_may_become
from eventapp.alliance.rules import ListEntry as Line
from eventapp.alliance.service.units import PLAIN_MEMBER
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid
from eventapp.core.ledger import audit, canonical, digest
from eventapp.core.names import clean_name


def create_list(actor: Actor, alliance_id: int, title: str) -> CouncilList:
    """Begin a list with an empty first draft."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        name = clean_name(title)
        if not name:
            raise Invalid("title_missing", N_("请填写名单的名称。"), field="title")
        row = CouncilList(alliance_id=alliance_id, title=name)
        session.add(row)
        session.flush()
        session.add(ListEdition(list_id=row.id, number=1))
        session.flush()
        audit(actor, alliance.scope_id, "list.create", f"list:{row.id}")
    return row


def add_list_edition(actor: Actor, alliance_id: int, list_id: int) -> ListEdition:
    """Begin the next draft of a list with the lines of its latest edition."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        list_in(alliance_id, list_id)
        latest = session.scalars(
            sa.select(ListEdition)
            .where(ListEdition.list_id == list_id)
            .order_by(ListEdition.number.desc())
            .limit(1)
        ).one()
        if latest.state is ListState.DRAFT:
            return latest
        edition = ListEdition(list_id=list_id, number=latest.number + 1)
        session.add(edition)
        flush_or(Conflict("edition_made", N_("新的一稿刚刚已由他人建立，请刷新页面。")))
        members = {member.organisation_id for member in members_of(alliance_id)}
        for entry in entries_of(latest.id):
            if entry.organisation_id in members:
                session.add(_line(edition.id, entry.organisation_id, entry.seat_id, entry.ordinal))
        audit(actor, alliance.scope_id, "list.edition", f"list_edition:{edition.id}")
    return edition


def set_entries(
    actor: Actor, edition_id: int, entries: Iterable[tuple[int, str, int]]
) -> ListEdition:
    """Replace the lines of a draft by (organisation_id, seat_key, ordinal).

    Only units of the alliance may stand on its list, each once.
    """
    with transaction() as session:
        edition, alliance = _hold(edition_id)
        if edition.state is not ListState.DRAFT:
            raise Conflict("list_frozen", N_("这一稿已经提交审议，不能再改；请另起一稿。"))
        seats = {seat.key: seat.id for seat in seats_of(alliance.id)}
        members = {member.organisation_id for member in members_of(alliance.id)}
        session.execute(sa.delete(ListEntry).where(ListEntry.edition_id == edition_id))
        for organisation_id, seat_key, ordinal in entries:
            if organisation_id not in members or seat_key not in seats:
                raise missing()
            session.add(_line(edition_id, organisation_id, seats[seat_key], ordinal))
        flush_or(Conflict("unit_twice", N_("同一单位在名单中只能出现一次。")))
        audit(actor, alliance.scope_id, "list.set_entries", f"list_edition:{edition_id}")
    return edition


def table_list(actor: Actor, edition_id: int) -> ListEdition:
    """Freeze a draft: from now on it is a record, and a ballot can bind to its digest."""
    with transaction() as session:
        edition, alliance = _hold(edition_id)
        ensure_may_become(edition.state, ListState.TABLED)
        entries = entries_of(edition_id)
        if not entries:
            raise Conflict("list_empty", N_("名单里还没有单位，请先列入单位再提交审议。"))
        title = session.get_one(CouncilList, edition.list_id).title
        body = edition_record(
            title,
            edition.number,
            [Line(EntryKind.UNIT, row.organisation_id, row.name, row.seat_key) for row in entries],
        )
        edition.body, edition.digest = canonical(body).decode(), digest(body)
        edition.state, edition.tabled_at = ListState.TABLED, clock.now()
        audit(
            actor,
            alliance.scope_id,
            "list.table",
            f"list_edition:{edition_id}",
            digest=edition.digest,
        )
    return edition


def seat_council(actor: Actor, edition_id: int, *, basis: str) -> ListEdition:
    """Adopt a tabled list: its units take their seats now, on this basis.

    Whoever sat in council and is not on the list is a plain member from now on; other tabled
    editions of the list are superseded.
    """
    with transaction() as session:
        edition, alliance = _hold(edition_id)
        ensure_may_become(edition.state, ListState.ADOPTED)
        at = clock.now()
        edition.state, edition.decided_at, edition.basis = ListState.ADOPTED, at, basis
        session.execute(
            sa.update(ListEdition)
            .where(
                ListEdition.list_id == edition.list_id,
                ListEdition.state == ListState.TABLED,
                ListEdition.id != edition_id,
            )
            .values(state=ListState.SUPERSEDED, decided_at=at)
        )
        session.flush()
        _take_seats(alliance.id, edition_id, basis)
        audit(
            actor,
            alliance.scope_id,
            "list.adopt",
            f"list_edition:{edition_id}",
            basis=basis,
            digest=edition.digest,
        )
    return edition


def reject_list(actor: Actor, edition_id: int, *, basis: str) -> ListEdition:
    """Note that a tabled list was not adopted; nobody's seat changes."""
    with transaction():
        edition, alliance = _hold(edition_id)
        ensure_may_become(edition.state, ListState.REJECTED)
        edition.state, edition.decided_at = ListState.REJECTED, clock.now()
        edition.basis = basis
        audit(
            actor,
            alliance.scope_id,
            "list.reject",
            f"list_edition:{edition_id}",
            basis=basis,
            digest=edition.digest,
        )
    return edition


def _hold(edition_id: int) -> tuple[ListEdition, Alliance]:
    edition = lock(ListEdition, edition_id)
    alliance_id = db.session.get_one(CouncilList, edition.list_id).alliance_id
    return edition, lock(Alliance, alliance_id)


def _line(edition_id: int, organisation_id: int, seat_id: int, ordinal: int) -> ListEntry:
    return ListEntry(
        edition_id=edition_id, organisation_id=organisation_id, seat_id=seat_id, ordinal=ordinal
    )


def _take_seats(alliance_id: int, edition_id: int, basis: str) -> None:
    seats = {seat.id: seat for seat in seats_of(alliance_id)}
    plain = next((seat.id for seat in seats.values() if seat.key == PLAIN_MEMBER), None)
    lines = {entry.organisation_id: entry for entry in entries_of(edition_id)}
    memberships = db.session.scalars(
        sa.select(Membership).where(
            Membership.alliance_id == alliance_id, Membership.left_at.is_(None)
        )
    )
    for membership in memberships:
        line = lines.get(membership.organisation_id)
        if line is not None:
            _seat(membership, line.seat_id, basis)
            membership.ordinal = line.ordinal
        elif _votes(seats, membership):
            _seat(membership, plain, basis)


def _seat(membership: Membership, seat_id: int | None, basis: str) -> None:
    membership.seat_id = membership.proposed_seat_id = seat_id
    membership.seated_at, membership.seat_basis = clock.now(), basis


def _votes(seats: dict[int, Seat], membership: Membership) -> bool:
    return membership.seat_id is not None and seats[membership.seat_id].votes_in_council
