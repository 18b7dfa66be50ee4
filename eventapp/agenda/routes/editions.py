"""Editions at the desk: any two compared, and publishing with all that is new looked at first."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventapp.agenda import service
from eventapp.agenda.document import told
from eventapp.agenda.forms import PublishForm
from eventapp.agenda.queries import findings_of, items_of
from eventapp.agenda.queries.editions import DRAFT, items_at, releases_of, review_of
from eventapp.agenda.routes.blueprint import bp, heading
from eventapp.agenda.rules import compare, refuses_publishing
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/agenda"


@bp.get(f"{HERE}/editions")
@requires(Permission.MANAGE_AGENDA)
def show_editions(meeting: str) -> str:
    """List the editions with what each changed, and compare any two, the draft too."""
    found = meeting_by_slug(meeting)
    releases = releases_of(found.id)
    last = releases[0].number if releases else DRAFT
    before = request.args.get("from", last, type=int)
    after = request.args.get("to", DRAFT, type=int)
    changed = compare(items_at(found.id, before), items_at(found.id, after)) if releases else []
    return render_template(
        "agenda/show_editions.html",
        **heading(found),
        releases=[(one, told(one.differences, found.zone)) for one in releases],
        before=before,
        after=after,
        draft=DRAFT,
        changes=told(changed, found.zone),
    )


@bp.get(f"{HERE}/publish")
@requires(Permission.MANAGE_AGENDA)
def review_publishing(meeting: str) -> str:
    """Show what the next edition would change and whom it concerns, before it is published."""
    return _review(meeting_by_slug(meeting), PublishForm(formdata=None))


def _review(found: Meeting, form: PublishForm) -> str:
    review = review_of(found.id)
    form.seen.data = review.seen
    return render_template(
        "agenda/review_publishing.html",
        **heading(found),
        form=form,
        review=review,
        count=len(items_of(found.id)),
        changes=told(review.differences, found.zone),
        is_blocked=any(refuses_publishing(one.severity) for one in findings_of(found.id)),
    )


@bp.post(f"{HERE}/publish")
@requires(Permission.MANAGE_AGENDA)
def publish_agenda(meeting: str) -> Response | tuple[str, int]:
    """Publish the list as its next edition, as it was looked at."""
    found, form = meeting_by_slug(meeting), PublishForm()
    meeting_id, seen = found.id, form.seen.data or ""
    if not attempt(form, lambda: service.publish_agenda(actor(), meeting_id, seen=seen)):
        return _review(meeting_by_slug(meeting), form), 422
    say(N_("已发布，共 %(count)s 项。"), count=len(items_of(meeting_id)))
    return redirect(url_for("agenda.show_editions", meeting=meeting), 303)
