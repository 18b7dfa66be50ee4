"""Telephone numbers, addresses and car plates stand in no page but those that say why."""

from collections.abc import Iterator
from io import BytesIO

import pdfplumber
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.routing import Rule

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link, sign_in_user
from eventapp.alliance.queries import alliance_of, slug_of
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.jobs import Job
from eventapp.core.ledger import AuditEntry
from eventapp.core.scope import ROOT
from eventapp.minutes.queries import editions_of
from eventapp.roster.models import Roster
from tests.factories import make_user, put_token
from tests.factories_privacy import (
    EMAIL,
    NAME,
    PAPER,
    PHONE,
    PLATE,
    PROXY_PAPER,
    TITLES,
    Canary,
    make_canary,
)
from tests.integration.test_access_matrix import COLUMNS, MATRIX, STAFF

SHOWN = {
    "registration.edit_own": "the person's own form",
    "registration.show_pass": "the person's own answers, on the person's own page",
    "registration.edit_answers": "the form of who may correct the answers",
    "delegation.show_list": "rows that a unit's liaison is typing",
}
"""Pages in which a whole contact may stand, and why."""
CONTACTS = (PHONE, EMAIL, PLATE)


def world(app: Flask) -> tuple[Canary, dict[str, object], dict[str, FlaskClient]]:
    """Hold a meeting with the canary; tell what fills addresses, and a browser for each column."""
    canary = make_canary(app)
    held = canary.held
    alliance = alliance_of(held.alliance_id)
    scope_id = alliance.scope_id
    ids: dict[str, object] = {
        "meeting": held.slug,
        "alliance": slug_of(alliance),
        "registration_id": canary.registration_id,
        "person_id": canary.person_id,
        "delegation_id": canary.delegation_id,
        "mandate_id": canary.mandate_id,
        "ballot_id": canary.ballot_id,
        "minutes_id": canary.minutes_id,
        "item_id": held.item_ids[0],
        "organisation_id": held.unit_ids[-1],
        "field_id": canary.fields["plate"],
        "edition_id": editions_of(held.meeting_id)[0].id,
        "roster_id": db.session.query(Roster.id).filter(Roster.delegation_id.is_(None)).scalar(),
        "job_id": db.session.query(Job.id).filter(Job.kind == "print_cards").scalar(),
        "code": editions_of(held.meeting_id)[0].code,
        "format": "press",
    }
    clients: dict[str, FlaskClient] = {letter: app.test_client() for letter in COLUMNS}
    for letter, role in STAFF.items():
        user = make_user(role, ROOT if letter == "A" else scope_id)
        put_token(clients[letter], "account", sign_in_user(SYSTEM, user.id))
    for letter, role, subject in (
        ("E", Role.DELEGATE, canary.registration_id),
        ("L", Role.LIAISON, canary.delegation_id),
    ):
        link = link_of(held.scope_id, role, subject)
        assert link is not None
        put_token(clients[letter], f"{role}:{link.id}", open_link(link_token(link)))
    return canary, ids, clients


def pages(app: Flask, ids: dict[str, object]) -> Iterator[tuple[Rule, str]]:
    """List every address that can be asked for with GET, filled with what exists."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        library = rule.endpoint.startswith("security.")  # pages of one's own account
        if "GET" in (rule.methods or ()) and rule.arguments <= set(ids) and not library:
            yield rule, adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments})


def text_of(data: bytes, media_type: str | None) -> str:
    """Read what a page or a file says."""
    if media_type == "application/pdf" and data not in (PAPER, PROXY_PAPER):
        with pdfplumber.open(BytesIO(data)) as document:
            return "\n".join(page.extract_text() or "" for page in document.pages)
    if "spreadsheet" in (media_type or ""):
        sheets = load_workbook(BytesIO(data)).worksheets
        return "\n".join(str(cell.value) for sheet in sheets for row in sheet for cell in row)
    return data.decode("utf-8", "replace")


def fetch(client: FlaskClient, path: str) -> tuple[int, str]:
    """Ask for a page or a file; tell its status and what it says."""
    with client.get(path) as answer:
        said = text_of(answer.data, answer.mimetype) if answer.status_code == 200 else ""
        return answer.status_code, said


def test_whole_contacts_stand_in_no_page_but_those_that_say_why(app: Flask) -> None:
    with app.app_context():
        _, ids, clients = world(app)
    shown: set[str] = set()
    named: set[str] = set()
    answered: set[str] = set()
    for rule, path in pages(app, ids):
        for letter in MATRIX[rule.endpoint].replace(".", ""):
            if letter in "KSCMVAXR":  # they see what the organiser sees, or less
                continue
            status, text = fetch(clients[letter], path)
            assert status < 500, (rule.endpoint, letter)
            if status == 200:
                answered.add(rule.endpoint)
            if any(contact in text for contact in CONTACTS):
                shown.add(rule.endpoint)
            if NAME in text:
                named.add(rule.endpoint)
    assert shown - set(SHOWN) == set()
    assert {"registration.show_pass"} <= shown
    assert len(answered) > 70, sorted(answered)
    assert {
        "registration.show_registrations",
        "registration.show_registration",
        "alliance.show_people",
        "delegation.show_delegation",
        "notices.show_letters",
        "notices.preview_letter",
        "roster.show_roster",
        "registration.download_slips",
        "registration.show_pass",
    } <= named  # the walk meets the person there


def test_exports_hide_contacts_unless_they_are_asked_for_by_who_may(app: Flask) -> None:
    with app.app_context():
        canary, ids, clients = world(app)
        scope_id = canary.held.scope_id
    exports = (
        f"/m/{ids['meeting']}/desk/registrations/export",
        f"/a/{ids['alliance']}/people.xlsx",
        f"/m/{ids['meeting']}/desk/mails/export",
    )
    for path in exports:
        answer = clients["O"].post(path)
        text = text_of(answer.data, answer.mimetype)
        assert NAME in text, path
        assert not [one for one in CONTACTS if one in text], path
    whole = clients["O"].post(exports[0], data={"contacts": "1"})
    assert all(one in text_of(whole.data, whole.mimetype) for one in CONTACTS)
    whole = clients["O"].post(exports[1], data={"contacts": "1"})
    assert PHONE in text_of(whole.data, whole.mimetype)
    with app.app_context():
        bodies = [entry for entry in _exports(scope_id) if '"contacts":true' in entry]
        assert len(bodies) == 1


def _exports(scope_id: int) -> list[str]:
    query = db.session.query(AuditEntry.body).filter(
        AuditEntry.scope_id == scope_id, AuditEntry.action == "registration.export"
    )
    return [body for (body,) in query]


def test_one_record_is_unmasked_by_asking_and_that_is_recorded(app: Flask) -> None:
    with app.app_context():
        canary, ids, clients = world(app)
    one = f"/m/{ids['meeting']}/desk/registrations/{canary.registration_id}"
    page = clients["O"].get(one).text
    assert not [contact for contact in CONTACTS if contact in page]
    whole = clients["O"].post(f"{one}/contact").text
    assert all(contact in whole for contact in CONTACTS)
    assert clients["O"].get(f"{one}/contact").status_code == 405


def test_the_press_sees_no_personal_data_of_delegates(app: Flask) -> None:
    with app.app_context():
        canary, ids, clients = world(app)
        people = [*canary.held.canaries, NAME, TITLES]
    answered = 0
    for rule, path in pages(app, ids):
        for letter in "PN":
            if letter not in MATRIX[rule.endpoint]:
                continue
            status, text = fetch(clients[letter], path)
            answered += status == 200
            found = [one for one in (*CONTACTS, *people) if one in text]
            assert found == [], (rule.endpoint, letter)
    assert answered > 15
    files = clients["P"].get(f"/m/{ids['meeting']}/press").text
    assert "/press/" in files
