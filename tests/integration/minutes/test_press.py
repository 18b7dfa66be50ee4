"""The press sees released minutes and nothing else; a copy can be verified by anybody."""

from io import BytesIO

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.core import files
from eventapp.core.db import db
from eventapp.minutes.models import MinutesDownload, MinutesEdition
from eventapp.minutes.queries import edition_in
from eventapp.minutes.rules import Format
from eventapp.web.queue import run_due
from tests.factories_minutes import RARE, Held, enter, make_draft, make_held_meeting, sign_off


def prepare(app: Flask, client: FlaskClient, part: str, until: str = "release") -> tuple[Held, int]:
    with app.app_context():
        held = make_held_meeting(units=4, ballots=1)
        minutes_id = make_draft(held).id
        edition = sign_off(held, minutes_id, until=until)
        number = edition.id if edition else minutes_id
        run_due(app)
        enter(client, held, part)
    return held, number


def words_of(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(text.split())


def test_released_minutes_are_downloaded_and_noted(app: Flask, client: FlaskClient) -> None:
    held, edition_id = prepare(app, client, "press")
    room = client.get(f"/m/{held.slug}/press")
    assert room.status_code == 200
    assert "〕1号" in room.text
    for taken, start in (("pdf", b"%PDF"), ("text", "东营港".encode())):
        url = f"/m/{held.slug}/press/{edition_id}/download"
        answer = client.post(url, data={"format": taken})
        assert answer.status_code == 200
        assert answer.data.startswith(start)
        assert "attachment" in answer.headers["Content-Disposition"]
    with app.app_context():
        noted = db.session.scalars(sa.select(MinutesDownload).order_by(MinutesDownload.id)).all()
        assert [row.format for row in noted] == [Format.PDF, Format.TEXT]
        assert {row.actor for row in noted} == {f"user:{held.users['press']}"}


def test_a_signed_draft_does_not_exist_for_the_press(app: Flask, client: FlaskClient) -> None:
    held, minutes_id = prepare(app, client, "press", until="sign")
    assert client.post(f"/m/{held.slug}/press/{minutes_id}/download").status_code == 404
    assert "成立大会会议纪要" not in client.get(f"/m/{held.slug}/press").text
    desk = f"/m/{held.slug}/desk/minutes"
    assert client.get(desk).status_code in {403, 404}
    assert client.get(f"{desk}/{minutes_id}/preview.pdf").status_code in {403, 404}


def test_who_is_not_signed_in_is_asked_to(app: Flask, client: FlaskClient) -> None:
    held, edition_id = prepare(app, client, "press")
    stranger = app.test_client()
    for path in ("press", "desk/minutes", f"desk/minutes/{edition_id}/preview.pdf"):
        answer = stranger.get(f"/m/{held.slug}/{path}")
        assert answer.status_code == 303
        assert "/account/login" in answer.headers["Location"]


def test_the_press_copy_names_no_delegate_and_no_phone(app: Flask, client: FlaskClient) -> None:
    held, edition_id = prepare(app, client, "press")
    url = f"/m/{held.slug}/press/{edition_id}/download"
    copies = [
        words_of(client.post(url, data={"format": "pdf"}).data),
        "".join(client.post(url, data={"format": "text"}).text.split()),
        client.get(f"/m/{held.slug}/press").text,
    ]
    for copy in copies:
        assert not [word for word in (*held.canaries, *held.phones) if word in copy]
    for word in (
        "王志安",
        "签约人甲",
        "主持人解涛",
        "应到4，实到2",
        "赞成1票",
        "差2票",
        "时间不够",
    ):
        assert word in copies[0]
        assert word in copies[1]


def test_the_internal_copy_names_everybody_rare_names_included(
    app: Flask, client: FlaskClient
) -> None:
    held, edition_id = prepare(app, client, "drafter")
    with app.app_context():
        edition = edition_in(held.meeting_id, edition_id)
        internal = words_of(files.read(edition.internal_digest))
        minutes_id = edition.minutes_id
    assert RARE in internal
    for word in (*held.canaries, "应到4，实到2", "请假", "缺席"):
        assert word in internal
    assert not [phone for phone in held.phones if phone in internal]
    preview = client.get(f"/m/{held.slug}/desk/minutes/{minutes_id}/preview.pdf")
    assert words_of(preview.data) == internal


def test_a_draft_on_paper_says_so_on_every_page(app: Flask, client: FlaskClient) -> None:
    held, minutes_id = prepare(app, client, "drafter", until="sign")
    answer = client.get(f"/m/{held.slug}/desk/minutes/{minutes_id}/preview.pdf")
    pages = PdfReader(BytesIO(answer.data)).pages
    assert len(pages) > 1
    assert all("未签发" in page.extract_text() for page in pages)


def test_a_code_tells_which_minutes_it_belongs_to(app: Flask, client: FlaskClient) -> None:
    held, edition_id = prepare(app, client, "press")
    with app.app_context():
        edition = edition_in(held.meeting_id, edition_id)
    anybody = app.test_client()
    for code in (edition.code, edition.code.lower(), edition.digest, edition.pdf_digest):
        page = anybody.get(f"/verify/{code}")
        assert page.status_code == 200
        assert edition.number in page.text
        assert not [name for name in (*held.canaries, "王志安") if name in page.text]


def test_an_unknown_code_is_said_to_be_unknown(app: Flask, client: FlaskClient) -> None:
    prepare(app, client, "press")
    anybody = app.test_client()
    for code in ("0000-0000-0000", "%", "0" * 64, "x" * 100):
        page = anybody.get(f"/verify/{code}")
        assert page.status_code == 404
        assert "没有已发布的纪要用这个校验码" in page.text


def test_a_press_copy_is_set_at_once_when_the_job_is_late(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        held = make_held_meeting(units=3, ballots=0)
        edition = sign_off(held, make_draft(held).id)
        assert edition is not None
        edition_id = edition.id
        enter(client, held, "press")
    answer = client.post(f"/m/{held.slug}/press/{edition_id}/download", data={"format": "pdf"})
    assert answer.data.startswith(b"%PDF")
    with app.app_context():
        digest = db.session.get_one(MinutesEdition, edition_id).pdf_digest
        run_due(app)
        assert db.session.get_one(MinutesEdition, edition_id).pdf_digest == digest
        assert files.read(digest) == answer.data
