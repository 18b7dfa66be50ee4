"""`flask voting …`: check what was decided."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from eventapp.core.db import db
from eventapp.core.ledger import verify
from eventapp.meetings.queries import meeting_by_slug
from eventapp.voting.models import VotingRecord
from eventapp.voting.queries import outcomes_of, record_of
from eventapp.voting.rules import verify_record

cli = AppGroup("voting", help="Records of voting.")


@cli.command("verify")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--meeting", help="The meeting whose ballots are checked in the database.")
def verify_votes(files: tuple[Path, ...], meeting: str | None) -> None:
    """Check chains, tallies and outcomes; exits with 1 where something does not hold.

    FILES are records that were downloaded from the desk.
    """
    findings: list[str] = []
    for path in files:
        findings += [f"{path.name}: {found}" for found in _verify_file(path)]
    if meeting:
        here = meeting_by_slug(meeting)
        findings += [
            f"ledger of votes: record {broken.seq}: {broken.reason}"
            for broken in verify(VotingRecord)
            if broken.scope_id == here.scope_id
        ]
        for row in outcomes_of(here.id):
            found = verify_record(record_of(here.id, row.ballot_id))
            findings += [f"ballot {row.ballot_id}: {text}" for text in found]
        db.session.remove()
    for finding in findings:
        click.echo(finding)
    if findings:
        raise SystemExit(1)
    click.echo("Everything holds.")


def _verify_file(path: Path) -> list[str]:
    try:
        return verify_record(json.loads(path.read_text("utf-8")))
    except ValueError as error:
        return [f"unreadable: {error}"]
