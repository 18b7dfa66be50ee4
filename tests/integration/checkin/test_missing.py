"""Who is missing: the quorum, the units that vote before the others, and whom to call."""

from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from eventapp.alliance.models import Organisation, Person
from eventapp.checkin.queries import board_of
from eventapp.checkin.rules import Direction
from eventapp.core import clock
from eventapp.core.access import Role
from eventapp.core.db import db, transaction
from eventapp.core.ledger import AuditEntry
from eventapp.registration.models import Delegation, Leave, Registration
from eventapp.registration.rules import State
from eventapp.voting.queries import next_vote_of
from eventapp.voting.rules import PRESETS, ElectorateSource
from tests.factories import make_user, sign_in
from tests.factories_checkin import (
    Door,
    make_door,
    make_person,
    make_registration,
    make_unit,
    pass_text,
    scan,
    set_state,
)
from tests.factories_voting import (
    Assembly,
    make_assembly,
    make_ballot,
    make_mandate,
    make_open_ballot,
)

PHONE = "13912345678"


def name_unit(unit_id: int, name: str) -> None:
    with transaction() as session:
        session.get_one(Organisation, unit_id).name = name


def give_liaison(hall: Assembly, unit_id: int, name: str = "联络人钱") -> int:
    """Give a unit a delegation with a liaison who has a telephone; tells the delegation's id."""
    person_id = make_person(hall.alliance_id, name, unit_id)
    with transaction() as session:
        session.get_one(Person, person_id).phone = PHONE
        row = Delegation(meeting_id=hall.meeting_id, organisation_id=unit_id, liaison_id=person_id)
        session.add(row)
        session.flush()
        return row.id


def page(client: FlaskClient, hall: Assembly, path: str = "/missing") -> str:
    answer = client.get(f"/m/{hall.door.slug}/desk/presence{path}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.mark.usefixtures("house")
def test_without_a_ballot_the_council_needs_two_thirds_of_its_units() -> None:
    hall = make_assembly(5, inside=2)
    vote = next_vote_of(hall.meeting_id)
    assert vote is not None
    assert (vote.number, len(vote.units), vote.present, vote.needed) == (0, 5, 2, 4)


@pytest.mark.usefixtures("house")
def test_who_leaves_is_not_counted_any_more_and_a_proxy_is() -> None:
    hall = make_assembly(4, inside=2)
    hall.enter(1, Direction.EXIT)
    make_mandate(hall.door, hall.units[3], hall.people[0], proxy=True)
    vote = next_vote_of(hall.meeting_id)
    assert vote is not None
    assert vote.here.in_person == {hall.units[0]}
    assert vote.here.by_proxy == {hall.units[3]}
    assert vote.present == 2


@pytest.mark.usefixtures("house")
def test_the_next_ballot_says_who_is_needed_and_an_open_one_goes_first() -> None:
    hall = make_assembly(6, inside=5)
    make_ballot(hall, PRESETS["peoples_congress"].rule)
    drafted = next_vote_of(hall.meeting_id)
    assert drafted is not None
    assert (drafted.number, drafted.needed) == (1, 5)  # more than 2/3 of 6
    make_open_ballot(hall, PRESETS["alliance_charter"].rule, source=ElectorateSource.ALL_MEMBERS)
    opened = next_vote_of(hall.meeting_id)
    assert opened is not None
    assert (opened.number, opened.needed) == (2, 4)  # no quorum, but 2/3 of all must say yes


@pytest.mark.usefixtures("house")
def test_where_nobody_may_vote_there_is_no_quorum() -> None:
    hall = make_assembly(2, seated=False)
    assert next_vote_of(hall.meeting_id) is None


@pytest.fixture
def hall(app: Flask, client: FlaskClient) -> Assembly:
    """Four council units, one inside; a guest's unit with one of two inside; an organiser."""
    with app.app_context():
        made = make_assembly(4, inside=1)
        for place, unit_id in enumerate(made.units):
            name_unit(unit_id, f"理事单位{'甲乙丙丁'[place]}")
        guests = make_unit("安徽某学院")
        scan(made.door, pass_text(make_registration(made.door, "张堃", organisation_id=guests)))
        make_registration(made.door, "=王磊", organisation_id=guests)
        sign_in(client, make_user(Role.ORGANISER, made.door.scope_id))
    return made


def test_units_that_vote_stand_first_with_the_quorum_above(
    client: FlaskClient, hall: Assembly
) -> None:
    shown = page(client, hall)
    assert shown.index("理事单位乙") < shown.index("理事单位丁") < shown.index("安徽某学院")
    assert "理事单位甲" not in shown
    assert "有表决权的单位在场 1 家，须到 3 家" in shown
    assert "还差 2 家" in page(client, hall, "")


def test_a_unit_whose_people_came_without_a_mandate_still_counts_as_missing(
    app: Flask, client: FlaskClient, hall: Assembly
) -> None:
    with app.app_context():
        scan(
            hall.door,
            pass_text(make_registration(hall.door, "李随员", organisation_id=hall.units[1])),
        )
        with transaction() as session:
            session.add(
                Leave(
                    meeting_id=hall.meeting_id,
                    organisation_id=hall.units[2],
                    noted_at=clock.now(),
                )
            )
    shown = page(client, hall)
    assert "有人到会，授权代表未到" in shown
    assert "已请假" in shown


def test_list_is_filtered_by_kind_and_by_name(client: FlaskClient, hall: Assembly) -> None:
    voting = page(client, hall, "/missing?who=votes")
    assert "理事单位乙" in voting
    assert "安徽某学院" not in voting
    others = page(client, hall, "/missing?who=others")
    assert "安徽某学院" in others
    assert "理事单位乙" not in others
    named = page(client, hall, "/missing?text=王磊")
    assert "安徽某学院" in named
    assert "理事单位乙" not in named
    assert "没有找到" in page(client, hall, "/missing?text=查无此人")


def test_liaison_is_masked_until_somebody_calls_which_is_recorded(
    app: Flask, client: FlaskClient, hall: Assembly
) -> None:
    with app.app_context():
        delegation_id = give_liaison(hall, hall.units[1])
    shown = page(client, hall)
    assert "联络人钱" in shown
    assert "139****5678" in shown
    assert PHONE not in shown
    path = f"/m/{hall.door.slug}/desk/presence/missing/{delegation_id}/phone"
    assert f'href="tel:{PHONE}"' in client.post(path).text
    with app.app_context():
        acts = db.session.query(AuditEntry).filter(AuditEntry.action == "contact.show").all()
        assert len(acts) == 1
        assert PHONE not in acts[0].body


def test_no_liaison_of_another_meeting_is_called(
    app: Flask, client: FlaskClient, hall: Assembly
) -> None:
    with app.app_context():
        other = make_assembly(1)
        delegation_id = give_liaison(other, other.units[0])
    for number in (delegation_id, 2**31, 10**40):
        answer = client.post(f"/m/{hall.door.slug}/desk/presence/missing/{number}/phone")
        assert answer.status_code == 404
        assert PHONE not in answer.text


def test_list_leaves_as_workbook_and_csv_without_formulas_and_phones(
    app: Flask, client: FlaskClient, hall: Assembly
) -> None:
    with app.app_context():
        give_liaison(hall, hall.units[1], "=联络人")
    url = f"/m/{hall.door.slug}/desk/presence/missing/export"
    sheet = load_workbook(BytesIO(client.get(url).data)).active
    assert sheet is not None
    cells = [cell for row in sheet for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    values = [cell.value for cell in cells]
    assert {"理事单位乙", "=王磊", "=联络人", "139****5678"} <= set(values)
    text = client.get(f"{url}?as=csv&who=votes").data.decode("utf-8-sig")
    assert '"\'=联络人"' in text
    assert "安徽某学院" not in text
    assert PHONE not in text


def test_list_is_asked_again_cheaply_and_a_scan_changes_it(
    app: Flask, client: FlaskClient, hall: Assembly
) -> None:
    url = f"/m/{hall.door.slug}/desk/presence/missing/live"
    tag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    with app.app_context():
        hall.enter(1)
    again = client.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert "理事单位乙" not in again.text


def test_long_list_is_shown_in_pages(app: Flask, client: FlaskClient, hall: Assembly) -> None:
    with app.app_context():
        for number in range(60):
            make_registration(hall.door, f"某{number}", organisation_id=make_unit(f"单位{number}"))
    first, second = page(client, hall), page(client, hall, "/missing?page=2")
    assert first.count('scope="row"') == 50
    assert second.count('scope="row"') == 14
    assert "共 64 条" in second


@pytest.mark.usefixtures("house")
def test_somebody_cancelled_who_is_inside_counts_as_come_and_not_as_expected() -> None:
    door: Door = make_door()
    one = make_registration(door, "张堃")
    scan(door, pass_text(one))
    set_state(one, State.CANCELLED)
    assert db.session.get_one(Registration, one).state == State.CANCELLED
    counts = board_of(door.meeting_id).counts
    assert (counts.arrived, counts.expected) == (1, 0)
