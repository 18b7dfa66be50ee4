"""Doors of paper and mail: printed slips, papers that units sent in, the outbox."""

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import links_of
from eventapp.core import files
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.errors import N_, NotFound
from eventapp.core.jobs import Job, JobState
from eventapp.core.papers import media_type_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.registration.document import slips_pdf
from eventapp.registration.queries import mandate_in, registrations_of
from eventapp.registration.routes.blueprint import bp
from eventapp.registration.routes.desk import HERE, MANAGE
from eventapp.registration.rules import State
from eventapp.registration.service import ask_for_slips
from eventapp.web.download import download
from eventapp.web.polling import conditional
from eventapp.web.session import actor

PDF = "application/pdf"


@bp.get(f"{HERE}/slips.pdf")
@MANAGE
def download_slips(meeting: str) -> Response:
    """Send printed slips of everybody who is approved, at once: for small meetings."""
    found = meeting_by_slug(meeting)
    links = links_of(found.scope_id, Role.DELEGATE)
    rows = registrations_of(found.id, state=State.APPROVED)
    people = [(row, links[row.id]) for row in rows if row.id in links]
    return download(slips_pdf(found, people), name=_slips_name(found), media_type=PDF)


@bp.post(f"{HERE}/slips")
@MANAGE
def print_slips(meeting: str) -> BaseResponse:
    """Ask for printed slips in the background."""
    job_id = ask_for_slips(actor(), meeting_by_slug(meeting).id)
    return redirect(url_for("registration.show_slips", meeting=meeting, job_id=job_id), 303)


def _slips_name(meeting: Meeting) -> str:
    return gettext("个人链接-%(whose)s.pdf", whose=meeting.title)


def _job(meeting: Meeting, job_id: int) -> Job:
    job = db.session.get(Job, job_id)
    if job is None or job.scope_id != meeting.scope_id or job.kind != "print_slips":
        raise NotFound("job_unknown", N_("没有找到这次打印。"))
    return job


@bp.get(f"{HERE}/slips/<int:job_id>")
@MANAGE
def show_slips(meeting: str, job_id: int) -> str | Response:
    """Show how far the printing has come; its part alone is asked for again and again."""
    found = meeting_by_slug(meeting)
    job = _job(found, job_id)
    values = {"job": job, "is_done": job.state is JobState.DONE, "slug": meeting}
    if "part" in request.args:
        version = f"{job.state}-{job.done}-{job.total}"
        return conditional(version, lambda: render_template("registration/_slips.html", **values))
    return render_template("registration/show_slips.html", **values, meeting=found)


@bp.get(f"{HERE}/slips/<int:job_id>/file.pdf")
@MANAGE
def download_printed_slips(meeting: str, job_id: int) -> Response:
    """Send the slips that were printed in the background."""
    found = meeting_by_slug(meeting)
    result = _job(found, job_id).result or {}
    if result.get("deleted"):
        raise NotFound("print_deleted", N_("这份打印件保存满 7 天，已经删除；需要时请重新生成。"))
    if "digest" not in result:
        raise NotFound("slips_not_ready", N_("纸条还没有生成好。"))
    pdf = files.read(result["digest"])
    return download(pdf, name=_slips_name(found), media_type=PDF)


@bp.get("/m/<meeting>/desk/mandates/<int:mandate_id>/paper")
@MANAGE
def download_mandate(meeting: str, mandate_id: int) -> Response:
    """Send the paper by which a unit named its proxy."""
    row = mandate_in(meeting_by_slug(meeting).id, mandate_id)
    if not row.document_digest:
        raise NotFound("paper_missing", N_("这项授权没有上传委托书。"))
    data = files.read(row.document_digest)
    return download(data, name=row.document_name, media_type=media_type_of(data))
