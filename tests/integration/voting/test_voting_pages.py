"""The booth and the desk over HTTP: read, choose, check, cast, receipt; prepare, open, close."""

import json
import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.registration.service import representative_link
from eventapp.voting.queries import ballot_in, ballots_of, record_of, votes_of
from eventapp.voting.rules import Choice, Mode, verify_record
from eventapp.voting.service import close_ballot
from tests.factories import make_user, put_token, sign_in
from tests.factories_voting import (
    Assembly,
    cast,
    make_assembly,
    make_charter,
    make_open_ballot,
)


def enter_booth(client: FlaskClient, hall: Assembly, place: int) -> None:
    """Open the personal link of a unit's representative in a browser."""
    link = representative_link(SYSTEM, hall.mandates[place])
    put_token(client, f"representative:{link.id}", open_link(link_token(link), link.code))


def staff(client: FlaskClient, hall: Assembly, role: Role) -> None:
    """Sign somebody in with a role in the meeting."""
    sign_in(client, make_user(role, hall.door.scope_id))


def form_of(page: str) -> dict[str, str]:
    """Read the hidden fields of a review page."""
    return dict(re.findall(r'name="(choice|client_key)" value="([^"]+)"', page))


def test_a_vote_from_booth_to_receipt_and_its_change(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(3)
        edition = make_charter(hall.alliance_id)
        ballot = make_open_ballot(hall, charter_edition_id=edition)
        row = ballot_in(hall.meeting_id, ballot)
        enter_booth(client, hall, 0)
    here = f"/m/{hall.door.slug}/vote"
    booth = client.get(here).text
    assert row.text_code in booth
    assert row.code in booth
    assert "应到3，实到3；须全体的三分之二以上（含本数）赞成，即2票。" in booth
    assert "培养人才" in client.get(f"{here}/text/{ballot}").text

    assert client.get(f"{here}/{ballot}/review").status_code == 422
    review = client.get(f"{here}/{ballot}/review?choice=yes").text
    assert "确认投赞成" in review
    fields = form_of(review)
    sent = client.post(f"{here}/{ballot}", data=fields)
    assert sent.status_code == 303
    again = client.post(f"{here}/{ballot}", data=fields)
    assert again.headers["Location"] == sent.headers["Location"]
    receipt = client.get(sent.headers["Location"]).text
    assert "赞成" in receipt
    assert "可以更改" in receipt

    refused = client.post(f"{here}/{ballot}", data={**fields, "choice": "no"})
    assert refused.status_code == 409
    fields = form_of(client.get(f"{here}/{ballot}/review?choice=no").text)
    assert client.post(f"{here}/{ballot}", data=fields).status_code == 303
    assert "后来已经更改" in client.get(sent.headers["Location"]).text
    with app.app_context():
        assert [choice for _, _, choice in votes_of(ballot)] == [Choice.NO]
        close_ballot(SYSTEM, hall.meeting_id, ballot)
    fields["client_key"] = "another-key-0123456"
    late = client.post(f"{here}/{ballot}", data=fields)
    assert late.status_code == 409
    assert "表决已经结束。" in late.text


def test_the_second_representative_sees_who_voted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(2)
        ballot = make_open_ballot(hall)
        cast(hall, ballot, 0)
        hall.mandates[1] = hall.mandates[0]
        enter_booth(client, hall, 1)
        db.session.remove()
    assert "本单位已投：赞成" in client.get(f"/m/{hall.door.slug}/vote").text


def test_a_waiting_page_learns_of_an_opened_ballot(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(2)
        enter_booth(client, hall, 0)
    here = f"/m/{hall.door.slug}/vote"
    assert "现在没有进行中的表决" in client.get(here).text
    first = client.get(f"{here}/live")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"{here}/live", headers=tag).status_code == 304
    with app.app_context():
        make_open_ballot(hall)
    opened = client.get(f"{here}/live", headers=tag)
    assert opened.status_code == 200
    assert "去表决" in opened.text


def test_a_receipt_of_somebody_else_does_not_exist(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(2)
        receipt = cast(hall, make_open_ballot(hall), 1)
        enter_booth(client, hall, 0)
    here = f"/m/{hall.door.slug}/vote"
    assert client.get(f"{here}/receipt/{receipt.seq}").status_code == 404


def test_nobody_sees_what_was_said_before_the_closing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(3)
        ballot = make_open_ballot(hall)
        cast(hall, ballot, 0, Choice.NO)
        staff(client, hall, Role.CHAIR)
    here = f"/m/{hall.door.slug}/desk/ballots/{ballot}"
    page = client.get(here).text
    assert "已投" in page
    assert "反对" not in page
    assert "反对" not in client.get(f"{here}/live").text
    assert client.get(f"{here}/votes.xlsx").status_code == 409
    assert client.get(f"{here}/record.json").status_code == 409


def test_the_desk_prepares_opens_closes_and_the_chair_declares(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        hall = make_assembly(3)
        edition = make_charter(hall.alliance_id)
        staff(client, hall, Role.ORGANISER)
    here = f"/m/{hall.door.slug}/desk/ballots"
    assert "还没有表决事项" in client.get(here).text
    assert client.get(f"{here}/new").status_code == 200
    wrong = client.post(f"{here}/new", data={"kind": "charter", "title": "通过章程"})
    assert wrong.status_code == 422
    made = client.post(
        f"{here}/new",
        data={
            "kind": "charter",
            "title": "关于通过章程的决定",
            "charter_edition_id": edition,
            "item_id": hall.item_id,
            "mode": "named",
            "preset": "own",
            "quorum": "none",
            "fraction": "3/4",
            "bound": "at_least",
            "base": "present",
            "counted_at": "opening",
            "proxy_counts": "y",
            "source": "council_seats",
        },
    )
    assert made.status_code == 303
    ballot_page = made.headers["Location"]
    assert "四分之三" in client.get(ballot_page).text
    assert client.post(f"{ballot_page}/open").status_code == 303
    with app.app_context():
        (row,) = ballots_of(hall.meeting_id)
        for place in range(3):
            cast(hall, row.id, place)
    assert client.post(f"{ballot_page}/recount").status_code == 303
    assert client.post(f"{ballot_page}/close").status_code == 303
    assert client.post(f"{ballot_page}/close").status_code == 409
    assert client.post(f"{ballot_page}/declare").status_code == 403
    closed = client.get(ballot_page).text
    assert "得3票，通过" in closed
    assert client.get(f"{ballot_page}/votes.xlsx").data[:2] == b"PK"
    record = json.loads(client.get(f"{ballot_page}/record.json").data)
    assert verify_record(record) == []
    with app.app_context():
        chair = app.test_client()
        staff(chair, hall, Role.CHAIR)
    assert chair.post(f"{ballot_page}/declare").status_code == 303
    assert "决议编号" in chair.get(ballot_page).text
    assert "通过" in chair.get(here).text


def test_tellers_count_hands_on_the_desk(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(4)
        ballot = make_open_ballot(hall, mode=Mode.PAPER)
        staff(client, hall, Role.TELLER)
        other = app.test_client()
        staff(other, hall, Role.TELLER)
    here = f"/m/{hall.door.slug}/desk/ballots/{ballot}"
    papers = {"issued": 4, "returned": 4, "invalid": 1}
    wrong = client.post(f"{here}/count", data={**papers, "yes": 4, "no": 0, "abstain": 0})
    assert wrong.status_code == 422
    assert 'value="4"' in wrong.text
    right = client.post(f"{here}/count", data={**papers, "yes": 3, "no": 0, "abstain": 0})
    assert right.status_code == 303
    assert client.post(f"{here}/confirm").status_code == 403
    assert other.post(f"{here}/confirm").status_code == 303
    assert "已由两人核对" in other.get(here).text


def test_annulling_on_the_desk_takes_two(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        hall = make_assembly(2)
        ballot = make_open_ballot(hall)
        staff(client, hall, Role.ORGANISER)
        other = app.test_client()
        staff(other, hall, Role.CHAIR)
    here = f"/m/{hall.door.slug}/desk/ballots/{ballot}"
    assert client.post(f"{here}/annul", data={"reason": ""}).status_code == 422
    assert client.post(f"{here}/annul", data={"reason": "题目有误"}).status_code == 303
    assert client.post(f"{here}/annul/confirm").status_code == 403
    assert other.post(f"{here}/annul/confirm").status_code == 303
    assert "准备重新表决" in client.get(here).text
    assert client.post(f"{here}/repeat").status_code == 303


def test_a_changed_byte_is_found_by_the_command(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        hall = make_assembly(3)
        ballot = make_open_ballot(hall)
        for place in range(3):
            cast(hall, ballot, place)
        close_ballot(SYSTEM, hall.meeting_id, ballot)
        whole = json.dumps(record_of(hall.meeting_id, ballot), ensure_ascii=False)
    run = app.test_cli_runner()
    assert run.invoke(args=["voting", "verify", "--meeting", hall.door.slug]).exit_code == 0
    path = tmp_path / "record.json"
    path.write_text(whole, "utf-8")
    assert run.invoke(args=["voting", "verify", str(path)]).exit_code == 0
    for old, new in (
        ('\\"choice\\":\\"yes\\"', '\\"choice\\":\\"no\\"'),
        ('\\"entitled\\":3', '\\"entitled\\":4'),
        ("示范学院", "示范学校"),
        ('\\"result\\":\\"passed\\"', '\\"result\\":\\"failed\\"'),
    ):
        assert old in whole
        path.write_text(whole.replace(old, new, 1), "utf-8")
        found = run.invoke(args=["voting", "verify", str(path)])
        assert found.exit_code == 1, old
        assert found.output.strip()


def test_a_forged_chain_with_good_hashes_still_fails_its_sum(app: Flask) -> None:
    with app.app_context():
        hall = make_assembly(3)
        ballot = make_open_ballot(hall)
        for place in range(2):
            cast(hall, ballot, place)
        close_ballot(SYSTEM, hall.meeting_id, ballot)
        record = record_of(hall.meeting_id, ballot)
    assert verify_record(record) == []
    record["outcome"]["body"] = record["outcome"]["body"].replace('"yes":2', '"yes":3')
    assert "outcome: the digest does not fit its bytes" in verify_record(record)
    assert "outcome: the sum gives another result" in verify_record(record)
