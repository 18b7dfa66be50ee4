"""Doors of paper for the hall: ask for badges and name cards, take them, lists of names."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.rules import Ordering
from eventapp.badges import service
from eventapp.badges.document import names_csv, names_pdf, names_xlsx, one_badge, sign_pdf
from eventapp.badges.forms import PrintBadgesForm, PrintCardsForm
from eventapp.badges.queries import holders, print_in, prints_of
from eventapp.badges.rules import ORDER_LABEL, PAPER_LABEL, Options, Paper, Size
from eventapp.core import files
from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.core.jobs import OPEN, Job, JobState
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import CSV, XLSX

bp = Blueprint("badges", __name__)
MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
HERE = "/m/<meeting>/desk/paper"
PDF = "application/pdf"


@bp.get(HERE)
@MANAGE
def show_paper(meeting: str) -> str:
    """Show what can be printed for the hall, and what has been."""
    return _paper_page(meeting_by_slug(meeting))


def _paper_page(
    found: Meeting, badges: PrintBadgesForm | None = None, cards: PrintCardsForm | None = None
) -> str:
    return render_template(
        "badges/show_paper.html",
        badges=badges or PrintBadgesForm(formdata=None, prefix="badges"),
        cards=cards or PrintCardsForm(formdata=None, prefix="cards"),
        people=len(holders(found)),
        prints=prints_of(found.scope_id),
        paper_of=_paper_of,
        orders=ORDER_LABEL,
        meeting=found,
    )


def _paper_of(job: Job) -> str:
    return PAPER_LABEL[Paper(job.kind.removeprefix("print_"))]


@bp.post(f"{HERE}/badges")
@MANAGE
def print_badges(meeting: str) -> BaseResponse | tuple[str, int]:
    """Ask for badges in the background."""
    form = PrintBadgesForm(prefix="badges")
    return _ask(meeting, form, Paper.BADGES) or (
        _paper_page(meeting_by_slug(meeting), badges=form),
        422,
    )


@bp.post(f"{HERE}/cards")
@MANAGE
def print_cards(meeting: str) -> BaseResponse | tuple[str, int]:
    """Ask for name cards in the background."""
    form = PrintCardsForm(prefix="cards")
    return _ask(meeting, form, Paper.CARDS) or (
        _paper_page(meeting_by_slug(meeting), cards=form),
        422,
    )


def _ask(meeting: str, form: BaseForm, paper: Paper) -> BaseResponse | None:
    meeting_id = meeting_by_slug(meeting).id
    asked: list[int] = []

    def act() -> None:
        if isinstance(form, PrintBadgesForm):
            wanted: dict[str, Any] = {**form.whom(), "options": form.options()}
        elif isinstance(form, PrintCardsForm):
            wanted = {**form.whom(), "with_units": form.with_units.data}
        else:
            raise TypeError(form)
        asked.append(service.ask_for_print(actor(), meeting_id, paper, **wanted))

    if not attempt(form, act):
        return None
    return redirect(url_for("badges.show_print", meeting=meeting, job_id=asked[0]), 303)


@bp.get(f"{HERE}/<int:job_id>")
@MANAGE
def show_print(meeting: str, job_id: int) -> str | Response:
    """Show how far a print has come; its part alone is asked for again and again."""
    found = meeting_by_slug(meeting)
    job = print_in(found.scope_id, job_id)
    values = {
        "job": job,
        "is_open": job.state in OPEN,
        "slug": meeting,
        "paper": _paper_of(job),
        "result": job.result or {},
    }
    if "part" in request.args:
        version = f"{job.state}-{job.done}-{job.total}"
        return conditional(version, lambda: render_template("badges/_print.html", **values))
    return render_template("badges/show_print.html", **values, meeting=found)


@bp.post(f"{HERE}/<int:job_id>/cancel")
@MANAGE
def cancel_print(meeting: str, job_id: int) -> BaseResponse:
    """Stop a print."""
    service.cancel_print(actor(), meeting_by_slug(meeting).id, job_id)
    say(N_("打印已取消。"))
    return redirect(url_for("badges.show_paper", meeting=meeting), 303)


@bp.get(f"{HERE}/<int:job_id>/file.pdf")
@MANAGE
def download_print(meeting: str, job_id: int) -> Response:
    """Send a print that is ready and not yet deleted."""
    found = meeting_by_slug(meeting)
    job = print_in(found.scope_id, job_id)
    result = job.result or {}
    if result.get("deleted"):
        raise NotFound("print_deleted", N_("这份打印件保存满 7 天，已经删除；需要时请重新生成。"))
    if job.state is not JobState.DONE or "digest" not in result:
        raise NotFound("print_not_ready", N_("这份打印件还没有生成好。"))
    name = f"{gettext(_paper_of(job))}-{found.title}.pdf"
    return download(files.read(result["digest"]), name=name, media_type=PDF)


@bp.get(f"{HERE}/badge/<int:registration_id>.pdf")
@MANAGE
def download_badge(meeting: str, registration_id: int) -> Response:
    """Send the badge of one person: for a new arrival, or instead of a lost one."""
    found = meeting_by_slug(meeting)
    size = request.args.get("size", "")
    options = Options(Size(size) if size in set(Size) else Size.MIDDLE)
    name, pdf = one_badge(found, registration_id, options)
    return download(pdf, name=name, media_type=PDF)


def _ordering() -> Ordering:
    wanted = request.args.get("order", "")
    return Ordering(wanted) if wanted in set(Ordering) else Ordering.PROTOCOL


@bp.get(f"{HERE}/names.pdf")
@MANAGE
def download_names_pdf(meeting: str) -> Response:
    """Send the list of names as PDF, in the order that the address asks for."""
    found, ordering = meeting_by_slug(meeting), _ordering()
    data = names_pdf(found, holders(found, ordering=ordering), ordering)
    return download(data, name=f"{_names_name(found)}.pdf", media_type=PDF)


@bp.get(f"{HERE}/sign.pdf")
@MANAGE
def download_sign_pdf(meeting: str) -> Response:
    """Send the sheet to be signed by hand, unit by unit."""
    found = meeting_by_slug(meeting)
    data = sign_pdf(found, holders(found, ordering=None))
    name = gettext("%(meeting)s手签签到表", meeting=found.title)
    return download(data, name=f"{name}.pdf", media_type=PDF)


@bp.get(f"{HERE}/names.xlsx")
@MANAGE
def download_names_xlsx(meeting: str) -> Response:
    """Send the list of names as a workbook, in the order that the address asks for."""
    found, ordering = meeting_by_slug(meeting), _ordering()
    data = names_xlsx(found, holders(found, ordering=ordering), ordering)
    return download(data, name=f"{_names_name(found)}.xlsx", media_type=XLSX)


@bp.get(f"{HERE}/names.csv")
@MANAGE
def download_names_csv(meeting: str) -> Response:
    """Send the list of names as CSV, in the order that the address asks for."""
    found = meeting_by_slug(meeting)
    data = names_csv(holders(found, ordering=_ordering()))
    return download(data, name=f"{_names_name(found)}.csv", media_type=CSV)


def _names_name(meeting: Meeting) -> str:
    return gettext("%(meeting)s名单", meeting=meeting.title)
