"""The desk's pages of a charter: begin, paste, table, read."""

from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.queries import alliance_of, slug_of
from eventapp.charter.queries import editions_of
from eventapp.core.access import Role
from tests.factories import make_user, sign_in
from tests.factories_alliance import make_alliance
from tests.factories_voting import TEXT


def test_a_charter_is_begun_pasted_tabled_and_read(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        alliance = make_alliance()
        alliance_id = alliance.id
        slug = slug_of(alliance_of(alliance_id))
        sign_in(client, make_user(Role.ORGANISER, alliance_of(alliance_id).scope_id))
    here = f"/a/{slug}/charter"
    assert "还没有章程" in client.get(here).text
    assert client.post(here, data={"title": ""}).status_code == 422
    begun = client.post(here, data={"title": "示范联合体章程"})
    assert begun.status_code == 303
    text_page = begun.headers["Location"]
    refused = client.post(text_page, data={"text": "没有条文", "version": "1"})
    assert refused.status_code == 422
    assert "没有条文" in refused.text
    wrong = TEXT.replace("第三条", "第五条")
    assert client.post(text_page, data={"text": wrong, "version": "1"}).status_code == 303
    assert "第 5 行：按顺序应是第 3 条" in client.get(text_page).text
    stale = client.post(text_page, data={"text": TEXT, "version": "1"})
    assert stale.status_code == 422
    assert client.post(text_page, data={"text": TEXT, "version": "2"}).status_code == 303
    page = text_page.removesuffix("/text")
    assert client.post(f"{page}/table").status_code == 303
    with app.app_context():
        (edition,) = editions_of(alliance_id)
    read = client.get(page).text
    assert edition.code in read
    assert "第三条" in read
    assert client.post(f"{here}/draft").status_code == 303
    assert client.post(f"{here}/draft").status_code == 409
    assert "第 2 稿" in client.get(here).text


def test_whoever_has_no_part_finds_no_charter(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        mine, theirs = make_alliance().id, make_alliance().id
        sign_in(client, make_user(Role.ORGANISER, alliance_of(mine).scope_id))
        slug = slug_of(alliance_of(theirs))
    assert client.get(f"/a/{slug}/charter").status_code == 404
