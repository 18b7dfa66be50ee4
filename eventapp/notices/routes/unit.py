"""Doors of a unit: the notice of the meeting, for its liaison."""

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.models import Notice
from eventapp.notices.queries import delivery_to, latest_notice, reply_of
from eventapp.notices.routes.blueprint import bp, issuer_of
from eventapp.notices.routes.desk import notice_file, paper_file
from eventapp.notices.rules import ANSWER_LABEL
from eventapp.notices.service import receive_notice
from eventapp.registration.queries import DelegationRow, delegation_in
from eventapp.web.doors import requires
from eventapp.web.session import actor

HERE = "/m/<meeting>/delegation/notice"
LIAISON = requires(Permission.MANAGE_DELEGATION)


def _own(slug: str) -> tuple[Meeting, DelegationRow, Notice]:
    meeting = meeting_by_slug(slug)
    delegation = delegation_in(meeting.id, actor().subject_id)
    notice = latest_notice(meeting.id, sent=True)
    if notice is None:
        raise NotFound("notice_unknown", N_("会议通知还没有发出。"))
    return meeting, delegation, notice


@bp.get(HERE)
@LIAISON
def read_notice(meeting: str) -> str:
    """Show a unit the notice; before it was received, one button that receives it."""
    found, delegation, notice = _own(meeting)
    delivery = delivery_to(notice.id, delegation.id)
    return render_template(
        "notices/read_notice.html",
        meeting=found,
        delegation=delegation,
        notice=notice,
        issuer=issuer_of(found),
        is_received=delivery is None or delivery.opened_at is not None,
        reply=reply_of(delegation.id),
        answer_label=ANSWER_LABEL,
    )


@bp.post(HERE)
@LIAISON
def take_notice(meeting: str) -> BaseResponse:
    """Note that the unit has received the notice, and show it."""
    found, delegation, notice = _own(meeting)
    receive_notice(actor(), found.id, notice.id, delegation.id)
    return redirect(url_for("notices.read_notice", meeting=meeting), 303)


@bp.get(f"{HERE}.pdf")
@LIAISON
def download_own_notice(meeting: str) -> Response:
    """Send the notice on paper."""
    found, _delegation, notice = _own(meeting)
    return notice_file(found, notice)


@bp.get(f"{HERE}/papers/<digest>")
@LIAISON
def download_own_paper(meeting: str, digest: str) -> Response:
    """Send a paper of the notice."""
    return paper_file(_own(meeting)[2], digest)
