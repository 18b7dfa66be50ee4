"""What comes from outside and must not hurt: hosts, sizes, headers, forgeries."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from eventapp.core.db import db
from eventapp.web.doors import ensure_declared
from eventapp.web.health import Unfit, ensure_fit, newest_revision

MEBIBYTE = 2**20


def test_a_wrong_host_is_refused(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.data


def test_a_post_of_fifty_megabytes_is_refused_with_a_page(client: FlaskClient) -> None:
    body = b"lang=" + b"x" * (50 * MEBIBYTE)
    answer = client.post("/language", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "文件太大" in answer.text


def test_an_unknown_page_says_what_to_do_next(client: FlaskClient) -> None:
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


@pytest.mark.parametrize("number", ["9" * 10, "9" * 20, "-1"])
def test_a_number_that_no_row_can_have_is_an_unknown_page(
    app: Flask, client: FlaskClient, number: str
) -> None:
    doors = [rule for rule in app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(doors) > 50
    for door in doors:
        method = "GET" if "GET" in (door.methods or ()) else "POST"
        path = re.sub(r"<\w+>", "somewhere", door.rule)
        app.url_map.bind("").match(re.sub(r"<int:\w+>", "9" * 9, path), method)  # raises NotFound
        answer = client.open(re.sub(r"<int:\w+>", number, path), method=method)
        assert answer.status_code == 404, door


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/healthz", "/no/such/page", "/account/login"):
        headers = client.get(path).headers
        assert "script-src 'self';" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_post_without_the_token_of_its_session_changes_nothing(app: Flask) -> None:
    client = FlaskClient(app)
    answer = client.post("/account/login", data={"email": "a@b.c", "password": "x"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/ok\r\nX: y", "evil"]
)
def test_the_language_door_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    answer = client.post("/language", data={"lang": "en", "next": target})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_health_and_readiness_tell_the_truth(app: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"alive": True}
    sound = {"database": True, "migrations": True, "disk": True}
    assert client.get("/readyz").json == {"ready": True, "checks": sound}
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'old'"))
    answer = client.get("/readyz")
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :v"), {"v": newest_revision()}
        )
    assert answer.status_code == 503
    assert answer.json["checks"]["migrations"] is False  # type: ignore[index]


def test_a_database_newer_than_the_code_is_refused(app: Flask) -> None:
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'f00d'"))
    try:
        with pytest.raises(Unfit, match="newer version"):
            ensure_fit(app)
    finally:
        with app.app_context(), db.engines[None].begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :v"), {"v": newest_revision()}
            )


def test_an_endpoint_that_declares_nothing_stops_the_start() -> None:
    app = Flask("small")
    app.add_url_rule("/silent", "silent", lambda: "open")
    with pytest.raises(RuntimeError, match="silent"):
        ensure_declared(app)
