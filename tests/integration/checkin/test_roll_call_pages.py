"""Pages of a roll-call: a thumb or a keyboard, no script, and a second person."""

import re

from flask import Flask
from flask.testing import FlaskClient

from eventapp.checkin.queries import roll_calls_of, units_inside
from eventapp.core.access import SYSTEM, Role
from eventapp.voting.rules import Mode
from eventapp.voting.service import open_ballot
from tests.factories import make_user, sign_in
from tests.factories_voting import Assembly, make_assembly, make_ballot


def answers(client: FlaskClient, url: str, *present: bool) -> None:
    """Press one of the two buttons for each unit in turn."""
    for said in present:
        page = client.get(url).text
        fields = dict(re.findall(r'name="(unit|who)" value="(\d+)"', page))
        sent = client.post(
            f"{url}/answers", data={**fields, "answer": "present" if said else "absent"}
        )
        assert sent.status_code == 303


def called(app: Flask, client: FlaskClient) -> tuple[Assembly, str]:
    """Call three units, two of which answer, as the chair."""
    with app.app_context():
        hall = make_assembly(3, 0)
        sign_in(client, make_user(Role.CHAIR, hall.door.scope_id))
    begun = client.post(f"/m/{hall.door.slug}/desk/roll-calls", data={"whom": "votes"})
    assert begun.status_code == 303
    url = begun.headers["Location"]
    answers(client, url, True, True, False)
    return hall, url


def test_from_the_first_name_to_a_ballot_that_cites_the_roll_call(
    app: Flask, client: FlaskClient
) -> None:
    hall, url = called(app, client)
    assert "全部点完" in client.get(url).text
    assert client.post(f"{url}/finish").status_code == 303
    assert "待另一人确认" in client.get(url).text
    refused = client.post(f"{url}/confirm")
    assert refused.status_code == 403
    assert "不能自己确认" in refused.text

    second = app.test_client()
    with app.app_context():
        sign_in(second, make_user(Role.TELLER, hall.door.scope_id))
    assert "核对无误，确认" in second.get(url).text
    assert second.post(f"{url}/confirm").status_code == 303
    assert "已确认的点名不再更改" in client.get(url).text
    assert client.post(f"{url}/reopen").status_code == 409

    with app.app_context():
        assert len(units_inside(hall.meeting_id).units) == 2
        ballot = make_ballot(hall, mode=Mode.NAMED)
        open_ballot(SYSTEM, hall.meeting_id, ballot)
    page = client.get(f"/m/{hall.door.slug}/desk/ballots/{ballot}").text
    assert "的点名为依据" in page
    live = client.get(f"/m/{hall.door.slug}/desk/ballots/{ballot}/live").text
    assert "的点名为依据" in live
    wall = client.get(f"/m/{hall.door.slug}/projector").text
    assert re.search(r"实到：\d+:\d+ 点名", wall)
    board = client.get(f"/m/{hall.door.slug}/desk/presence").text
    assert "的点名为依据" in board


def test_a_step_too_early_is_refused_in_words_on_the_same_page(
    app: Flask, client: FlaskClient
) -> None:
    hall, url = called(app, client)
    other = client.post(f"/m/{hall.door.slug}/desk/roll-calls", data={"whom": "members"})
    assert other.status_code == 409
    assert "已有一次点名正在进行" in other.text
    nobody = client.post(f"{url}/answers", data={"unit": hall.units[2], "answer": "present"})
    assert nobody.status_code == 422
    assert "由谁应到" in nobody.text
    assert client.post(f"{url}/confirm").status_code == 409
    with app.app_context():
        assert roll_calls_of(hall.meeting_id)[0].state == "calling"


def test_a_unit_can_be_called_again_before_it_is_handed_on(app: Flask, client: FlaskClient) -> None:
    hall, url = called(app, client)
    page = client.get(f"{url}?unit={hall.units[2]}").text
    assert "第 3 家，共 3 家" in page
    fields = dict(re.findall(r'name="(unit|who)" value="(\d+)"', page))
    client.post(f"{url}/answers", data={**fields, "answer": "present"})
    with app.app_context():
        assert roll_calls_of(hall.meeting_id)[0].present == 3
