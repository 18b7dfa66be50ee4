"""Doors of the booklet: say what it holds, see how far it has come, take it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.queries import latest_edition
from eventapp.booklet.document import MEDIA_TYPES
from eventapp.booklet.forms import PrintBookletForm
from eventapp.booklet.queries import booklet_in, booklets_of
from eventapp.booklet.rules import FORMAT_LABEL, Format, Part
from eventapp.booklet.service import ask_for_booklet
from eventapp.core import files
from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.core.jobs import OPEN, JobState
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import attempt
from eventapp.web.polling import conditional
from eventapp.web.session import actor

bp = Blueprint("booklet", __name__)
HERE = "/m/<meeting>/desk/agenda/booklet"
MANAGE = requires(Permission.MANAGE_AGENDA)


@bp.get(HERE)
@MANAGE
def show_booklet(meeting: str) -> str:
    """Ask what goes into a booklet, and list those that were made."""
    return _page(meeting_by_slug(meeting), PrintBookletForm(formdata=None))


def _page(found: Meeting, form: PrintBookletForm) -> str:
    return render_template(
        "booklet/show_booklet.html",
        edition=latest_edition(found.id),
        jobs=booklets_of(found.scope_id),
        formats={one.value: word for one, word in FORMAT_LABEL.items()},
        form=form,
        meeting=found,
    )


@bp.post(HERE)
@MANAGE
def print_booklet(meeting: str) -> BaseResponse | tuple[str, int]:
    """Ask for a booklet in the background."""
    found, form = meeting_by_slug(meeting), PrintBookletForm()
    meeting_id, asked = found.id, list[int]()

    def ask() -> None:
        parts = [Part(one) for one in form.parts.data or ()]
        wanted = Format(form.format.data)
        notes = form.notes.data or 0
        asked.append(ask_for_booklet(actor(), meeting_id, wanted, parts, notes=notes))

    if not attempt(form, ask):
        return _page(meeting_by_slug(meeting), form), 422
    return redirect(url_for("booklet.show_print", meeting=meeting, job_id=asked[0]), 303)


@bp.get(f"{HERE}/<int:job_id>")
@MANAGE
def show_print(meeting: str, job_id: int) -> str | Response:
    """Show how far a booklet has come; its part alone is asked for again and again."""
    found = meeting_by_slug(meeting)
    job = booklet_in(found.scope_id, job_id)
    values = {
        "job": job,
        "is_open": job.state in OPEN,
        "result": job.result or {},
        "slug": meeting,
    }
    if "part" in request.args:
        version = f"{job.state}-{job.done}-{job.total}"
        return conditional(version, lambda: render_template("booklet/_print.html", **values))
    return render_template("booklet/show_print.html", **values, meeting=found)


@bp.get(f"{HERE}/<int:job_id>/file")
@MANAGE
def download_booklet(meeting: str, job_id: int) -> Response:
    """Send a booklet that is ready and not yet deleted."""
    found = meeting_by_slug(meeting)
    job = booklet_in(found.scope_id, job_id)
    digest = (job.result or {}).get("digest")
    if job.state is not JobState.DONE or digest is None:
        raise NotFound("print_not_ready", N_("这份手册还没有做好，或者已经到期删除。"))
    form = Format(job.params["format"])
    name = f"{gettext('会议手册')}-{found.title}.{form.value}"
    return download(files.read(digest), name=name, media_type=MEDIA_TYPES[form])
