"""The desk's inbox of what devices decided alone and what does not fit."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.checkin import queries, service
from eventapp.checkin.routes.blueprint import bp
from eventapp.checkin.rules import VERDICT_LABEL
from eventapp.checkin.rules.settling import REASON_LABEL, RESOLUTION_LABEL, Resolution
from eventapp.core.access import Permission
from eventapp.core.errors import N_, NotFound
from eventapp.meetings.queries import meeting_here
from eventapp.web.doors import requires
from eventapp.web.forms import say
from eventapp.web.session import actor

BY_HAND = {Resolution.LET_STAND, Resolution.TAKEN_BACK}


@bp.get("/m/<meeting>/desk/conflicts")
@requires(Permission.SUPERVISE_DOOR)
def list_conflicts(meeting: str) -> str:
    """List what waits, each with both gates, times and devices, and what became of the others."""
    here = meeting_here(meeting)
    return render_template(
        "checkin/list_conflicts.html",
        here=here,
        conflicts=queries.conflicts_of(here.id),
        unsent=queries.unsent_at(here.scope_id),
        reasons=REASON_LABEL,
        resolutions=RESOLUTION_LABEL,
        verdicts=VERDICT_LABEL,
    )


@bp.post("/m/<meeting>/desk/conflicts/<int:conflict_id>")
@requires(Permission.SUPERVISE_DOOR)
def resolve_conflict(meeting: str, conflict_id: int) -> BaseResponse:
    """Let the admission stand, or take it back."""
    said = request.form.get("resolution", "")
    if said not in BY_HAND:
        raise NotFound("resolution_unknown", N_("没有找到这条冲突。"))
    service.resolve_conflict(actor(), meeting_here(meeting).id, conflict_id, Resolution(said))
    say(N_("已处理并记录。"))
    return redirect(url_for("checkin.list_conflicts", meeting=meeting), 303)
