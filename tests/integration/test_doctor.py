"""`flask doctor` finds what is unsound, says what to do, and ends with 1."""

from dataclasses import replace

import sqlalchemy as sa
from flask import Flask

from eventapp.alliance.service import add_person, create_alliance
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.jobs import Job, JobState, enqueue
from eventapp.core.scope import ROOT
from eventapp.web.health import newest_revision


def _examine(app: Flask) -> tuple[int, dict[str, str]]:
    """Run the doctor; give the exit code and the lines by the name of their check."""
    result = app.test_cli_runner().invoke(args=["doctor"])
    found: dict[str, str] = {}
    name = ""
    for line in result.output.splitlines():
        if line[:1] in {"✓", "✗"}:
            name = line[2:14].strip()
            found[name] = line
        else:
            found[name] += "\n" + line
    return result.exit_code, found


def test_a_sound_installation_has_a_tick_for_what_tests_can_promise(app: Flask):
    _code, found = _examine(app)
    sound = ("settings", "database", "migrations", "keys", "names", "mail", "queue")
    assert {name: found[name][0] for name in sound} == dict.fromkeys(sound, "✓")
    assert {"fonts", "printing", "disk", "front end", "catalogues"} <= set(found)


def test_the_exit_code_is_1_exactly_when_something_is_unsound(app: Flask):
    code, found = _examine(app)
    assert code == any(line.startswith("✗") for line in found.values())
    key = next((app.extensions["config"].var / "keys").glob("pass-*.pem"))
    key.chmod(0o644)
    try:
        code, found = _examine(app)
    finally:
        key.chmod(0o600)
    assert code == 1
    assert found["keys"].startswith("✗")
    assert f"chmod 600 {key}" in found["keys"]


def test_a_database_that_is_behind_is_told_how_to_catch_up(app: Flask):
    with app.app_context(), db.engines[None].begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        code, found = _examine(app)
    finally:
        with app.app_context(), db.engines[None].begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :v"), {"v": newest_revision()}
            )
    assert code == 1
    assert found["migrations"].startswith("✗")
    assert "db upgrade" in found["migrations"]


def test_a_name_that_no_font_draws_is_found_before_its_badge_is_printed(app: Flask):
    with app.app_context():
        alliance = create_alliance(SYSTEM, slug="haitang", name="海棠职教集团")
        add_person(SYSTEM, alliance.id, name="王\U0002d100")
    code, found = _examine(app)
    assert code == 1
    assert "\U0002d100" in found["names"]


def test_jobs_that_were_given_up_are_told(app: Flask):
    with app.app_context(), transaction():
        job = db.session.get_one(Job, enqueue("no_such_kind", ROOT, SYSTEM))
        job.state = JobState.FAILED
    _code, found = _examine(app)
    assert found["queue"].startswith("✗")
    assert "1 given up" in found["queue"]


def test_a_mail_server_that_does_not_answer_is_named(app: Flask):
    config = app.extensions["config"]
    app.extensions["config"] = replace(config, mail={"host": "127.0.0.1", "port": "1"})
    try:
        code, found = _examine(app)
    finally:
        app.extensions["config"] = config
    assert code == 1
    assert "127.0.0.1:1 does not answer" in found["mail"]
