"""Doors of the desk: the notices of a meeting, one of them, and the units' replies."""

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.accounts.queries import links_of
from eventapp.core import clock, files
from eventapp.core.access import Role
from eventapp.core.errors import N_, Conflict, NotFound
from eventapp.core.ledger import digest
from eventapp.core.outbox import FATE_LABEL
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.document import notice_pdf
from eventapp.notices.forms import NoticeForm, PaperForm, SendNoticeForm
from eventapp.notices.models import Notice
from eventapp.notices.queries import (
    arrangements_of,
    notice_in,
    notices_of,
    seen_while_written,
    units_of,
)
from eventapp.notices.routes.blueprint import MANAGE, PDF, bp, issuer_of
from eventapp.notices.rules import (
    ANSWER_LABEL,
    NOTICE_LABEL,
    NoticeState,
    ReplyAnswer,
    is_late,
    latest_sending,
)
from eventapp.notices.service import (
    add_paper,
    change_notice,
    compose_notice,
    recompose_notice,
    remind_units,
    remove_paper,
    send_notice,
)
from eventapp.registration.document import link_address
from eventapp.web.download import download
from eventapp.web.errors import text_of
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

HERE = "/m/<meeting>/desk/notices"
ONE = f"{HERE}/<int:notice_id>"
SILENT = "silent"


@bp.get(HERE)
@MANAGE
def show_notices(meeting: str) -> str:
    """List the notices, and how each unit was reached and answered; the address may filter."""
    return _notices(meeting_by_slug(meeting))


def _notices(found: Meeting, problem: str = "") -> str:
    units = units_of(found.id)
    chosen = request.args.get("answer", "")
    chosen = chosen if chosen in {*ReplyAnswer, SILENT} else ""
    counts = {answer.value: sum(one.answer is answer for one in units) for answer in ReplyAnswer}
    counts[SILENT] = sum(one.answer is None for one in units)
    links = links_of(found.scope_id, Role.LIAISON)
    return render_template(
        "notices/show_notices.html",
        notices=notices_of(found.id),
        units=[one for one in units if not chosen or (one.answer or SILENT) == chosen],
        total=len(units),
        counts=counts,
        persons=sum(one.persons or 0 for one in units),
        can_be_written_to=sum(one.answer is None and bool(one.email) for one in units),
        chosen=chosen,
        addresses={key: link_address(link) for key, link in links.items()},
        answer_label={**ANSWER_LABEL, SILENT: N_("未答复")},
        notice_label=NOTICE_LABEL,
        fate_label=FATE_LABEL,
        problem=problem,
        meeting=found,
    )


@bp.post(HERE)
@MANAGE
def begin_notice(meeting: str) -> BaseResponse:
    """Begin a notice from what is known of the meeting."""
    notice = compose_notice(actor(), meeting_by_slug(meeting).id)
    return redirect(url_for("notices.show_notice", meeting=meeting, notice_id=notice.id), 303)


@bp.get(ONE)
@MANAGE
def show_notice(meeting: str, notice_id: int) -> str:
    """Show a notice: a draft to be changed, or one as it was sent."""
    found = meeting_by_slug(meeting)
    notice = notice_in(found.id, notice_id)
    form = NoticeForm(formdata=None)
    form.fill(notice, found)
    return _notice(found, notice, form)


def _notice(
    found: Meeting,
    notice: Notice,
    form: NoticeForm,
    paper: PaperForm | None = None,
    sending: SendNoticeForm | None = None,
) -> str:
    units, is_draft = units_of(found.id), notice.state is NoticeState.DRAFT
    now = digest(arrangements_of(found)) if is_draft else ""
    before = seen_while_written(found.scope_id, notice.id)
    form.seen.data = now
    return render_template(
        "notices/show_notice.html",
        notice=notice,
        is_draft=is_draft,
        is_outdated=bool(now and before and now != before),
        form=form,
        paper=paper or PaperForm(formdata=None),
        sending=sending or SendNoticeForm(formdata=None),
        is_late=is_late(found.starts_at, notice.notice_days, clock.now()),
        latest=latest_sending(found.starts_at, notice.notice_days),
        units=len(units),
        with_address=sum(bool(one.email) for one in units),
        meeting=found,
    )


def _filled(found: Meeting, notice_id: int) -> tuple[Notice, NoticeForm]:
    notice = notice_in(found.id, notice_id)
    form = NoticeForm(formdata=None)
    form.fill(notice, found)
    return notice, form


@bp.post(ONE)
@MANAGE
def save_notice(meeting: str, notice_id: int) -> BaseResponse | tuple[str, int]:
    """Change what a draft says."""
    found, form = meeting_by_slug(meeting), NoticeForm()
    if not attempt(form, lambda: change_notice(actor(), found.id, notice_id, form.draft(found))):
        return _notice(found, notice_in(found.id, notice_id), form), 422
    say(N_("通知已保存。"))
    return _back(meeting, notice_id)


@bp.post(f"{ONE}/renew")
@MANAGE
def renew_notice(meeting: str, notice_id: int) -> BaseResponse:
    """Write a draft anew from how the meeting is arranged now."""
    recompose_notice(actor(), meeting_by_slug(meeting).id, notice_id)
    say(N_("已按现在的会议安排重新生成。"))
    return _back(meeting, notice_id)


@bp.post(f"{ONE}/papers")
@MANAGE
def save_paper(meeting: str, notice_id: int) -> BaseResponse | tuple[str, int]:
    """Put a paper beside a draft."""
    found, form = meeting_by_slug(meeting), PaperForm()

    def add() -> None:
        sent: Any = form.paper.data
        add_paper(actor(), found.id, notice_id, sent.filename, sent.read())

    if not attempt(form, add):
        return _notice(found, *_filled(found, notice_id), paper=form), 422
    say(N_("文件已添加。"))
    return _back(meeting, notice_id)


@bp.post(f"{ONE}/papers/<digest>/remove")
@MANAGE
def drop_paper(meeting: str, notice_id: int, digest: str) -> BaseResponse:
    """Take a paper away from a draft."""
    remove_paper(actor(), meeting_by_slug(meeting).id, notice_id, digest)
    say(N_("文件已删除。"))
    return _back(meeting, notice_id)


@bp.post(f"{ONE}/send")
@MANAGE
def issue_notice(meeting: str, notice_id: int) -> BaseResponse | tuple[str, int]:
    """Send a notice to every unit."""
    found, form = meeting_by_slug(meeting), SendNoticeForm()
    meeting_id = found.id

    def send() -> None:
        send_notice(actor(), meeting_id, notice_id, late_reason=form.late_reason.data or "")

    if not attempt(form, send):
        return _notice(found, *_filled(found, notice_id), sending=form), 422
    say(N_("通知已发给各单位。没有邮箱的单位，请把列表里的链接转给联络员。"))
    return redirect(url_for("notices.show_notices", meeting=meeting), 303)


def _back(meeting: str, notice_id: int) -> BaseResponse:
    return redirect(url_for("notices.show_notice", meeting=meeting, notice_id=notice_id), 303)


@bp.get(f"{ONE}/notice.pdf")
@MANAGE
def download_notice(meeting: str, notice_id: int) -> Response:
    """Send a notice on paper; a draft says that it is one."""
    found = meeting_by_slug(meeting)
    return notice_file(found, notice_in(found.id, notice_id))


def notice_file(found: Meeting, notice: Notice) -> Response:
    """Give a notice as a PDF under its title."""
    pdf = notice_pdf(found, issuer_of(found), notice)
    return download(pdf, name=f"{notice.title}.pdf", media_type=PDF)


@bp.get(f"{ONE}/papers/<digest>")
@MANAGE
def download_paper(meeting: str, notice_id: int, digest: str) -> Response:
    """Send a paper of a notice."""
    return paper_file(notice_in(meeting_by_slug(meeting).id, notice_id), digest)


def paper_file(notice: Notice, digest: str) -> Response:
    """Give one of a notice's own papers under its name."""
    for one in notice.papers:
        if one["digest"] == digest:
            return download(files.read(digest), name=one["name"], media_type=one["type"])
    raise NotFound("paper_unknown", N_("没有找到这份文件。"))


@bp.post(f"{HERE}/remind")
@MANAGE
def remind_silent_units(meeting: str) -> BaseResponse | tuple[str, int]:
    """Write to the units that have not answered."""
    try:
        count = remind_units(actor(), meeting_by_slug(meeting).id)
    except Conflict as error:
        return _notices(meeting_by_slug(meeting), text_of(error)), 422
    say(N_("已给 %(count)s 个单位写信。"), count=count)
    return redirect(url_for("notices.show_notices", meeting=meeting), 303)
