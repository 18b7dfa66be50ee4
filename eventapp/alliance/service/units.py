"""Add, name, place and remove the units of an alliance."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from stdnum.cn import uscc

from eventapp.alliance.models import (
    Alliance,
    CouncilList,
    ListEdition,
    ListEntry,
    Membership,
    Organisation,
    Seat,
)
from eventapp.alliance.queries import is_shared, membership_in, organisation_in, seats_of, unit_key
from eventapp.alliance.rules import ListState, RowProblem, ensure_rows
from eventapp.core import clock
from eventapp.core.access import Actor, Permission
from eventapp.core.db import db, lock, transaction
from eventapp.core.errors import N_, Conflict, DomainError, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import clean_name, name_key, pinyin_key, stroke_key
from eventapp.core.scope import ROOT

PLAIN_MEMBER = "member"
LONGEST_NAME = 120


class Known:
    """The names and codes of an alliance's present units, read once."""

    def __init__(self, alliance_id: int, but: int = 0) -> None:
        rows = db.session.execute(
            sa.select(Organisation.name, Organisation.credit_code)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(
                Membership.alliance_id == alliance_id,
                Membership.left_at.is_(None),
                Organisation.id != but,
            )
        ).all()
        self.names = {name_key(name) for name, _code in rows}
        self.codes = {code for _name, code in rows if code}

    def take(self, name: str, code: str) -> None:
        """Note a unit; raises Conflict for one that is known."""
        if name_key(name) in self.names or code in self.codes:
            raise Conflict("unit_known", N_("“%(name)s”已在成员单位中。"), name=name)
        self.names.add(name_key(name))
        if code:
            self.codes.add(code)


@dataclass(frozen=True, slots=True)
class UnitIn:
    """A row of pasted units; `seat` is a seat's name or key, empty for none."""

    name: str
    seat: str = ""
    credit_code: str = ""


def add_unit(
    actor: Actor,
    alliance_id: int,
    *,
    name: str,
    credit_code: str = "",
    seat_key: str | None = None,
    lead_ordinal: int | None = None,
    ordinal: int | None = None,
) -> Membership:
    """Take a unit into an alliance.

    A plain member is one at once. Any other seat is only proposed: it begins when the list
    that names it has been adopted. Raises Conflict for a unit that is already there, Invalid
    at `name`, `credit_code` or `seat`.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        seats = {seat.key: seat for seat in seats_of(alliance_id)}
        seat = _seat(seats, seat_key or "")
        membership = _admit(alliance_id, Known(alliance_id), name, credit_code)
        membership.ordinal, membership.lead_ordinal = ordinal or 0, lead_ordinal
        _propose(membership, seat)
        db.session.flush()
        audit(actor, alliance.scope_id, "unit.add", f"organisation:{membership.organisation_id}")
    return membership


def add_units(actor: Actor, alliance_id: int, rows: Sequence[UnitIn]) -> list[Membership]:
    """Take many units in, in the order of the rows: all of them or none.

    Raises RowsRefused, which names every row that cannot be taken and why.
    """
    added: list[Membership] = []
    problems: list[RowProblem] = []
    with transaction():
        alliance = lock(Alliance, alliance_id)
        seats = {seat.key: seat for seat in seats_of(alliance_id)}
        known, place = Known(alliance_id), _last_ordinal(alliance_id)
        for number, row in enumerate(rows, start=1):
            try:
                seat = _seat(seats, row.seat)
                membership = _admit(alliance_id, known, row.name, row.credit_code)
            except DomainError as error:
                problems.append(RowProblem(number, error.message, error.params))
                continue
            membership.ordinal = place + number
            _propose(membership, seat)
            added.append(membership)
        ensure_rows(problems)
        db.session.flush()
        for membership in added:
            unit = f"organisation:{membership.organisation_id}"
            audit(actor, alliance.scope_id, "unit.add", unit)
    return added


def rename_unit(
    actor: Actor, alliance_id: int, organisation_id: int, *, name: str, credit_code: str = ""
) -> None:
    """Correct a unit's name and code.

    A unit that is in another alliance too is corrected by an administrator only: an organiser
    must not rewrite what others print.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        organisation = organisation_in(alliance_id, organisation_id)
        if is_shared(organisation_id, alliance_id) and not actor.may(
            Permission.MANAGE_INSTALLATION, [ROOT]
        ):
            raise Conflict("unit_shared", N_("这个单位还被其他联合体使用，请系统管理员更正名称。"))
        cleaned, code = _checked(name, credit_code)
        Known(alliance_id, but=organisation_id).take(cleaned, code)
        _write_name(organisation, cleaned, code)
        audit(actor, alliance.scope_id, "unit.rename", f"organisation:{organisation_id}")


def place_unit(
    actor: Actor,
    alliance_id: int,
    organisation_id: int,
    *,
    ordinal: int | None = None,
    lead_ordinal: int | None = None,
    seat_key: str | None = None,
) -> Membership:
    """Set a unit's place among equals, among the lead units, and the seat meant for it.

    None takes a place away; the seat that the unit holds now stays as it was decided.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        membership = membership_in(alliance_id, organisation_id)
        seats = {seat.key: seat for seat in seats_of(alliance_id)}
        membership.ordinal, membership.lead_ordinal = ordinal or 0, lead_ordinal
        _propose(membership, _seat(seats, seat_key or ""))
        audit(actor, alliance.scope_id, "unit.place", f"organisation:{organisation_id}")
    return membership


def change_unit(
    actor: Actor,
    alliance_id: int,
    organisation_id: int,
    *,
    name: str,
    credit_code: str = "",
    ordinal: int | None = None,
    lead_ordinal: int | None = None,
    seat_key: str | None = None,
) -> None:
    """Correct a unit's name and code where they differ, and set its places."""
    with transaction():
        membership_in(alliance_id, organisation_id)
        unit = organisation_in(alliance_id, organisation_id)
        if (unit.name, unit.credit_code) != _checked(name, credit_code):
            rename_unit(actor, alliance_id, organisation_id, name=name, credit_code=credit_code)
        place_unit(
            actor,
            alliance_id,
            organisation_id,
            ordinal=ordinal,
            lead_ordinal=lead_ordinal,
            seat_key=seat_key,
        )


def remove_unit(actor: Actor, alliance_id: int, organisation_id: int) -> None:
    """End a unit's membership and its seat; drafts of lists lose its line, records keep it."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        membership = membership_in(alliance_id, organisation_id)
        membership.left_at = clock.now()
        membership.seat_id = membership.proposed_seat_id = membership.lead_ordinal = None
        drafts = (
            sa.select(ListEdition.id)
            .join(CouncilList, CouncilList.id == ListEdition.list_id)
            .where(CouncilList.alliance_id == alliance_id, ListEdition.state == ListState.DRAFT)
        )
        session.execute(
            sa.delete(ListEntry).where(
                ListEntry.organisation_id == organisation_id, ListEntry.edition_id.in_(drafts)
            )
        )
        audit(actor, alliance.scope_id, "unit.remove", f"organisation:{organisation_id}")


def _admit(alliance_id: int, known: Known, name: str, credit_code: str) -> Membership:
    """Find or make the unit and its membership, inside the caller's lock on the alliance."""
    cleaned, code = _checked(name, credit_code)
    known.take(cleaned, code)
    organisation = db.session.scalar(
        sa.select(Organisation)
        .where(Organisation.name == cleaned, Organisation.credit_code == code)
        .order_by(Organisation.id)
        .limit(1)
    )
    if organisation is None:
        organisation = Organisation()
        _write_name(organisation, cleaned, code)
        db.session.add(organisation)
        db.session.flush()
    return _open_membership(alliance_id, organisation.id)


def _open_membership(alliance_id: int, organisation_id: int) -> Membership:
    membership = db.session.scalar(
        sa.select(Membership).filter_by(alliance_id=alliance_id, organisation_id=organisation_id)
    )
    if membership is None:
        membership = Membership(alliance_id=alliance_id, organisation_id=organisation_id)
        db.session.add(membership)
    membership.left_at = None
    db.session.flush()
    return membership


def _checked(name: str, credit_code: str) -> tuple[str, str]:
    """Clean a unit's name and its 统一社会信用代码 (GB 32100-2015, checked by its last digit)."""
    cleaned = clean_name(name)
    if not cleaned:
        raise Invalid("name_missing", N_("请填写单位名称。"), field="name")
    if len(cleaned) > LONGEST_NAME:
        raise Invalid(
            "name_long", N_("单位名称不能超过 %(max)s 个字。"), field="name", max=LONGEST_NAME
        )
    code = uscc.compact(credit_code.strip()).upper()
    if code and not uscc.is_valid(code):
        raise Invalid(
            "credit_code", N_("统一社会信用代码“%(given)s”不对。"), field="credit_code", given=code
        )
    return cleaned, code


def _write_name(organisation: Organisation, name: str, code: str) -> None:
    organisation.name, organisation.credit_code = name, code
    organisation.pinyin_key, organisation.stroke_key = pinyin_key(name), stroke_key(name)
    organisation.name_key = unit_key(name)


def _seat(seats: dict[str, Seat], wanted: str) -> Seat | None:
    if not wanted.strip():
        return None
    label = clean_name(wanted)
    found = seats.get(label) or next((s for s in seats.values() if s.label == label), None)
    if found is None:
        raise Invalid("seat_unknown", N_("没有“%(seat)s”这个席位。"), field="seat", seat=label)
    return found


def _propose(membership: Membership, seat: Seat | None) -> None:
    membership.proposed_seat_id = seat.id if seat else None
    if seat is not None and not seat.votes_in_council and membership.seat_id is None:
        membership.seat_id, membership.seated_at = seat.id, clock.now()


def _last_ordinal(alliance_id: int) -> int:
    query = sa.select(sa.func.max(Membership.ordinal)).where(
        Membership.alliance_id == alliance_id, Membership.left_at.is_(None)
    )
    return db.session.scalar(query) or 0
