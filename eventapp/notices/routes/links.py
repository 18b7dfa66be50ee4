"""Doors by which the desk mails the liaisons of units their links."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from eventapp.core.errors import N_, Conflict
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.routes.blueprint import MANAGE, bp
from eventapp.notices.service import mail_liaison_links
from eventapp.registration.queries import delegation_in
from eventapp.web.errors import text_of
from eventapp.web.forms import say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/delegations"


@bp.post(f"{HERE}/mail")
@MANAGE
def mail_links(meeting: str) -> Response:
    """Mail every liaison who has an address the unit's link."""
    return _mail(meeting)


@bp.post(f"{HERE}/<int:delegation_id>/mail")
@MANAGE
def mail_link(meeting: str, delegation_id: int) -> Response:
    """Mail one liaison the unit's link, again if asked."""
    return _mail(meeting, delegation_in(meeting_by_slug(meeting).id, delegation_id).id)


def _mail(meeting: str, delegation_id: int | None = None) -> Response:
    try:
        count = mail_liaison_links(actor(), meeting_by_slug(meeting).id, delegation_id)
    except Conflict as error:
        flash(text_of(error), "error")
    else:
        say(N_("正在发给 %(count)s 位联络员。"), count=count)
    return redirect(url_for("registration.show_delegations", meeting=meeting), 303)
