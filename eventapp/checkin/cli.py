"""`flask door …`: check what the door recorded."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from eventapp.checkin.document.attendance import verify_attendance
from eventapp.core import keys

cli = AppGroup("door", help="Records of the door.")


@cli.command("keys")
def show_keys() -> None:
    """Print the public keys that sign attendances, to be given to whoever checks them."""
    ring = keys.ring()
    for number in sorted(ring.public):
        click.echo(f"{number} {ring.public_text(number)}")


@cli.command("verify")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--key", "named", multiple=True, help="A public key to trust instead of our own.")
def verify_files(files: tuple[Path, ...], named: tuple[str, ...]) -> None:
    """Check signed attendances that were downloaded; exits with 1 where something does not hold.

    Needs no network and no data of the installation; with --key, not its keys either.
    """
    ring = keys.ring()
    own = (ring.public_text(number) for number in ring.public)
    trusted = {key.lower() for key in named} or set(own)
    found = 0
    for path in files:
        try:
            findings = verify_attendance(json.loads(path.read_text("utf-8")), trusted)
        except (ValueError, OSError) as error:
            findings = [f"unreadable: {error}"]
        for finding in findings:
            found += 1
            click.echo(f"{path.name}: {finding}")
    if found:
        raise SystemExit(1)
    click.echo("Everything holds.")
