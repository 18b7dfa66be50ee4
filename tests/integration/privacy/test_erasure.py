"""A canary is erased: no trace anywhere but in released documents and the record of votes."""

import json
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.queries import actors_of, link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.alliance.models import Person
from eventapp.alliance.queries import alliance_of
from eventapp.ceremony.models import StagePerson
from eventapp.core import clock, files, outbox
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import Base, db, transaction
from eventapp.core.errors import Conflict, DomainError
from eventapp.core.files import StoredFile
from eventapp.core.ledger import Chained, verify
from eventapp.core.outbox import Message
from eventapp.core.transports import FolderMessenger, FolderTransport
from eventapp.desk.service.merging import merge_people
from eventapp.meetings.rules import State as MeetingState
from eventapp.meetings.service import set_state
from eventapp.minutes.models import Minutes, MinutesEdition
from eventapp.minutes.queries import content_of
from eventapp.minutes.queries.facts import facts_of
from eventapp.minutes.rules import State as MinutesState
from eventapp.privacy.models import Erasure
from eventapp.privacy.queries.erasures import erasures_of, open_erasure
from eventapp.privacy.rules import ANSWER_KEPT, Kept, kept_from
from eventapp.privacy.service import ask_erasure, erase_person, retain_all, withdraw_erasure
from eventapp.registration.models import Mandate
from eventapp.registration.queries import counts_of, registration_in, registrations_of
from eventapp.registration.rules import State
from eventapp.voting.queries import votes_of
from eventapp.web.queue import run_due
from tests.factories_alliance import make_alliance, make_person
from tests.factories_minutes import sign_off
from tests.factories_privacy import (
    DISH,
    EMAIL,
    NAME,
    PHONE,
    PLATE,
    TITLES,
    TRACES,
    Canary,
    make_canary,
)
from tests.factories_registration import make_meeting as open_meeting
from tests.factories_registration import make_registration


def rows_naming(*texts: str) -> list[str]:
    """List table and column of every row of the database that holds one of these texts."""
    wanted = {written for one in texts for written in (one, json.dumps(one)[1:-1])}
    found: list[str] = []
    for table in Base.metadata.sorted_tables:
        columns = ", ".join(f'CAST("{column.name}" AS TEXT)' for column in table.c)
        everything = sa.text(f'SELECT {columns} FROM "{table.name}"')  # noqa: S608 - our own names
        for row in db.session.execute(everything):
            for column, value in zip(table.c, row, strict=True):
                if any(one in (value or "") for one in wanted):
                    found.append(f"{table.name}.{column.name}")
    return sorted(set(found))


def files_holding(folder: Path, *texts: str) -> list[str]:
    """List the files below a folder whose bytes hold one of these texts."""
    wanted = [one.encode() for one in texts]
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    )


@pytest.fixture(autouse=True)
def _own_folders(app: Flask) -> None:
    """Let every test find its own files only; folders are one process's, and two apps stand."""
    var = Path(app.extensions["config"].var)
    for name in ("mail", "messages", "files"):
        shutil.rmtree(var / name, ignore_errors=True)
    files.configure(var / "files")
    outbox.configure(
        FolderTransport(var / "mail"),
        "menghui@localhost",
        "localhost",
        FolderMessenger(var / "messages"),
    )


KEPT_ROWS = ["minutes.frozen", "minutes_editions.body"]
"""Where a name may stand afterwards: in the minutes that were released."""


def words(wish: Erasure) -> tuple[str, str]:
    return "您的删除申请已办结", f"申请 {wish.id}"


def erase(app: Flask, canary: Canary, at: datetime) -> Erasure:
    """Erase the canary, let the answer go, and let its week pass."""
    held = canary.held
    with clock.fixed(at):
        wish = erase_person(held.drafter, held.alliance_id, canary.person_id, words)
        run_due(app)
    with clock.fixed(at + ANSWER_KEPT + timedelta(hours=1)):
        retain_all(SYSTEM)
    return db.session.get_one(Erasure, wish.id, populate_existing=True)


def breaks() -> list[object]:
    return [place for kind in Chained.__subclasses__() for place in verify(kind)]


def written(text: str) -> list[bytes]:
    """Give the ways in which a text may stand on disk: plain, in JSON, in JSON that is dumped."""
    escaped = json.dumps(text)[1:-1]
    return [one.encode() for one in (text, escaped, escaped.replace("\\", "\\\\"))]


def database_bytes(app: Flask) -> bytes:
    """Give all that the database keeps on disk: SQLite's files, or what PostgreSQL would dump."""
    url = db.engines[None].url
    if url.get_backend_name() == "sqlite":
        found = Path(str(url.database))
        return b"".join(one.read_bytes() for one in sorted(found.parent.glob(f"{found.name}*")))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.run(
        ["pg_dump", "--dbname", plain],
        check=True,
        capture_output=True,
    ).stdout


def test_an_erased_canary_leaves_no_trace_but_in_released_minutes(house: Flask) -> None:
    canary = make_canary(house)
    held, var = canary.held, Path(house.extensions["config"].var)
    assert {"people.name", "registration_answers.value", "messages.recipient"} < set(
        rows_naming(*TRACES)
    )
    assert files_holding(var, *TRACES) != []
    counts = counts_of(held.meeting_id)
    presence = facts_of(held.meeting_id).overview
    votes = votes_of(canary.ballot_id)
    stored = set(db.session.scalars(sa.select(StoredFile.digest)))

    wish = erase(house, canary, clock.now() + timedelta(days=1))

    assert rows_naming(*TRACES) == KEPT_ROWS
    assert files_holding(var, *TRACES) == []
    edition = db.session.scalars(sa.select(MinutesEdition)).one()
    mandate = db.session.get_one(Mandate, canary.mandate_id)
    left = set(db.session.scalars(sa.select(StoredFile.digest)))
    calendars = set(
        db.session.scalars(
            sa.select(StoredFile.digest).where(StoredFile.media_type == "text/calendar")
        )
    )
    minutes = {edition.pdf_digest, edition.internal_digest}
    assert left - calendars == minutes | {mandate.document_digest}
    assert left < stored
    assert {path.name for path in (var / "files").rglob("*") if path.is_file()} >= left
    assert not [one for one in stored - left if (var / "files" / one[:2] / one).exists()]
    assert breaks() == []
    names = db.session.scalars(sa.select(StagePerson.name).order_by(StagePerson.id))
    assert [one for one in names if one] == ["王志安"]
    assert counts_of(held.meeting_id) == counts
    assert facts_of(held.meeting_id).overview == presence
    assert votes_of(canary.ballot_id) == votes
    kinds = {row.kind for row in kept_from(wish.kept)}
    assert kinds == set(Kept) - {Kept.AGENDAS, Kept.MENTIONS}


def test_at_once_nothing_is_left_but_the_address_of_the_answer(house: Flask) -> None:
    canary = make_canary(house)
    held, var = canary.held, Path(house.extensions["config"].var)
    erase_person(held.drafter, held.alliance_id, canary.person_id, words)
    assert rows_naming(*TRACES) == sorted([*KEPT_ROWS, "messages.recipient"])
    assert rows_naming(EMAIL) == ["messages.recipient"]
    assert files_holding(var, *TRACES) == []
    kinds = sa.select(StoredFile.media_type, sa.func.count()).group_by(StoredFile.media_type)
    stored = {row[0]: row[1] for row in db.session.execute(kinds)}
    assert stored.pop("text/calendar", 0) <= 1
    assert stored == {"application/pdf": 3}  # two settings of the minutes, the voter's paper


def test_the_file_of_the_database_holds_the_canary_in_the_released_minutes_only(
    house: Flask,
) -> None:
    canary = make_canary(house)
    assert any(one in database_bytes(house) for one in written(DISH))
    erase(house, canary, clock.now() + timedelta(days=1))
    db.session.rollback()
    data = database_bytes(house)
    released = db.session.scalars(sa.select(MinutesEdition.body)).one()
    assert NAME in released
    for trace in TRACES:
        plain, *escaped = written(trace)
        assert data.count(plain) == 2 * released.count(trace)  # the edition, and what was signed
        assert not [one for one in escaped if one != plain and one in data], trace


def test_unreleased_minutes_follow_without_the_person_and_signed_ones_go_back(
    house: Flask,
) -> None:
    canary = make_canary(house, release=False)
    held = canary.held
    sign_off(held, canary.minutes_id, until="sign")
    minutes = db.session.get_one(Minutes, canary.minutes_id)
    assert NAME in minutes.frozen
    present = facts_of(held.meeting_id).overview.units_present
    wish = erase(house, canary, clock.now() + timedelta(days=1))
    minutes = db.session.get_one(Minutes, canary.minutes_id, populate_existing=True)
    assert (minutes.state, minutes.frozen) == (MinutesState.DRAFTING, "")
    record = json.dumps(content_of(minutes).record(), ensure_ascii=False)
    assert NAME not in record
    assert '""' not in json.dumps([one.people for one in content_of(minutes).facts.units])
    assert facts_of(held.meeting_id).overview.units_present == present
    assert rows_naming(*TRACES) == []
    assert Kept.MINUTES not in {row.kind for row in kept_from(wish.kept)}
    assert breaks() == []


def test_what_people_wrote_freely_is_pointed_at_and_others_of_the_name_stay(house: Flask) -> None:
    canary = make_canary(house, release=False)
    held = canary.held
    with transaction() as session:
        session.get_one(Minutes, canary.minutes_id).prose = {"introduction": f"{NAME}致辞。"}
    other = make_person(alliance_of(held.alliance_id), NAME).id
    elsewhere = make_person(make_alliance(), NAME).id
    wish = erase(house, canary, clock.now() + timedelta(days=1))
    mentions = [row for row in kept_from(wish.kept) if row.kind is Kept.MENTIONS]
    assert [set(row.places) for row in mentions] == [{"minutes", "item_person", "stage_person"}]
    assert mentions[0].places["minutes"] == [canary.minutes_id]
    listed = [one for one in db.session.scalars(sa.select(StagePerson.name)) if one]
    assert listed == ["王志安", NAME]  # whom it means, a person must say
    assert [db.session.get_one(Person, one).name for one in (other, elsewhere)] == [NAME, NAME]


def test_somebody_who_was_two_is_erased_as_one(house: Flask) -> None:
    canary = make_canary(house, release=False)
    held = canary.held
    twin = make_person(alliance_of(held.alliance_id), NAME, phone=PHONE[::-1], titles=TITLES).id
    merge_people(held.drafter, held.alliance_id, twin, canary.person_id)
    wish = ask_erasure(SYSTEM, held.alliance_id, canary.person_id)  # an old page still open
    assert wish.person_id == twin
    with clock.fixed(clock.now() + timedelta(days=1)):
        erase_person(held.drafter, held.alliance_id, canary.person_id, words)
    assert rows_naming(NAME, TITLES, PHONE, PHONE[::-1], PLATE, DISH) == []
    assert breaks() == []


def test_before_a_meeting_the_registration_ends_and_every_link_with_it(house: Flask) -> None:
    meeting = open_meeting()
    registration = make_registration(meeting, NAME, phone=PHONE, email=EMAIL)
    alliance_id, person_id, one = meeting.alliance_id, registration.person_id, registration.id
    link = link_of(meeting.scope_id, Role.DELEGATE, one)
    assert link is not None
    token = link_token(link)
    cookie = open_link(token)
    erase_person(SYSTEM, alliance_id, person_id, words)
    assert registration_in(meeting.id, one).state is State.CANCELLED
    assert actors_of([cookie]) == []
    with pytest.raises(DomainError):
        open_link(token)
    assert registrations_of(meeting.id, text=NAME) == []
    assert registrations_of(meeting.id, text="qlx") == []


def test_nobody_is_erased_twice_nor_while_their_meeting_runs(house: Flask) -> None:
    meeting = open_meeting()
    meeting_id, alliance_id = meeting.id, meeting.alliance_id
    person_id = make_registration(meeting, NAME).person_id
    for state in (MeetingState.REGISTRATION_CLOSED, MeetingState.IN_SESSION):
        set_state(SYSTEM, meeting_id, state)
    with pytest.raises(Conflict) as refusal:
        erase_person(SYSTEM, alliance_id, person_id, words)
    assert refusal.value.code == "meeting_runs"
    assert db.session.get_one(Person, person_id).name == NAME
    set_state(SYSTEM, meeting_id, MeetingState.ADJOURNED)
    erase_person(SYSTEM, alliance_id, person_id, words)
    with pytest.raises(Conflict) as refusal:
        erase_person(SYSTEM, alliance_id, person_id, words)
    assert refusal.value.code == "erased_already"


def test_a_wish_is_one_until_it_is_answered_and_can_be_taken_back(house: Flask) -> None:
    meeting = open_meeting()
    alliance_id, person_id = meeting.alliance_id, make_registration(meeting, NAME).person_id
    first = ask_erasure(SYSTEM, alliance_id, person_id).id
    assert ask_erasure(SYSTEM, alliance_id, person_id).id == first
    withdraw_erasure(SYSTEM, alliance_id, person_id)
    assert open_erasure(person_id) is None
    again = ask_erasure(SYSTEM, alliance_id, person_id).id
    with clock.fixed(clock.now() + timedelta(days=16)):
        (row,) = erasures_of(alliance_id)
        assert row.is_late
        assert erase_person(SYSTEM, alliance_id, person_id, words).id == again
    assert [row.name for row in erasures_of(alliance_id)] == [""]


def test_the_answer_goes_out_and_its_address_is_forgotten_in_a_week(house: Flask) -> None:
    meeting = open_meeting()
    alliance_id = meeting.alliance_id
    person_id = make_registration(meeting, NAME, email=EMAIL).person_id
    run_due(house)
    mails = Path(house.extensions["config"].var) / "mail"
    erase_person(SYSTEM, alliance_id, person_id, words)
    run_due(house)
    assert db.session.scalars(
        sa.select(Message.subject).where(Message.recipient == EMAIL)
    ).all() == ["您的删除申请已办结"]
    assert len(files_holding(mails, EMAIL)) == 1
    with clock.fixed(clock.now() + ANSWER_KEPT - timedelta(hours=1)):
        retain_all(SYSTEM)
    assert len(files_holding(mails, EMAIL)) == 1
    with clock.fixed(clock.now() + ANSWER_KEPT + timedelta(hours=1)):
        retain_all(SYSTEM)
    assert files_holding(mails, EMAIL) == []
    assert rows_naming(EMAIL) == []
