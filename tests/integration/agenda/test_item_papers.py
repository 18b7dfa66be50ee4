"""Papers: each reader finds what is for them and from its time on; the rest does not exist."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.models import PersonalLink
from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.agenda.queries import items_of
from eventapp.agenda.queries.papers import papers_of
from eventapp.agenda.rules import Readers, may_read
from eventapp.agenda.service import add_paper, publish_agenda, remove_item
from eventapp.alliance.models import Membership, Seat
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict, Invalid
from eventapp.core.ledger import AuditEntry
from eventapp.meetings.models import Meeting
from eventapp.registration.service import delegate_link, give_mandate, set_liaison
from tests.factories import make_user, put_token, sign_in
from tests.factories_agenda import make_item
from tests.factories_registration import make_meeting, make_registration, make_unit

PDF = b"%PDF-1.7\npaper of "


@pytest.fixture
def hall(app: Flask) -> SimpleNamespace:
    """A meeting with one published item and a paper for each kind of reader, and the readers."""
    with app.app_context():
        meeting = make_meeting()
        meeting_id, slug = meeting.id, meeting.slug
        council, plain = (make_unit(meeting.alliance_id) for _ in range(2))
        item = make_item(meeting, "工作报告")
        papers = {
            one.value: add_paper(
                SYSTEM, meeting_id, item.id, f"{one.value}.pdf", PDF + one.encode(), readers=one
            ).id
            for one in Readers
        }
        soon = clock.now() + timedelta(hours=1)
        papers["later"] = add_paper(
            SYSTEM,
            meeting_id,
            item.id,
            "later.pdf",
            PDF + b"later",
            readers=Readers.PUBLIC,
            readable_from=soon,
        ).id
        publish_agenda(SYSTEM, meeting_id)
        hidden = make_item(db.session.get_one(Meeting, meeting_id), "尚未公布的环节")
        papers["unpublished"] = add_paper(
            SYSTEM, meeting_id, hidden.id, "secret.pdf", PDF + b"s", readers=Readers.PUBLIC
        ).id
        _seat(meeting.alliance_id, council)
        clients: dict[str, FlaskClient] = {"visitor": app.test_client()}
        for name, unit in (("delegate", plain), ("representative", council)):
            row = make_registration(
                db.session.get_one(Meeting, meeting_id), name, organisation_id=unit
            )
            registration_id, person_id = row.id, row.person_id
            give_mandate(SYSTEM, meeting_id, organisation_id=unit, person_id=person_id)
            clients[name] = _opened(app, delegate_link(SYSTEM, registration_id), Role.DELEGATE)
        scope_id = db.session.get_one(Meeting, meeting_id).scope_id
        for name, unit in (("liaison", plain), ("council liaison", council)):
            delegation = set_liaison(SYSTEM, meeting_id, unit).id
            clients[name] = _opened(app, link_of(scope_id, Role.LIAISON, delegation), Role.LIAISON)
        clients["organiser"] = app.test_client()
        sign_in(clients["organiser"], make_user(Role.ORGANISER, scope_id))
        return SimpleNamespace(
            id=meeting_id, here=f"/m/{slug}", papers=papers, clients=clients, soon=soon
        )


def _opened(app: Flask, link: PersonalLink | None, role: Role) -> FlaskClient:
    assert link is not None
    client = app.test_client()
    put_token(client, f"{role}:{link.id}", open_link(link_token(link)))
    return client


def _seat(alliance_id: int, organisation_id: int) -> None:
    """Seat a unit so that it votes in council."""
    with transaction() as session:
        seat = session.scalars(
            sa.select(Seat).where(Seat.alliance_id == alliance_id, Seat.votes_in_council)
        ).first()
        assert seat is not None
        session.execute(
            sa.update(Membership)
            .where(Membership.organisation_id == organisation_id)
            .values(seat_id=seat.id)
        )


PLACES = {
    "visitor": ("", "/papers/", False),
    "delegate": ("/pass", "/pass/papers/", True),
    "representative": ("/pass", "/pass/papers/", True),
    "liaison": ("/delegation", "/delegation/papers/", True),
    "council liaison": ("/delegation", "/delegation/papers/", True),
}
MAY = {
    "visitor": {"public"},
    "delegate": {"public", "registered"},
    "representative": {"public", "registered", "council"},
    "liaison": {"public", "registered"},
    "council liaison": {"public", "registered", "council"},
}


@pytest.mark.parametrize("who", PLACES)
def test_each_reader_finds_what_is_for_them_and_nothing_else(hall: SimpleNamespace, who: str):
    page, where, is_noted = PLACES[who]
    client = hall.clients[who]
    shown = client.get(f"{hall.here}{page}").text
    for name, paper_id in hall.papers.items():
        assert (f"{where}{paper_id}" in shown) == (name in MAY[who]), name
        ask = client.post if is_noted else client.get
        answer = ask(f"{hall.here}{where}{paper_id}")
        assert answer.status_code == (200 if name in MAY[who] else 404), name
        if name in MAY[who]:
            assert answer.data == PDF + name.encode()
    assert "secret.pdf" not in shown


def test_a_paper_is_there_from_its_time_on(hall: SimpleNamespace):
    where = f"{hall.here}/papers/{hall.papers['later']}"
    visitor = hall.clients["visitor"]
    with clock.fixed(hall.soon - timedelta(seconds=1)):
        assert visitor.get(where).status_code == 404
    with clock.fixed(hall.soon):
        assert visitor.get(where).status_code == 200
        assert "later.pdf" in visitor.get(hall.here).text


def test_what_is_not_public_is_noted_by_whom(app: Flask, hall: SimpleNamespace):
    paper = hall.papers["registered"]
    hall.clients["delegate"].post(f"{hall.here}/pass/papers/{paper}")
    hall.clients["organiser"].post(f"{hall.here}/desk/agenda/papers/{paper}/file")
    hall.clients["visitor"].get(f"{hall.here}/papers/{hall.papers['public']}")
    with app.app_context():
        read = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "paper.read"))
        assert [one.actor.partition(":")[0] for one in read] == ["link", "user"]


def test_the_staff_read_all_and_say_who_may(app: Flask, hall: SimpleNamespace):
    client, desk = hall.clients["organiser"], f"{hall.here}/desk/agenda/papers"
    page = client.get(desk).text
    assert all(f"/papers/{one}/file" in page for one in hall.papers.values())
    paper = hall.papers["staff"]
    values = {f"paper-{paper}-readers": "public"}
    assert client.post(f"{desk}/{paper}", data=values).status_code == 303
    assert "staff.pdf" in hall.clients["visitor"].get(hall.here).text
    assert client.post(f"{desk}/{paper}/remove").status_code == 303
    assert "staff.pdf" not in hall.clients["visitor"].get(hall.here).text


def test_a_paper_is_uploaded_and_a_wrong_one_refused_in_words(app: Flask, hall: SimpleNamespace):
    client, desk = hall.clients["organiser"], f"{hall.here}/desk/agenda/papers"
    with app.app_context():
        item_id = items_of(hall.id)[0].id
    values = {"item_id": str(item_id), "readers": "staff", "readable_from": "2030-01-01T09:00"}
    wrong = {**values, "paper": (io.BytesIO(b"MZ"), "virus.exe")}
    refused = client.post(desk, data=wrong, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "只收 PDF" in refused.text
    assert "2030-01-01T09:00" in refused.text
    right = {**values, "paper": (io.BytesIO(PDF), "报告.pdf")}
    assert client.post(desk, data=right, content_type="multipart/form-data").status_code == 303
    with app.app_context():
        (added,) = [one for one in papers_of(hall.id) if one.name == "报告.pdf"]
    assert (added.readers, added.size) == (Readers.STAFF, len(PDF))
    assert added.readable_from is not None


def test_another_meetings_item_and_papers_do_not_exist(app: Flask, hall: SimpleNamespace):
    with app.app_context():
        other = make_meeting()
        foreign = make_item(other, "别处")
        foreign_id, other_id = foreign.id, other.id
        paper = add_paper(SYSTEM, other_id, foreign_id, "a.pdf", PDF, readers=Readers.PUBLIC).id
        publish_agenda(SYSTEM, other_id)
        with pytest.raises(Invalid):
            add_paper(SYSTEM, other_id, foreign_id, "a", b"x", readers=Readers.PUBLIC)
        with pytest.raises(Conflict):
            remove_item(SYSTEM, other_id, foreign_id)
    client = hall.clients["organiser"]
    for act in ("", "/remove", "/file"):
        where = f"{hall.here}/desk/agenda/papers/{paper}{act}"
        values = {f"paper-{paper}-readers": "public"}
        assert client.post(where, data=values).status_code == 404, act
    assert hall.clients["visitor"].get(f"{hall.here}/papers/{paper}").status_code == 404


def test_readers_contain_those_after_them():
    now = clock.now()
    table = [[may_read(who, paper, None, now) for paper in Readers] for who in Readers]
    assert table == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
