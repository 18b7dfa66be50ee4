"""`flask demo …`: what an operator types, and what it refuses."""

import re
import stat

from flask import Flask
from flask.testing import FlaskClient

from eventapp.alliance.queries import all_alliances
from eventapp.alliance.service import create_alliance
from eventapp.core import clock, installation
from eventapp.core.access import SYSTEM


def _run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["demo", *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def _names(app: Flask) -> list[str]:
    with app.app_context():
        return [alliance.name for _slug, alliance in all_alliances()]


def test_reset_drops_a_demo_and_loads_it_afresh_and_show_tells_how_to_try_it(
    app: Flask, client: FlaskClient
):
    assert _run(app, "load", "--stage", "invited")[0] == 0
    code, output = _run(app, "reset", "--stage", "invited")
    assert code == 0, output
    assert len(_names(app)) == 1

    code, guide = _run(app, "show")
    assert code == 0
    path = app.extensions["config"].var / "demo-password"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() in guide
    for word in ("admin", "organiser", "chair", "checker", "signer", "door", "stage", "press"):
        assert f"{word}@demo.example" in guide
    assert len(re.findall(r"登录码 code [2-9A-Z]{6}", guide)) == 2
    addresses = re.findall(r"http://localhost(/\S*)", guide)
    assert len(addresses) >= 9
    public = [path for path in addresses if path.startswith(("/l/", "/account/login"))]
    assert len(public) == 5
    assert {client.get(path).status_code for path in public} == {200}

    password = path.read_text()
    signed_in = client.post(
        "/account/login", data={"email": "organiser@demo.example", "password": password}
    )
    assert signed_in.status_code == 302
    with app.app_context():
        assert installation.is_demo()
        assert clock.now().year == 2024


def test_begin_loads_the_demo_once_and_tells_where_to_look(app: Flask):
    code, first = _run(app, "begin")
    assert code == 0, first
    assert "organiser@demo.example" in first
    names = _names(app)
    code, second = _run(app, "begin")
    assert code == 0
    assert "loaded" not in second
    assert "organiser@demo.example" in second
    assert _names(app) == names


def test_begin_leaves_an_alliance_alone(app: Flask):
    with app.app_context():
        create_alliance(SYSTEM, slug="haitang", name="海棠职教集团")
    assert _run(app, "begin") == (0, "This installation holds no demo data.\n")
    assert _names(app) == ["海棠职教集团"]


def test_load_refuses_an_installation_that_is_not_empty(app: Flask):
    with app.app_context():
        create_alliance(SYSTEM, slug="haitang", name="海棠职教集团")
    code, output = _run(app, "load")
    assert code == 1
    assert "demo reset" in output
    assert _names(app) == ["海棠职教集团"]


def test_reset_refuses_to_throw_real_meetings_away(app: Flask):
    with app.app_context():
        create_alliance(SYSTEM, slug="haitang", name="海棠职教集团")
    code, output = _run(app, "reset")
    assert code == 1
    assert "不能清空" in output
    assert _names(app) == ["海棠职教集团"]


def test_show_says_so_where_there_is_no_demo(app: Flask):
    assert "demo load" in _run(app, "show")[1]
    with app.app_context():
        create_alliance(SYSTEM, slug="haitang", name="海棠职教集团")
    assert "no demo data" in _run(app, "show")[1]
