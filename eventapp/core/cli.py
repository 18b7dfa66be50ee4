"""Commands about records: anybody with the database can walk its chains."""

import click

from eventapp.core.ledger import Chained, verify
from eventapp.core.scope import chain_of

ledger = click.Group("ledger", help="Check the records.")


@ledger.command("verify")
@click.option("--meeting", "slug", default="", help="Only the ledgers of this meeting.")
def verify_ledgers(slug: str) -> None:
    """Walk every chain of records and name each place that does not hold; exits 1 if there is one.

    The page docs/records.md says what a chain that holds proves, and what it does not.
    """
    chain = chain_of(slug) if slug else None
    if slug and chain is None:
        raise click.ClickException(f"no meeting {slug!r}")
    broken = 0
    for kind in sorted(Chained.__subclasses__(), key=lambda kind: kind.ledger):
        for place in verify(kind, chain.id if chain else None):
            broken += 1
            click.echo(
                f"BROKEN {place.ledger} scope {place.scope_id} seq {place.seq}: {place.reason}"
            )
        click.echo(f"{kind.ledger}: walked")
    if broken:
        raise click.exceptions.Exit(1)
    click.echo("every chain holds")
