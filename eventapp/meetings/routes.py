"""Doors of meetings: call one, change it, copy it, lead it on."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from eventapp.alliance.queries import alliance_by_slug
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.meetings.forms import CopyMeetingForm, MeetingForm, SetStateForm, shown
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug, meeting_in, meetings_of, rooms_of
from eventapp.meetings.rules import KIND_LABEL, NEXT, STATE_LABEL, State, needs_reason
from eventapp.meetings.service import change_meeting, copy_meeting, create_meeting, set_state
from eventapp.web.doors import requires
from eventapp.web.forms import attempt, say, to_local, to_utc
from eventapp.web.session import actor

bp = Blueprint("meetings", __name__)
STEP_WORD: dict[State, str] = {
    State.PUBLISHED: N_("发布会议"),
    State.REGISTRATION_OPEN: N_("开放报名"),
    State.REGISTRATION_CLOSED: N_("截止报名"),
    State.IN_SESSION: N_("宣布开会"),
    State.ADJOURNED: N_("宣布闭会"),
    State.ARCHIVED: N_("归档"),
    State.POSTPONED: N_("延期"),
    State.CANCELLED: N_("取消会议"),
}
"""The verb on the button that leads to a state."""


@bp.get("/a/<alliance>/meetings")
@requires(Permission.SEE_DESK)
def show_meetings(alliance: str) -> str:
    """List an alliance's meetings, the latest first."""
    found = alliance_by_slug(alliance)
    return render_template(
        "meetings/show_meetings.html",
        slug=alliance,
        meetings=meetings_of(found.id),
        states=STATE_LABEL,
        kinds=KIND_LABEL,
        crumbs=[(url_for("alliance.show_alliance", alliance=alliance), found.name)],
    )


@bp.get("/a/<alliance>/meetings/new")
@requires(Permission.MANAGE_MEETING)
def new_meeting(alliance: str) -> str:
    """Show the form that calls a meeting."""
    form = MeetingForm(data={"zone": "Asia/Shanghai", "kind": "other", "prepares_id": 0})
    return _new_page(alliance, form)


@bp.post("/a/<alliance>/meetings/new", endpoint="create_meeting")
@requires(Permission.MANAGE_MEETING)
def create(alliance: str) -> ResponseReturnValue:
    """Call a meeting."""
    found = alliance_by_slug(alliance)
    alliance_id = found.id
    form = MeetingForm()
    form.offer(meetings_of(alliance_id))
    if not attempt(form, lambda: create_meeting(actor(), alliance_id, **form.values())):
        return _new_page(alliance, form), 422
    say(N_("会议已建立，尚未发布。"))
    return redirect(url_for("meetings.edit_settings", meeting=form.slug.data), 303)


def _new_page(alliance: str, form: MeetingForm) -> str:
    found = alliance_by_slug(alliance)
    form.offer(meetings_of(found.id))
    return render_template(
        "meetings/new_meeting.html",
        form=form,
        crumbs=[(url_for("alliance.show_alliance", alliance=alliance), found.name)],
    )


@bp.get("/m/<meeting>/desk/settings")
@requires(Permission.MANAGE_MEETING)
def edit_settings(meeting: str) -> str:
    """Show a meeting's details and the steps that it can take."""
    found = meeting_by_slug(meeting)
    return _settings_page(found, MeetingForm(data=shown(found, rooms_of(found.id))))


@bp.post("/m/<meeting>/desk/settings")
@requires(Permission.MANAGE_MEETING)
def save_settings(meeting: str) -> ResponseReturnValue:
    """Change a meeting's details."""
    found = meeting_by_slug(meeting)
    meeting_id = found.id
    form = MeetingForm()
    form.offer(meetings_of(found.alliance_id))
    if not attempt(form, lambda: change_meeting(actor(), meeting_id, **form.values())):
        return _settings_page(meeting_by_slug(meeting), form), 422
    say(N_("已保存。"))
    return redirect(url_for("meetings.edit_settings", meeting=form.slug.data), 303)


@bp.post("/m/<meeting>/desk/state", endpoint="set_state")
@requires(Permission.MANAGE_MEETING)
def lead_on(meeting: str) -> ResponseReturnValue:
    """Lead a meeting to its next state."""
    meeting_id = meeting_by_slug(meeting).id
    step = SetStateForm()

    def act() -> None:
        set_state(actor(), meeting_id, _state(step.state.data), reason=step.reason.data or "")

    if not attempt(step, act):
        found = meeting_by_slug(meeting)
        form = MeetingForm(formdata=None, data=shown(found, rooms_of(found.id)))
        return _settings_page(found, form, step), 422
    say(N_("会议状态已更新。"))
    return redirect(url_for("meetings.edit_settings", meeting=meeting), 303)


def _state(text: str | None) -> State:
    return State(text) if text in set(State) else State.DRAFT  # which nothing leads to


def _settings_page(found: Meeting, form: MeetingForm, step: SetStateForm | None = None) -> str:
    form.offer([other for other in meetings_of(found.alliance_id) if other.id != found.id])
    return render_template(
        "meetings/edit_settings.html",
        meeting=found,
        form=form,
        step=step or SetStateForm(formdata=None),
        steps=[
            (state, STEP_WORD[state], needs_reason(state))
            for state in STEP_WORD
            if state in NEXT[found.state]
        ],
        state_label=STATE_LABEL[found.state],
    )


@bp.get("/a/<alliance>/meetings/<int:meeting_id>/copy")
@requires(Permission.MANAGE_MEETING)
def copy_settings(alliance: str, meeting_id: int) -> str:
    """Show the form that copies a meeting; it stands under the alliance, which calls meetings."""
    found = meeting_in(alliance_by_slug(alliance).id, meeting_id)
    starts = to_local(found.starts_at, found.zone)
    form = CopyMeetingForm(data={"title": found.title, "starts_at": starts})
    return render_template("meetings/copy_settings.html", form=form, meeting=found)


@bp.post("/a/<alliance>/meetings/<int:meeting_id>/copy", endpoint="copy_meeting")
@requires(Permission.MANAGE_MEETING)
def copy(alliance: str, meeting_id: int) -> ResponseReturnValue:
    """Call a meeting with the details of another."""
    found = meeting_in(alliance_by_slug(alliance).id, meeting_id)
    zone = found.zone
    form = CopyMeetingForm()

    def act() -> None:
        starts = form.starts_at.data
        assert starts is not None  # noqa: S101 - `needed` has refused an empty one
        copy_meeting(
            actor(),
            meeting_id,
            slug=form.slug.data or "",
            title=form.title.data or "",
            starts_at=to_utc(starts, zone),
        )

    if not attempt(form, act):
        return render_template("meetings/copy_settings.html", form=form, meeting=found), 422
    say(N_("会议已复制，尚未发布。"))
    return redirect(url_for("meetings.edit_settings", meeting=form.slug.data), 303)
