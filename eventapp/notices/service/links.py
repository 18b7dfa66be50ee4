"""Mailing the liaisons of units the links by which they arrange their delegations."""

from datetime import timedelta

from eventapp.accounts.queries import links_of
from eventapp.core import clock
from eventapp.core.access import Actor, Role
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Conflict
from eventapp.core.jobs import enqueue_all
from eventapp.core.ledger import Act, audit, audit_all
from eventapp.meetings.models import Meeting
from eventapp.notices.queries import was_done_within
from eventapp.notices.rules import Kind
from eventapp.registration.queries import delegations_of

ALL_AGAIN = timedelta(hours=1)
"""A second press of the button for all units is a slip of the finger."""
TO_ALL = "liaison_links.mail"


def mail_liaison_links(actor: Actor, meeting_id: int, delegation_id: int | None = None) -> int:
    """Mail a unit's liaison the link, or with None those of all units; tell how many it were.

    Units without an address, or whose link no longer opens, are passed over. Raises Conflict
    where none is left, and where all were written to a short while ago.
    """
    with transaction():
        meeting = lock(Meeting, meeting_id)
        if delegation_id is None and was_done_within(meeting.scope_id, TO_ALL, ALL_AGAIN):
            raise Conflict("links_mailed", N_("一小时内已经发过，请看“已发信函”。"))
        links, now = links_of(meeting.scope_id, Role.LIAISON), clock.now()
        ready = [
            row.id
            for row in delegations_of(meeting_id)
            if (delegation_id is None or row.id == delegation_id)
            and row.email
            and row.id in links
            and links[row.id].revoked_at is None
            and links[row.id].expires_at > now
        ]
        if not ready:
            raise Conflict(
                "links_unmailable", N_("没有可以发邮件的联络员：要有邮箱，链接也要有效。")
            )
        asked = [{"delegation": one, "kind": Kind.LIAISON_LINK.value} for one in ready]
        enqueue_all("tell_unit", meeting.scope_id, actor, asked)
        audit_all(
            actor,
            meeting.scope_id,
            [Act("liaison_link.mail", f"delegation:{one}", {}) for one in ready],
        )
        if delegation_id is None:
            audit(actor, meeting.scope_id, TO_ALL, f"meeting:{meeting_id}", units=len(ready))
    return len(ready)
