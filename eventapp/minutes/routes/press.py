"""The press room: released minutes and nothing else; and the page that verifies a copy."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core.access import Permission
from eventapp.core.errors import N_, Invalid
from eventapp.meetings.queries import meeting_by_slug
from eventapp.minutes.document import dress_of, plain_text
from eventapp.minutes.queries import edition_by_code, edition_content, edition_in, editions_of
from eventapp.minutes.routes.blueprint import base_url, bp, press_paper
from eventapp.minutes.rules import Format
from eventapp.minutes.service import PDF, note_download
from eventapp.web.doors import public, requires
from eventapp.web.download import download
from eventapp.web.session import actor


@bp.get("/m/<meeting>/press")
@requires(Permission.READ_RELEASED_MINUTES)
def show_press_room(meeting: str) -> str:
    """List what was released."""
    found = meeting_by_slug(meeting)
    return render_template(
        "minutes/show_press_room.html",
        meeting=found,
        editions=editions_of(found.id),
        narrow=True,
    )


@bp.post("/m/<meeting>/press/<int:edition_id>/download")
@requires(Permission.READ_RELEASED_MINUTES)
def download_minutes(meeting: str, edition_id: int) -> Response:
    """Give a released edition away and note it; it is a POST because it writes that note."""
    found = meeting_by_slug(meeting)
    edition = edition_in(found.id, edition_id)
    wanted = request.form.get("format", Format.PDF.value)
    if wanted not in set(Format):
        raise Invalid("format_unknown", N_("没有这种格式，请选择 PDF 或纯文本。"))
    name = f"{edition.title}{edition.number}"
    if wanted == Format.PDF:
        answer = download(press_paper(edition), name=f"{name}.pdf", media_type=PDF)
    else:
        text = plain_text(edition_content(edition.id), dress_of(edition, base_url()))
        answer = download(text.encode(), name=f"{name}.txt", media_type="text/plain")
    note_download(actor(), found.id, edition.id, Format(wanted))
    return answer


@bp.get("/verify")
@public
def verify_any() -> str | BaseResponse:
    """Ask for a code, and lead to its page."""
    code = request.args.get("code", "").strip()
    if code:
        return redirect(url_for("minutes.verify", code=code[:100]), 303)
    return render_template("minutes/verify.html", edition=None, code="", narrow=True)


@bp.get("/verify/<code>")
@public
def verify(code: str) -> tuple[str, int]:
    """Say which released minutes a code belongs to, and nothing else."""
    edition = edition_by_code(code)
    page = render_template("minutes/verify.html", edition=edition, code=code, narrow=True)
    return page, 200 if edition else 404
