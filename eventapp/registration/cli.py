"""`flask registration …`: what an operator does about registrations."""

import click
from flask.cli import AppGroup

from eventapp.core.access import SYSTEM
from eventapp.meetings.queries import meeting_of
from eventapp.registration.queries import meetings_with_overdue_contacts, overdue_contacts
from eventapp.registration.service import delete_overdue_contacts

cli = AppGroup("registration", help="Registrations and the data of those who registered.")


@cli.command("delete-contacts")
@click.option("--dry-run", is_flag=True, help="Only tell how many there are.")
def delete_contacts(dry_run: bool) -> None:
    """Delete contacts whose promised term has passed; the worker does it every hour as well."""
    for meeting_id in meetings_with_overdue_contacts():
        slug = meeting_of(meeting_id).slug
        if dry_run:
            click.echo(f"{slug}: contacts of {len(overdue_contacts(meeting_id))} people are due")
        else:
            people = delete_overdue_contacts(SYSTEM, meeting_id)
            click.echo(f"{slug}: contacts of {people} people deleted")
