"""Know the people of an alliance's units."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from eventapp.alliance.models import CERTAIN, Alliance, Person
from eventapp.alliance.queries import members_of, organisation_in, person_in
from eventapp.alliance.rules import RowProblem, ensure_rows
from eventapp.alliance.service.spelling import (
    SpellingIn,
    checked_spelling,
    fitting_spelling,
    spelled_columns,
)
from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import db, flush_or, lock, transaction
from eventapp.core.errors import N_, Busy, Conflict, DomainError, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import clean_name, name_key
from eventapp.core.phones import clean_phone

LONGEST_NAME = 60
LONGEST_TITLES = 160
NOTHING_SAID: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PersonRowIn:
    """A row of pasted people; `unit` is the name of a member unit, empty for none."""

    name: str
    titles: str = ""
    phone: str = ""
    email: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PersonIn:
    """Somebody as typed, with the unit's id."""

    name: str
    phone: str = ""
    email: str = ""
    titles: str = ""
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of the alliance as kept; `is_new` where nobody knew them before."""

    id: int
    name: str
    email: str
    titles: str
    organisation_id: int | None = None
    is_new: bool = False


MayBe = Callable[[PersonIn, KnownPerson], bool]
"""Whether somebody with the phone that was typed is whom the typist may mean."""


_people: Any = Person.__table__
_PEOPLE = (
    sa.select(
        _people.c.id,
        _people.c.name,
        _people.c.phone,
        _people.c.organisation_id,
        _people.c.email,
        _people.c.titles,
    )
    .where(_people.c.merged_into_id.is_(None), _people.c.erased_at.is_(None))
    .where(_people.c.alliance_id == sa.bindparam("alliance_id"))
    .order_by(_people.c.id)
    .with_for_update(read=True, key_share=True)  # nobody merges them while they are registered
)
# SQLite finds the index of those who have a phone only where a query says that they have one.
_BY_PHONE = _PEOPLE.where(
    _people.c.phone != sa.literal_column("''"),
    CERTAIN,
    _people.c.phone.in_(sa.bindparam("phones", expanding=True)),
)
_IN_DOUBT = _PEOPLE.where(
    _people.c.phone_in_doubt, _people.c.phone.in_(sa.bindparam("phones", expanding=True))
)
_WITHOUT_PHONE = _PEOPLE.where(
    _people.c.phone == "", _people.c.organisation_id.is_not_distinct_from(sa.bindparam("unit"))
)
_NOTE = sa.insert(_people).returning(_people.c.id, sort_by_parameter_order=True)


def add_person(
    actor: Actor,
    alliance_id: int,
    *,
    name: str,
    phone: str = "",
    email: str = "",
    organisation_id: int | None = None,
    titles: str = "",
) -> Person:
    """Note a person; raises Conflict for a phone that somebody of the alliance has already."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        person = Person(alliance_id=alliance_id, created_at=clock.now())
        _write(person, alliance_id, name, phone, email, organisation_id, titles)
        session.add(person)
        flush_or(phone_taken())
        audit(actor, alliance.scope_id, "person.add", f"person:{person.id}")
    return person


def ensure_person(
    actor: Actor,
    alliance_id: int,
    *,
    name: str,
    phone: str = "",
    email: str = "",
    organisation_id: int | None = None,
    titles: str = "",
) -> Person:
    """Return the person with this phone, else note a new one.

    Without a phone it is whoever of the same unit has the same name and no phone either. What
    is kept about a known person is not changed.
    """
    with transaction():
        lock(Alliance, alliance_id)
        found = _known(alliance_id, name, clean_phone(phone), organisation_id)
        if found is not None:
            return found
        return add_person(
            actor,
            alliance_id,
            name=name,
            phone=phone,
            email=email,
            organisation_id=organisation_id,
            titles=titles,
        )


def ensure_people(
    alliance_id: int, people: Sequence[PersonIn], may_be: MayBe | None = None
) -> list[KnownPerson]:
    """Return for each the person whom `ensure_person` would find or note, in their order.

    Who has the phone and is not whom the typist may mean stays untouched and unmentioned: somebody
    new is noted, whose phone is in doubt until the organiser has looked. Few statements for many
    people. The caller records it, in the transaction around. An error names its row.
    """
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(people):
        try:
            rows.append(person_row(alliance_id, one))
        except Invalid as error:
            error.row = number
            raise
    if not all(row["phone"] for row in rows):
        lock(Alliance, alliance_id)  # nothing but this keeps two nameless phones apart
    known = _known_among(alliance_id, rows)
    if may_be is not None:
        _leave_strangers_out(alliance_id, rows, people, known, may_be)
    fresh: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if (key := _identity(row)) not in known:
            fresh.setdefault(key, row)
    if fresh:
        try:
            made = db.session.connection().execute(_NOTE, list(fresh.values()))
        except IntegrityError as error:  # noted by somebody else since we looked
            raise phone_just_noted() from error
        for (key, row), person_id in zip(fresh.items(), made.scalars(), strict=True):
            known[key] = _as_known(row | {"id": person_id}, is_new=True)
    return [known[_identity(row)] for row in rows]


def _leave_strangers_out(
    alliance_id: int,
    rows: Sequence[dict[str, Any]],
    people: Sequence[PersonIn],
    known: dict[tuple[Any, ...], KnownPerson],
    may_be: MayBe,
) -> None:
    """Forget of the known those who are not meant, and mark the rows whose phone is theirs."""
    strange = {
        row["phone"]
        for row, typed in zip(rows, people, strict=True)
        if row["phone"] and (one := known.get(_identity(row))) and not may_be(typed, one)
    }
    if not strange:
        return
    found = db.session.connection().execute(
        _IN_DOUBT, {"alliance_id": alliance_id, "phones": sorted(strange)}
    )
    doubtful: dict[str, list[KnownPerson]] = {}
    for one in found:
        doubtful.setdefault(one.phone, []).append(_as_known(one._asdict()))
    for row, typed in zip(rows, people, strict=True):
        if row["phone"] in strange:
            row["phone_in_doubt"] = True
            known.pop(_identity(row), None)
            near = [one for one in doubtful.get(row["phone"], ()) if may_be(typed, one)]
            if near:
                known[_identity(row)] = near[0]


def _as_known(row: Mapping[str, Any], *, is_new: bool = False) -> KnownPerson:
    values = (row[name] for name in ("id", "name", "email", "titles", "organisation_id"))
    return KnownPerson(*values, is_new=is_new)


def person_row(alliance_id: int, person: PersonIn) -> dict[str, Any]:
    """Clean what was typed about somebody new into the columns of their row; Invalid says where."""
    return {
        **_columns(person.name, person.phone, person.email, person.titles),
        "organisation_id": person.organisation_id,
        "alliance_id": alliance_id,
        "phone_in_doubt": False,
        "created_at": clock.now(),
    }


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Tell what makes somebody the same: the phone, else the unit and the name."""
    return (row["phone"],) if row["phone"] else (row["organisation_id"], name_key(row["name"]))


def _known_among(
    alliance_id: int, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], KnownPerson]:
    phones = sorted({row["phone"] for row in rows if row["phone"]})
    units = {row["organisation_id"] for row in rows if not row["phone"]}
    found: dict[tuple[Any, ...], KnownPerson] = {}
    for query, wanted in (
        *((_BY_PHONE, {"phones": phones[at : at + 500]}) for at in range(0, len(phones), 500)),
        *((_WITHOUT_PHONE, {"unit": unit}) for unit in units),
    ):
        for row in db.session.connection().execute(query, {"alliance_id": alliance_id, **wanted}):
            key = _identity(row._asdict())
            found.setdefault(key, _as_known(row._asdict()))
    return found


def change_person(
    actor: Actor,
    alliance_id: int,
    person_id: int,
    *,
    name: str,
    phone: str = "",
    email: str = "",
    organisation_id: int | None = None,
    titles: str = "",
    spelling: SpellingIn | None = None,
) -> Person:
    """Correct what is known about a person.

    Without `spelling` what was said by hand about the name stays as far as it fits. Raises
    Conflict for a person who was merged into another or erased meanwhile.
    """
    with transaction():
        alliance = lock(Alliance, alliance_id)
        person = person_in(alliance_id, person_id)
        if person.id != person_id or person.erased_at is not None:
            raise Conflict(
                "person_gone", N_("这个人刚刚已与另一人合并，或已删除，请返回人员列表。")
            )
        if spelling is not None:
            person.spelling = checked_spelling(clean_name(name), spelling)
        _write(person, alliance_id, name, phone, email, organisation_id, titles)
        flush_or(phone_taken())
        audit(actor, alliance.scope_id, "person.change", f"person:{person_id}")
    return person


def add_people(actor: Actor, alliance_id: int, rows: Sequence[PersonRowIn]) -> list[Person]:
    """Note many people: all of them or none.

    Raises RowsRefused, which names every row that cannot be taken and why.
    """
    problems: list[RowProblem] = []
    added: list[Person] = []
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        units = {
            name_key(member.name): member.organisation_id for member in members_of(alliance_id)
        }
        phones = set(session.scalars(sa.select(Person.phone).filter_by(alliance_id=alliance_id)))
        for number, row in enumerate(rows, start=1):
            person = Person(alliance_id=alliance_id, created_at=clock.now())
            try:
                unit_id = _unit_named(units, row.unit)
                _write(person, alliance_id, row.name, row.phone, row.email, None, row.titles)
                if person.phone and person.phone in phones:
                    raise phone_taken()
            except DomainError as error:
                problems.append(RowProblem(number, error.message, error.params))
                continue
            person.organisation_id = unit_id
            phones.add(person.phone)
            added.append(person)
        ensure_rows(problems)
        session.add_all(added)
        flush_or(phone_taken())
        for person in added:
            audit(actor, alliance.scope_id, "person.add", f"person:{person.id}")
    return added


def delete_contacts_of(actor: Actor, alliance_id: int, person_ids: Collection[int]) -> None:
    """Delete telephone numbers and addresses of people, whose names and posts stay."""
    with transaction() as session:
        alliance = lock(Alliance, alliance_id)
        people = sa.select(Person).where(
            Person.alliance_id == alliance_id, Person.id.in_(person_ids)
        )
        for person in session.scalars(people.order_by(Person.id)):
            person.phone = person.phone_end = person.email = ""
            audit(actor, alliance.scope_id, "person.delete_contacts", f"person:{person.id}")


def note_contact_shown(actor: Actor, alliance_id: int, person_id: int) -> None:
    """Record that somebody looked at a person's telephone number and address in full."""
    with transaction():
        alliance = lock(Alliance, alliance_id)
        audit(actor, alliance.scope_id, "contact.show", f"person:{person_id}")


def note_export(actor: Actor, alliance_id: int, what: str) -> None:
    """Record that somebody took a file with personal data of an alliance."""
    with transaction():
        alliance = lock(Alliance, alliance_id)
        audit(actor, alliance.scope_id, "people.export", f"alliance:{alliance_id}", what=what)


def _write(
    person: Person,
    alliance_id: int,
    name: str,
    phone: str,
    email: str,
    organisation_id: int | None,
    titles: str,
) -> None:
    if organisation_id is not None:
        organisation_in(alliance_id, organisation_id)
    person.organisation_id = organisation_id
    columns = _columns(name, phone, email, titles, person.spelling or {})
    if columns["phone"] != person.phone:
        person.phone_in_doubt = False
    for column, value in columns.items():
        setattr(person, column, value)


def _columns(
    name: str, phone: str, email: str, titles: str, spelling: Mapping[str, Any] = NOTHING_SAID
) -> dict[str, Any]:
    """Clean what was typed about a person, and work out what goes with it."""
    cleaned = clean_name(name)
    if not cleaned or len(cleaned) > LONGEST_NAME:
        raise Invalid(
            "name_missing", N_("请填写姓名，最多 %(max)s 个字。"), field="name", max=LONGEST_NAME
        )
    if len(titles.strip()) > LONGEST_TITLES:
        raise Invalid(
            "titles_long", N_("职务不能超过 %(max)s 个字。"), field="titles", max=LONGEST_TITLES
        )
    number = clean_phone(phone)
    return {
        "name": cleaned,
        "titles": titles.strip(),
        "phone": number,
        "phone_end": number[-4:],
        "email": _clean_email(email),
        **spelled_columns(cleaned, fitting_spelling(cleaned, spelling)),
    }


def _clean_email(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Invalid("email_unreadable", N_("邮箱格式不对。"), field="email") from error


def _known(alliance_id: int, name: str, phone: str, organisation_id: int | None) -> Person | None:
    query = sa.select(Person).where(
        Person.alliance_id == alliance_id, Person.phone == phone, CERTAIN
    )
    if phone:
        return db.session.scalar(query)
    same_unit = query.where(Person.organisation_id == organisation_id).order_by(Person.id)
    key = name_key(name)
    return next((row for row in db.session.scalars(same_unit) if name_key(row.name) == key), None)


def _unit_named(units: dict[str, int], name: str) -> int | None:
    if not name.strip():
        return None
    found = units.get(name_key(name))
    if found is None:
        raise Invalid(
            "unit_unknown", N_("成员单位里没有“%(name)s”。"), field="unit", name=clean_name(name)
        )
    return found


def phone_taken() -> Conflict:
    """Say that a phone is another person's."""
    return Conflict("phone_taken", N_("这个电话号码已登记在另一位人员名下。"))


def phone_just_noted() -> Busy:
    """Ask for another try where somebody noted the same phone meanwhile, without saying so."""
    return Busy("phone_just_noted", N_("刚刚有人同时在提交，请再试一次。"))
