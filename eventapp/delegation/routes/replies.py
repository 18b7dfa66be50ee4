"""A unit's answer to the notice, written by its liaison or noted at the desk."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from eventapp.alliance.queries import member_names
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.papers import LARGEST
from eventapp.delegation.forms import AnswerNoticeForm
from eventapp.delegation.queries import proxies_of
from eventapp.delegation.routes.blueprint import bp
from eventapp.delegation.service import Proxy, answer_notice
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.notices.models import NoticeReply
from eventapp.notices.queries import reply_of
from eventapp.notices.rules import ANSWER_LABEL, DESK, LIAISON, ReplyAnswer
from eventapp.registration.queries import DelegationRow, delegation_in
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor

MANAGE = requires(Permission.MANAGE_REGISTRATIONS)
NOTED = "/m/<meeting>/desk/notices/replies/<int:delegation_id>"
PREFIX = "reply-"


def sent_reply() -> AnswerNoticeForm:
    """Read the answer that was sent."""
    return _with_choices(AnswerNoticeForm(prefix=PREFIX))


def kept_reply(given: NoticeReply | None) -> AnswerNoticeForm:
    """Show the answer that is kept, or an empty form."""
    values: dict[str, Any] = (
        {"answer": given.answer.value, "persons": given.persons, "remark": given.remark}
        if given
        else {}
    )
    return _with_choices(AnswerNoticeForm(formdata=None, prefix=PREFIX, **values))


def _with_choices(form: AnswerNoticeForm) -> AnswerNoticeForm:
    form.answer.choices = [(one.value, gettext(ANSWER_LABEL[one])) for one in ReplyAnswer]
    return form


def proxy_values(meeting: Meeting, delegation: DelegationRow) -> dict[str, Any]:
    """Tell a page the unit's proxies, and of which units another may come."""
    own, names = delegation.organisation_id, member_names(meeting.alliance_id)
    return {
        "proxies": proxies_of(meeting.id, own),
        "units": sorted(name for one, name in names.items() if one != own),
    }


def take_reply(
    meeting_id: int, delegation_id: int, form: AnswerNoticeForm, channel: str = LIAISON
) -> None:
    """Keep what the form says, with what follows from it."""
    sent = form.paper.data
    name = getattr(sent, "filename", "") or ""
    paper = (name, sent.read(LARGEST + 1)) if name else None
    proxy = Proxy(
        form.proxy_name.data or "",
        form.proxy_unit.data or "",
        form.proxy_phone.data or "",
        paper,
    )
    is_named = bool(proxy.name or proxy.unit or proxy.phone or paper)
    answer_notice(
        actor(),
        meeting_id,
        delegation_id,
        ReplyAnswer(form.answer.data),
        persons=form.persons.data,
        remark=form.remark.data or "",
        proxy=proxy if is_named else None,
        channel=channel,
    )


def _page(meeting: Meeting, delegation: DelegationRow, form: AnswerNoticeForm) -> str:
    form.answer.label.text = gettext("单位的答复")
    return render_template(
        "delegation/note_reply.html",
        meeting=meeting,
        delegation=delegation,
        form=form,
        **proxy_values(meeting, delegation),
    )


@bp.get(NOTED)
@MANAGE
def note_reply(meeting: str, delegation_id: int) -> str:
    """Ask what a unit answered by telephone or on paper."""
    found = meeting_by_slug(meeting)
    delegation = delegation_in(found.id, delegation_id)
    return _page(found, delegation, kept_reply(reply_of(delegation.id)))


@bp.post(NOTED)
@MANAGE
def save_noted_reply(meeting: str, delegation_id: int) -> Response | tuple[str, int]:
    """Note what a unit answered; its leave and its proxy follow as if it had written itself."""
    found, form = meeting_by_slug(meeting), sent_reply()
    meeting_id, delegation = found.id, delegation_in(found.id, delegation_id)
    if not attempt(form, lambda: take_reply(meeting_id, delegation_id, form, DESK)):
        return _page(meeting_by_slug(meeting), delegation, form), 422
    say(N_("回执已记录。"))
    return redirect(url_for("notices.show_notices", meeting=meeting), 303)
