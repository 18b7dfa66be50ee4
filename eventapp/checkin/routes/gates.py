"""The desk's pages of gates and sessions, and the rehearsal of the door."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.document.takes import takes_of
from eventapp.checkin.forms import (
    ChangeGateForm,
    DescribeSessionForm,
    NameGateForm,
    SetSigningForm,
)
from eventapp.checkin.models import Gate
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.rules import WAY_LABEL
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.web.doors import requires
from eventapp.web.forms import BaseForm, attempt, say, to_local
from eventapp.web.session import actor


@bp.get("/m/<meeting>/desk/gates")
@requires(Permission.MANAGE_MEETING)
def list_gates(meeting: str) -> str:
    """Show the gates with what each takes, the sessions behind them, and whether one rehearses."""
    return _gates_page(meeting_here(meeting))


def _gates_page(
    here: MeetingHere,
    form: NameGateForm | None = None,
    adding: DescribeSessionForm | None = None,
    ending: BaseForm | None = None,
) -> str:
    gates = queries.gates_of(here.id)
    return render_template(
        "checkin/list_gates.html",
        here=here,
        gates={gate.id: gate for gate in gates},
        counts=queries.gate_counts(here.id),
        takes={gate.id: takes_of(gate, here.zone) for gate in gates},
        ways=WAY_LABEL,
        sessions=queries.sessions_of(here.id),
        led_to={gate.session_id for gate in gates},
        rehearsal=queries.open_rehearsal(here.id),
        rehearsing=queries.rehearsal_of(here.id) is not None,
        may_rehearse=here.state in service.MAY_REHEARSE,
        form=form or NameGateForm(formdata=None),
        adding=adding or DescribeSessionForm(formdata=None, reentry=True),
        signing=SetSigningForm(formdata=None, signs=queries.asks_signature(here.id)),
        ending=ending or BaseForm(formdata=None),
    )


@bp.post("/m/<meeting>/desk/gates")
@requires(Permission.MANAGE_MEETING)
def add_gate(meeting: str) -> BaseResponse | tuple[str, int]:
    """Open a gate."""
    here = meeting_here(meeting)
    form = NameGateForm()
    if not attempt(form, lambda: service.add_gate(actor(), here.id, form.name.data or "")):
        return _gates_page(here, form), 422
    say(N_("入口已添加。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/gates/signing")
@requires(Permission.MANAGE_MEETING)
def set_signing(meeting: str) -> BaseResponse | tuple[str, int]:
    """Say whether whoever comes in is asked to sign."""
    here = meeting_here(meeting)
    form = SetSigningForm()
    if not attempt(form, lambda: service.set_signing(actor(), here.id, signs=form.signs.data)):
        return _gates_page(here), 422
    say(N_("入场签名已打开。") if form.signs.data else N_("入场签名已关闭。"))
    return _to_list(meeting)


@bp.get("/m/<meeting>/desk/gates/<int:gate>")
@requires(Permission.MANAGE_MEETING)
def edit_gate(meeting: str, gate: int) -> str:
    """Show a gate's name and rules, to change."""
    here = meeting_here(meeting)
    found = queries.gate_in(here.id, gate)
    form = ChangeGateForm(
        formdata=None,
        gate=found,
        sessions=queries.sessions_of(here.id),
        name=found.name,
        categories=found.categories,
        opens_at=found.opens_at and to_local(found.opens_at, here.zone),
        closes_at=found.closes_at and to_local(found.closes_at, here.zone),
    )
    return _gate_page(here, found, form)


def _gate_page(here: MeetingHere, gate: Gate, form: ChangeGateForm) -> str:
    return render_template("checkin/edit_gate.html", here=here, gate=gate, form=form)


@bp.post("/m/<meeting>/desk/gates/<int:gate>")
@requires(Permission.MANAGE_MEETING)
def change_gate(meeting: str, gate: int) -> BaseResponse | tuple[str, int]:
    """Give a gate another name or other rules."""
    here = meeting_here(meeting)
    found = queries.gate_in(here.id, gate)
    form = ChangeGateForm(gate=found, sessions=queries.sessions_of(here.id))
    if not attempt(
        form, lambda: service.change_gate(actor(), here.id, gate, **form.values(here.zone))
    ):
        return _gate_page(here, found, form), 422
    say(N_("入口已保存。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/gates/sessions")
@requires(Permission.MANAGE_MEETING)
def add_session(meeting: str) -> BaseResponse | tuple[str, int]:
    """Give the meeting one session more."""
    here = meeting_here(meeting)
    form = DescribeSessionForm()
    if not attempt(form, lambda: service.add_session(actor(), here.id, **form.values())):
        return _gates_page(here, adding=form), 422
    say(N_("场次已添加。请在入口的规定里选它通往哪个场次。"))
    return _to_list(meeting)


@bp.get("/m/<meeting>/desk/gates/sessions/<int:session_id>")
@requires(Permission.MANAGE_MEETING)
def edit_session(meeting: str, session_id: int) -> str:
    """Show a session's name, capacity and re-entry, to change."""
    here = meeting_here(meeting)
    found = queries.session_in(here.id, session_id)
    form = DescribeSessionForm(
        formdata=None, name=found.name, capacity=found.capacity, reentry=found.reentry
    )
    return _session_page(here, session_id, form)


def _session_page(here: MeetingHere, session_id: int, form: DescribeSessionForm) -> str:
    found = queries.session_in(here.id, session_id)
    return render_template("checkin/edit_session.html", here=here, session=found, form=form)


@bp.post("/m/<meeting>/desk/gates/sessions/<int:session_id>")
@requires(Permission.MANAGE_MEETING)
def change_session(meeting: str, session_id: int) -> BaseResponse | tuple[str, int]:
    """Save a session's name, capacity and re-entry."""
    here = meeting_here(meeting)
    form = DescribeSessionForm()

    def act() -> None:
        service.change_session(actor(), here.id, session_id, **form.values())

    if not attempt(form, act):
        return _session_page(here, session_id, form), 422
    say(N_("场次已保存。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/gates/sessions/<int:session_id>/remove")
@requires(Permission.MANAGE_MEETING)
def remove_session(meeting: str, session_id: int) -> BaseResponse:
    """Take a session away to which no gate leads."""
    here = meeting_here(meeting)
    service.remove_session(actor(), here.id, session_id)
    say(N_("场次已删除。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/gates/rehearsal")
@requires(Permission.MANAGE_MEETING)
def start_rehearsal(meeting: str) -> BaseResponse | tuple[str, int]:
    """Let all gates practise."""
    here = meeting_here(meeting)
    form = BaseForm()
    if not attempt(form, lambda: service.start_rehearsal(actor(), here.id)):
        return _gates_page(here, ending=form), 422
    say(N_("演练开始了：所有入口的扫码只作练习，不计入签到。"))
    return _to_list(meeting)


@bp.post("/m/<meeting>/desk/gates/rehearsal/end")
@requires(Permission.MANAGE_MEETING)
def end_rehearsal(meeting: str) -> BaseResponse | tuple[str, int]:
    """End practising, and drop all that was scanned in it."""
    here = meeting_here(meeting)
    form = BaseForm()
    if not attempt(form, lambda: service.end_rehearsal(actor(), here.id)):
        return _gates_page(here, ending=form), 422
    say(N_("演练已结束，演练中的扫码记录都已清除。"))
    return _to_list(meeting)


def _to_list(meeting: str) -> BaseResponse:
    return redirect(url_for("checkin.list_gates", meeting=meeting), 303)
