"""`flask registration import`: check a list that an office sent, and take it."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from eventapp.core.access import SYSTEM
from eventapp.core.errors import DomainError
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.rules import Category
from eventapp.roster.queries import roster_in, rows_of
from eventapp.roster.rules import ReadRow, RosterState, Severity, sentence_of
from eventapp.roster.service import Terms, check_roster, discard_roster, open_roster, take_roster

cli = AppGroup("registration", help="Registrations and the data of those who registered.")


@cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--meeting", "slug", required=True, help="The meeting's word in addresses.")
@click.option("--commit", is_flag=True, help="Register the people; without it nothing changes.")
@click.option(
    "--category",
    type=click.Choice([one.value for one in Category]),
    default=Category.DELEGATE.value,
)
@click.option(
    "--units",
    type=click.Choice(["add", "name"]),
    default="add",
    help="Units that nobody knows: add them as members, or keep their names only.",
)
def import_list(file: Path, slug: str, commit: bool, category: str, units: str) -> None:
    """Say what becomes of each row of FILE; the totals as JSON come last.

    Every row of which something is to be said has its line: its number, its fate and the reasons.
    """
    try:
        meeting_id = meeting_by_slug(slug).id
        roster_id = open_roster(SYSTEM, meeting_id, data=file.read_bytes(), file_name=file.name)
        totals = check_roster(meeting_id, roster_id)
        if totals.get("refused"):
            message, params = totals["refused"]
            discard_roster(SYSTEM, meeting_id, roster_id)
            raise click.ClickException(message % params if params else message)
        if commit:
            take_roster(SYSTEM, meeting_id, roster_id, Terms(Category(category), units == "add"))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for row in rows_of(roster_id):
        if row.notes:
            click.echo(_line(row))
    roster = roster_in(meeting_id, roster_id)
    kept = {"new_units": len(totals["new_units"]), "committed": roster.state is RosterState.TAKEN}
    counts = {key: value for key, value in roster.totals.items() if isinstance(value, int)}
    if not commit:
        discard_roster(SYSTEM, meeting_id, roster_id)
    click.echo(json.dumps({**counts, **kept}, ensure_ascii=False))


def _line(row: ReadRow) -> str:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    said = [
        f"{f'{note.column}: ' if note.column else ''}{_words(sentence_of(note), note.params)}"
        for note in sorted(row.notes, key=lambda note: order[note.severity])
    ]
    return f"{row.number}\t{row.fate}\t{' '.join(said)}"


def _words(message: str, params: object) -> str:
    return message % params if params else message
