"""The desk's pages of the gates: adding one, its name and rules, how many the hall holds."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.document.takes import takes_of
from eventapp.checkin.forms import ChangeGateForm, NameGateForm, SetCapacityForm, SetSigningForm
from eventapp.checkin.routes.blueprint import bp
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.queries import MeetingHere, meeting_here
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say, to_local
from eventapp.web.session import actor


@bp.get("/m/<meeting>/desk/gates")
@requires(Permission.MANAGE_MEETING)
def list_gates(meeting: str) -> str:
    """Show the gates with what each takes, and how many may be inside at once."""
    return _gates_page(meeting_here(meeting))


def _gates_page(
    here: MeetingHere, form: NameGateForm | None = None, capacity: SetCapacityForm | None = None
) -> str:
    return render_template(
        "checkin/list_gates.html",
        here=here,
        gates=queries.gate_counts(here.id),
        takes={gate.id: takes_of(gate, here.zone) for gate in queries.gates_of(here.id)},
        form=form or NameGateForm(formdata=None),
        capacity=capacity or SetCapacityForm(formdata=None, capacity=queries.capacity_of(here.id)),
        signing=SetSigningForm(formdata=None, signs=queries.asks_signature(here.id)),
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


@bp.post("/m/<meeting>/desk/gates/capacity")
@requires(Permission.MANAGE_MEETING)
def set_capacity(meeting: str) -> BaseResponse | tuple[str, int]:
    """Say how many may be inside at once."""
    here = meeting_here(meeting)
    form = SetCapacityForm()
    if not attempt(form, lambda: service.set_capacity(actor(), here.id, form.capacity.data)):
        return _gates_page(here, capacity=form), 422
    say(N_("场内人数上限已保存。"))
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
        name=found.name,
        categories=found.categories,
        opens_at=found.opens_at and to_local(found.opens_at, here.zone),
        closes_at=found.closes_at and to_local(found.closes_at, here.zone),
    )
    return render_template("checkin/edit_gate.html", here=here, gate=found, form=form)


@bp.post("/m/<meeting>/desk/gates/<int:gate>")
@requires(Permission.MANAGE_MEETING)
def change_gate(meeting: str, gate: int) -> BaseResponse | tuple[str, int]:
    """Give a gate another name or other rules."""
    here = meeting_here(meeting)
    found = queries.gate_in(here.id, gate)
    form = ChangeGateForm()
    if not attempt(
        form, lambda: service.change_gate(actor(), here.id, gate, **form.values(here.zone))
    ):
        return render_template("checkin/edit_gate.html", here=here, gate=found, form=form), 422
    say(N_("入口已保存。"))
    return _to_list(meeting)


def _to_list(meeting: str) -> BaseResponse:
    return redirect(url_for("checkin.list_gates", meeting=meeting), 303)
