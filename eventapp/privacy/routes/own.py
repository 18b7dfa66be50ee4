"""Doors of a person's wish to be erased: asking, taking it back, reading the answer."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventapp.core.access import Actor, Permission
from eventapp.core.errors import N_
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.privacy.forms import AskErasureForm
from eventapp.privacy.queries.erasures import code_of, open_erasure, reply_by_code
from eventapp.privacy.routes.blueprint import bp
from eventapp.privacy.rules import ANSWER_WITHIN, GROUND, KEPT_LABEL, Kept, answer_due_at
from eventapp.privacy.service import ask_erasure, withdraw_erasure
from eventapp.registration.queries import Row, registration_in
from eventapp.web.doors import public, requires, scope
from eventapp.web.forms import attempt, say
from eventapp.web.session import actor, actors

OWN = requires(Permission.OPEN_OWN_PASS)
HERE = "/m/<meeting>/pass/erasure"


def _holder() -> Actor:
    """Choose whose pass is meant: a phone may hold those of several colleagues."""
    who = request.args.get("who", type=int)
    held = [one for one in actors() if one.may(Permission.OPEN_OWN_PASS, scope().ids)]
    return next((one for one in held if one.subject_id == who), actor())


def _own(slug: str) -> tuple[Meeting, Row, Actor]:
    meeting, who = meeting_by_slug(slug), _holder()
    return meeting, registration_in(meeting.id, who.subject_id), who


def _page(meeting: Meeting, row: Row, form: AskErasureForm) -> str:
    wish = open_erasure(row.person_id)
    return render_template(
        "privacy/ask_erasure.html",
        meeting=meeting,
        row=row,
        form=form,
        wish=wish,
        due_at=answer_due_at(wish.asked_at) if wish else None,
        code=code_of(wish.id) if wish else "",
        days=ANSWER_WITHIN.days,
        kinds=[kind for kind in Kept if kind is not Kept.MENTIONS],
        kept_label=KEPT_LABEL,
        ground=GROUND,
    )


@bp.get(HERE)
@OWN
def show_erasure(meeting: str) -> str:
    """Say what erasing takes and what it leaves, before a person asks for it."""
    found, row, _who = _own(meeting)
    return _page(found, row, AskErasureForm(formdata=None))


@bp.post(HERE)
@OWN
def send_erasure(meeting: str) -> Response | tuple[str, int]:
    """Note that a person wants to be erased."""
    found, row, who = _own(meeting)
    form, alliance_id = AskErasureForm(), found.alliance_id
    if not attempt(form, lambda: ask_erasure(who, alliance_id, row.person_id)):
        return _page(meeting_by_slug(meeting), row, form), 422
    say(N_("删除申请已收到。"))
    return redirect(url_for("privacy.show_erasure", meeting=meeting, who=row.id), 303)


@bp.post(f"{HERE}/withdraw")
@OWN
def withdraw_own_erasure(meeting: str) -> Response:
    """Take a wish back that has not been answered yet."""
    found, row, who = _own(meeting)
    withdraw_erasure(who, found.alliance_id, row.person_id)
    say(N_("删除申请已撤回，信息没有改动。"))
    return redirect(url_for("registration.show_pass", meeting=meeting, who=row.id), 303)


@bp.get("/erasures/<code>")
@public
def show_reply(code: str) -> str:
    """Show the answer to a wish to whoever has its code; it names nobody."""
    return render_template(
        "privacy/show_reply.html",
        reply=reply_by_code(code),
        kept_label=KEPT_LABEL,
        ground=GROUND,
    )
