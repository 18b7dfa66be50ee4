"""`flask privacy …`: what an operator does about the terms of data."""

import json

import click
from flask.cli import AppGroup

from eventapp.core import installation
from eventapp.core.access import SYSTEM
from eventapp.privacy.queries.retention import due_everywhere
from eventapp.privacy.service import retain_all

cli = AppGroup("privacy", help="People's data, and how long they are kept.")


@cli.command("retention")
@click.option("--dry-run", is_flag=True, help="Only tell how much is due.")
def retention(dry_run: bool) -> None:
    """Delete what has had its time; the worker does it once a day as well.

    A line for each alliance and kind of which something is due, the totals as JSON last.
    """
    installation.refresh(force=True)  # a demo has a clock of its own
    counts = due_everywhere() if dry_run else retain_all(SYSTEM)
    done = "due" if dry_run else "deleted"
    totals: dict[str, int] = {}
    for slug, kinds in counts.items():
        for term, count in kinds.items():
            totals[term.value] = totals.get(term.value, 0) + count
            if count:
                click.echo(f"{slug or '-'}\t{term.value}\t{count} {done}")
    click.echo(json.dumps({**totals, "dry_run": dry_run}))
