"""The demo before any meeting: accounts, the alliance, its units and people, the two texts."""

from collections.abc import Iterator
from functools import partial

from eventapp.accounts.service import create_user, grant_role
from eventapp.alliance.queries import lists_of
from eventapp.alliance.service import (
    add_person,
    add_unit,
    create_alliance,
    create_list,
    set_entries,
    table_list,
)
from eventapp.charter.queries import editions_of
from eventapp.charter.service import create_charter, import_text, table_edition
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.scope import ROOT
from eventapp.desk.rules.programme import Delegate
from eventapp.desk.service.demo_book import Act, Book, key_of

ALLIANCE_SLUG = "gaoduan-huagong"
STAFF = {
    "admin": (Role.ADMINISTRATOR, "系统管理员（演示）"),
    "organiser": (Role.ORGANISER, "桑梓宁"),
    "chair": (Role.CHAIR, "欧阳堃"),
    "checker": (Role.CHECKER, "尉迟澄"),
    "signer": (Role.SIGNER, "岑明"),
    "door": (Role.DOOR_SUPERVISOR, "郎蔚然"),
    "stage": (Role.STAGE_MANAGER, "韩牧野"),
    "teller": (Role.TELLER, "蔺知和"),
    "press": (Role.PRESS, "司马喆"),
}
"""Who can sign in to the demo, by the word before @demo.example."""


def acts(book: Book) -> Iterator[Act]:
    """Set up the alliance ten days before the meetings and table both texts a week before."""
    yield Act(book.on(-10, "08:30"), partial(_open_accounts, book))
    yield Act(book.on(-10, "09:00"), partial(_found_alliance, book))
    yield Act(book.on(-10, "10:00"), partial(_note_people, book))
    yield Act(book.on(-7, "09:00"), partial(_table_charter, book))
    yield Act(book.on(-7, "09:30"), partial(_table_list, book))


def _open_accounts(book: Book) -> None:
    for word, (role, name) in STAFF.items():
        user = create_user(SYSTEM, f"{word}@demo.example", name, book.password_hash)
        book.staff[word] = Actor(ActorKind.USER, user.id, (), label=name)
        if role is Role.ADMINISTRATOR:
            _grant(book, word, role, ROOT)


def _grant(book: Book, word: str, role: Role, scope_id: int) -> None:
    actor = book.staff[word]
    grant_role(SYSTEM, actor.id, role, scope_id)
    grant = Grant(role, scope_id)
    book.staff[word] = Actor(actor.kind, actor.id, (*actor.grants, grant), label=actor.label)


def _found_alliance(book: Book) -> None:
    said = book.programme.alliance
    alliance = create_alliance(
        book.staff["admin"],
        slug=ALLIANCE_SLUG,
        name=said.name,
        short_name=said.short_name,
        aims=said.aims,
    )
    book.alliance_id, book.scope_id = alliance.id, alliance.scope_id
    for word, (role, _name) in STAFF.items():
        if role is not Role.ADMINISTRATOR:
            _grant(book, word, role, book.scope_id)
    leads = {name: place for place, name in enumerate(said.lead_units, start=1)}
    for unit in book.programme.units:
        membership = add_unit(
            book.staff["organiser"],
            book.alliance_id,
            name=unit.name,
            seat_key=unit.seat,
            lead_ordinal=leads.get(unit.name),
            ordinal=unit.order,
        )
        book.units[unit.name] = membership.organisation_id


def _note_people(book: Book) -> None:
    for person in (*book.programme.guests, *book.programme.delegates):
        delegate = person if isinstance(person, Delegate) else None
        row = add_person(
            book.staff["organiser"],
            book.alliance_id,
            name=person.name,
            phone=delegate.phone if delegate else "",
            email=(delegate.email or "") if delegate else "",
            organisation_id=book.units.get(person.unit or ""),
            titles=person.title,
        )
        book.people[key_of(person)] = row.id


def _table_charter(book: Book) -> None:
    organiser = book.staff["organiser"]
    create_charter(organiser, book.alliance_id, book.programme.charter.title)
    (edition,) = editions_of(book.alliance_id)
    book.charter_edition_id = edition.id
    import_text(organiser, book.alliance_id, edition.id, book.programme.charter.as_text())
    table_edition(organiser, book.alliance_id, edition.id)


def _table_list(book: Book) -> None:
    organiser = book.staff["organiser"]
    create_list(organiser, book.alliance_id, book.programme.list_title)
    (row,) = lists_of(book.alliance_id)
    book.list_edition_id = row.editions[0].id
    lines = [(book.units[unit.name], unit.seat, unit.order) for unit in book.programme.listed_units]
    set_entries(organiser, book.list_edition_id, lines)
    table_list(organiser, book.list_edition_id)
