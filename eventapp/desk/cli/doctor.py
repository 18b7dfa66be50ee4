"""`flask doctor`: say whether this installation is sound, and what to do where it is not."""

import ctypes.util
import json
import shutil
import smtplib
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from pysqlite3 import dbapi2 as sqlite

from config import HERE
from eventapp.alliance.models import Organisation, Person
from eventapp.core import keys
from eventapp.core.db import db
from eventapp.core.jobs import Job, JobState
from eventapp.web.health import (
    LEAST_FREE,
    OLDEST_SQLITE,
    database_revision,
    newest_revision,
)
from eventapp.web.pdf import missing_families, missing_glyphs, render_pdf

OLDEST_POSTGRESQL = 150000
MAIL_SECONDS = 5
SETUP = "Run: make setup"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do where it is not sound."""

    sound: bool
    found: str
    advice: str = ""


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Say whether this installation is sound; ends with 1 where something has to be done."""
    failed = 0
    for name, check in CHECKS.items():
        finding = _examine(check)
        failed += not finding.sound
        click.echo(f"{'✓' if finding.sound else '✗'} {name:<12} {finding.found}")
        if not finding.sound:
            click.echo(f"  {'':<12} → {finding.advice}")
    if failed:
        raise click.exceptions.Exit(1)


def _examine(check: Callable[[], Finding]) -> Finding:
    """Let a check that breaks down be a finding too, so that the others are still made."""
    try:
        return check()
    except Exception as error:
        db.session.rollback()
        reason = str(error).strip().splitlines()[0] if str(error).strip() else ""
        return Finding(False, f"{type(error).__name__}: {reason}", "Mend this and look again.")


def _config() -> Any:
    return current_app.extensions["config"]


def _settings() -> Finding:
    config = _config()
    abroad = sorted(set(config.hosts) - {"127.0.0.1", "localhost"})
    if not config.production and abroad:
        found = f"development, yet it answers to {', '.join(abroad)}"
        return Finding(False, found, "Start it without MENGHUI_ENV=development.")
    return Finding(
        True, f"{'production' if config.production else 'development'}, {config.base_url}"
    )


def _database() -> Finding:
    engine = db.engines["read"]
    if engine.dialect.name == "sqlite":
        version = ".".join(map(str, sqlite.sqlite_version_info))
        sound = sqlite.sqlite_version_info >= OLDEST_SQLITE
        wanted = ".".join(map(str, OLDEST_SQLITE))
        return Finding(sound, f"SQLite {version}", f"SQLite {wanted} or newer is needed. {SETUP}")
    number = int(db.session.scalar(sa.text("SHOW server_version_num")) or 0)
    found = f"PostgreSQL {number // 10000}.{number % 10000}"
    return Finding(number >= OLDEST_POSTGRESQL, found, "PostgreSQL 15 or newer is needed.")


def _migrations() -> Finding:
    at, newest = database_revision(), newest_revision()
    found = f"at {at}" if at == newest else f"at {at or 'nothing'}, the code wants {newest}"
    return Finding(at == newest, found, "Run: flask --app wsgi db upgrade")


def _keys() -> Finding:
    ring = keys.KeyRing(_config().var / "keys", _config().secret_key.encode())
    ring.load()
    if not ring.verify(ring.newest, b"doctor", ring.sign(ring.newest, b"doctor")):
        return Finding(False, "the newest key does not verify itself", "Restore var/keys.")
    for path in sorted(ring.folder.glob("pass-*.pem")):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode != 0o600:
            return Finding(False, f"{path.name} has mode {mode:04o}", f"Run: chmod 600 {path}")
    return Finding(True, f"{len(ring.private)} in {ring.folder}, read by nobody else")


def _fonts() -> Finding:
    absent = missing_families()
    if absent:
        return Finding(False, f"not installed: {', '.join(absent)}", f"{SETUP}, as root")
    return Finding(True, "every family of the print style sheets")


def _names() -> Finding:
    if database_revision() is None:
        return Finding(True, "no names yet")
    names = [*db.session.scalars(sa.select(Person.name))]
    names += db.session.scalars(sa.select(Organisation.name))
    undrawn = missing_glyphs("".join(names))
    found = f"{len(names)} can be printed"
    if undrawn:
        found = f"no installed font draws {' '.join(sorted(undrawn))}"
    return Finding(not undrawn, found, "Install a font that has them: static/fonts/README.md")


def _printing() -> Finding:
    paper = render_pdf("<p>盟会 Menghui</p>", title="doctor", lang="zh-CN")
    if not paper.startswith(b"%PDF-"):
        return Finding(False, "what was made is no PDF", f"{SETUP}, as root")
    if ctypes.util.find_library("harfbuzz-subset") is None:
        advice = "Run: apt-get install libharfbuzz-subset0 (PDFs are made 20 times quicker)"
        return Finding(False, "libharfbuzz-subset is not installed", advice)
    return Finding(True, f"a PDF of {len(paper) // 1024 + 1} kB was made")


def _mail() -> Finding:
    mail = _config().mail
    if "host" not in mail:
        folder = _config().var / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(True, f"is written into {folder}")
    host, port = mail["host"], int(mail.get("port", "25"))
    try:
        kind = smtplib.SMTP_SSL if mail.get("tls") == "1" else smtplib.SMTP
        with kind(host, port, timeout=MAIL_SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(False, f"{host}:{port} does not answer: {error}", "Look at MAIL_HOST.")
    return Finding(True, f"goes through {host}:{port}")


def _queue() -> Finding:
    queue = current_app.extensions.get("huey")
    queued = queue().pending_count() if queue is not None else 0
    waiting = db.session.scalar(
        sa.select(sa.func.count()).select_from(Job).where(Job.state == JobState.WAITING)
    )
    failed = db.session.scalar(
        sa.select(sa.func.count()).select_from(Job).where(Job.state == JobState.FAILED)
    )
    found = f"{queued} queued, {waiting} waiting, {failed} given up"
    return Finding(not failed, found, "Read why in the table jobs, column error.")


def _disk() -> Finding:
    usage = shutil.disk_usage(_config().var)
    share = usage.free / usage.total
    return Finding(
        share > LEAST_FREE, f"{share:.0%} free at {_config().var}", "Make room on this disk."
    )


def _front_end(root: Path = HERE) -> Finding:
    wanted = json.loads((root / "package.json").read_text("utf-8"))["dependencies"]
    versions = root / "static" / "vendor" / "VERSIONS.txt"
    copied = versions.read_text("utf-8").splitlines() if versions.exists() else []
    have = dict(line.split(" ")[:2] for line in copied)
    absent = [
        name
        for name, version in wanted.items()
        if have.get(name) != version or not (versions.parent / name).is_dir()
    ]
    found = f"missing or old: {', '.join(absent)}" if absent else f"{len(wanted)} libraries"
    return Finding(not absent, found, SETUP)


def _catalogues(root: Path = HERE) -> Finding:
    sources = sorted((root / "eventapp" / "translations").glob("*/LC_MESSAGES/*.po"))
    stale = [
        path.parent.parent.name
        for path in sources
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    ]
    if not sources:
        return Finding(False, "there is no catalogue", "Take a complete copy of this version.")
    found = ", ".join(path.parent.parent.name for path in sources)
    return Finding(not stale, f"not compiled: {', '.join(stale)}" if stale else found, SETUP)


CHECKS: dict[str, Callable[[], Finding]] = {
    "settings": _settings,
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "fonts": _fonts,
    "names": _names,
    "printing": _printing,
    "mail": _mail,
    "queue": _queue,
    "disk": _disk,
    "front end": partial(_front_end),
    "catalogues": partial(_catalogues),
}
