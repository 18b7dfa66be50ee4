"""The desk's pages of roll-calls: one calls, another confirms."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.queries import members_of
from eventapp.checkin import queries, service
from eventapp.checkin.routes.blueprint import bp, quorum_of
from eventapp.checkin.rules.rollcalls import CALL_STATE_LABEL, CallState
from eventapp.core.access import Permission
from eventapp.core.errors import N_, DomainError
from eventapp.meetings.queries import MeetingHere, meeting_here, meeting_of
from eventapp.web.doors import requires
from eventapp.web.errors import status_of, text_of
from eventapp.web.forms import LARGEST, say
from eventapp.web.session import actor

CALL = requires(Permission.CALL_ROLL)
ALL = "/m/<meeting>/desk/roll-calls"
ONE = f"{ALL}/<int:roll_call_id>"
Answer = BaseResponse | str | tuple[str, int]


@bp.get(ALL)
@CALL
def show_roll_calls(meeting: str) -> str:
    """List the roll-calls of a meeting, and offer to begin one."""
    return _list_page(meeting_here(meeting))


@bp.post(ALL)
@CALL
def open_roll_call(meeting: str) -> Answer:
    """Begin to call those who may vote, or all members."""
    here = meeting_here(meeting)
    try:
        call_id = service.open_roll_call(actor(), here.id, _units(here, request.form)).id
    except DomainError as error:
        return _list_page(here, problem=text_of(error)), status_of(error)
    return _to(meeting, call_id)


@bp.get(ONE)
@CALL
def show_roll_call(meeting: str, roll_call_id: int) -> str:
    """Show whom to call next, or what a second person is asked to confirm."""
    return _call_page(meeting_here(meeting), roll_call_id)


@bp.post(f"{ONE}/answers")
@CALL
def note_answer(meeting: str, roll_call_id: int) -> Answer:
    """Note that a unit answered or did not, and go on to the next."""
    unit = request.form.get("unit", 0, type=int)
    who = request.form.get("who", 0, type=int)

    def act(here: int) -> None:
        service.note_answer(
            actor(),
            here,
            roll_call_id,
            min(unit, LARGEST),
            present=request.form.get("answer") == "present",
            registration_id=min(who, LARGEST) or None,
        )

    return _act(meeting, roll_call_id, act, unit=unit)


@bp.post(f"{ONE}/finish")
@CALL
def finish_calling(meeting: str, roll_call_id: int) -> Answer:
    """Hand it to a second person."""
    return _act(
        meeting,
        roll_call_id,
        lambda here: service.finish_calling(actor(), here, roll_call_id),
        N_("点名已经点完，请另一位工作人员核对确认。"),
    )


@bp.post(f"{ONE}/reopen")
@CALL
def reopen_calling(meeting: str, roll_call_id: int) -> Answer:
    """Give it back to whoever calls."""
    return _act(
        meeting,
        roll_call_id,
        lambda here: service.reopen_calling(actor(), here, roll_call_id),
        N_("点名已经退回，可以改动。"),
    )


@bp.post(f"{ONE}/confirm")
@CALL
def confirm_roll_call(meeting: str, roll_call_id: int) -> Answer:
    """Make it a record, as the second person."""
    return _act(
        meeting,
        roll_call_id,
        lambda here: service.confirm_roll_call(actor(), here, roll_call_id),
        N_("点名已经确认，从现在起以它为准。"),
    )


@bp.post(f"{ONE}/drop")
@CALL
def drop_roll_call(meeting: str, roll_call_id: int) -> Answer:
    """Give it up before it counts."""
    return _act(
        meeting,
        roll_call_id,
        lambda here: service.drop_roll_call(actor(), here, roll_call_id),
        N_("这次点名已经放弃，不作数。"),
    )


def _units(here: MeetingHere, said: Any) -> list[tuple[int, str]]:
    quorum = quorum_of(here.id)
    if quorum and said.get("whom") != "members":
        return list(quorum.units)
    alliance_id = meeting_of(here.id).alliance_id
    return [(one.organisation_id, one.name) for one in members_of(alliance_id)]


def _act(
    meeting: str, roll_call_id: int, act: Callable[[int], Any], done: str = "", **more: Any
) -> Answer:
    here = meeting_here(meeting)
    try:
        act(here.id)
    except DomainError as error:
        return _call_page(here, roll_call_id, problem=text_of(error), **more), status_of(error)
    if done:
        say(done)
    return _to(meeting, roll_call_id)


def _to(meeting: str, roll_call_id: int) -> BaseResponse:
    url = url_for("checkin.show_roll_call", meeting=meeting, roll_call_id=roll_call_id)
    return redirect(url, 303)


def _list_page(here: MeetingHere, problem: str = "") -> str:
    return render_template(
        "checkin/show_roll_calls.html",
        here=here,
        calls=queries.roll_calls_of(here.id),
        quorum=quorum_of(here.id),
        members=len(members_of(meeting_of(here.id).alliance_id)),
        state_label=CALL_STATE_LABEL,
        problem=problem,
    )


def _call_page(here: MeetingHere, roll_call_id: int, problem: str = "", unit: int = 0) -> str:
    roll = queries.roll_in(here.id, roll_call_id)
    asked = unit or request.args.get("unit", 0, type=int)
    chosen = next((line for line in roll.lines if line.organisation_id == asked), roll.next)
    return render_template(
        "checkin/show_roll_call.html",
        here=here,
        roll=roll,
        line=chosen if roll.call.state is CallState.CALLING else None,
        quorum=quorum_of(here.id),
        state_label=CALL_STATE_LABEL,
        problem=problem,
    )
