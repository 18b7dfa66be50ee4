"""The stage manager's page: what runs, who waits, one tap for each step, and a way back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda import service
from eventapp.agenda.forms import SkipItemForm, StepForm
from eventapp.agenda.queries import Item
from eventapp.agenda.rules import ITEM_STATE_LABEL, KIND_LABEL, ROLE_LABEL, WARNING
from eventapp.core import clock, feed
from eventapp.core.access import Permission
from eventapp.core.errors import N_
from eventapp.core.names import clean_name
from eventapp.hall.forms import ChooseScreenForm, SubstituteForm
from eventapp.hall.queries import known_people, screen_of, speaking_of, stage_of
from eventapp.hall.routes.blueprint import bp, figure, minutes_of
from eventapp.hall.rules import ARRIVAL_LABEL, SCREEN_LABEL, Screen, SpeakingTime
from eventapp.hall.service import choose_screen
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.filters import clock_time
from eventapp.web.forms import BaseForm, attempt
from eventapp.web.language import html_lang
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import workbook

HERE = "/m/<meeting>/desk/run"
ONE = f"{HERE}/<int:item_id>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Page = BaseResponse | str | tuple[str, int]
RUN = requires(Permission.RUN_AGENDA)
SPEAKING_HEADS = (N_("单位"), N_("环节数"), N_("发言时间"), N_("计划时间"), N_("其中与他人共用"))


@bp.get(HERE)
@RUN
def show_stage(meeting: str) -> str:
    """Show what runs, what comes next, who must wait, and the buttons that move the day on."""
    return _page(meeting_by_slug(meeting), BaseForm(formdata=None))


def _page(meeting: Meeting, form: BaseForm, asked: int = 0) -> str:
    """Draw the page; `asked` is the part whose form was refused, which keeps what was typed."""
    return render_template(
        "hall/show_stage.html",
        **_stage(meeting),
        form=form,
        asked=asked,
        etag=_tag(meeting),
        known=known_people(meeting.alliance_id),
    )


@bp.get(f"{HERE}/now")
@RUN
def show_stage_now(meeting: str) -> Response:
    """Give the page's living part anew when something changed, or a minute has passed."""
    found = meeting_by_slug(meeting)
    return conditional(
        _tag(found), lambda: render_template("hall/_stage.html", **_stage(found), form=None)
    )


def _tag(meeting: Meeting) -> str:
    minute = int(clock.now().timestamp()) // 60
    return f"{feed.version_of(meeting.scope_id)}-{minute}-{html_lang()}"


def _stage(meeting: Meeting) -> dict[str, Any]:
    at = clock.now()
    stage = stage_of(meeting, at)
    return {
        "meeting": meeting,
        "now": at,
        "stage": stage,
        "running": [(item, _left(at, item)) for item in stage.now.running],
        "late": minutes_of(stage.now.drift),
        "squeezed": _squeezed(stage.now.ahead, stage.now.expected),
        "warn": WARNING // timedelta(seconds=1),
        "screen": screen_of(meeting.id),
        "screens": SCREEN_LABEL,
        "arrivals": ARRIVAL_LABEL,
        "roles": ROLE_LABEL,
        "item_kinds": KIND_LABEL,
        "item_states": ITEM_STATE_LABEL,
    }


def _left(at: datetime, item: Item) -> int:
    """Tell the whole seconds until an item is due to end; negative when it is over."""
    return int((item.due_at - at).total_seconds())


def _squeezed(ahead: tuple[Item, ...], expected: Any) -> tuple[Item, int] | None:
    """Find the first fixed point that what comes before runs past, and by how many minutes."""
    for item in ahead:
        over = minutes_of(expected[item.id].overrun)
        if over:
            return item, over
    return None


@bp.post(f"{ONE}/start")
@RUN
def start_item(meeting: str, item_id: int) -> Page:
    """Begin an item now."""
    found = meeting_by_slug(meeting)
    return _step(found, BaseForm(), lambda: service.start_item(actor(), found.id, item_id))


@bp.post(f"{ONE}/finish")
@RUN
def finish_item(meeting: str, item_id: int) -> Page:
    """End an item now, and begin the next one when asked to."""
    found, form = meeting_by_slug(meeting), StepForm()
    act = service.advance if form.next.data else service.finish_item
    return _step(found, form, lambda: act(actor(), found.id, item_id))


@bp.post(f"{ONE}/skip")
@RUN
def skip_item(meeting: str, item_id: int) -> Page:
    """Leave an item out, with the reason."""
    found, form = meeting_by_slug(meeting), SkipItemForm()
    reason = form.reason.data or ""
    return _step(found, form, lambda: service.skip_item(actor(), found.id, item_id, reason))


@bp.post(f"{ONE}/undo")
@RUN
def undo_item(meeting: str, item_id: int) -> Page:
    """Take an item's last step back."""
    found = meeting_by_slug(meeting)
    return _step(found, BaseForm(), lambda: service.undo_item(actor(), found.id, item_id))


@bp.post(f"{ONE}/people/<int:part_id>")
@RUN
def substitute_person(meeting: str, item_id: int, part_id: int) -> Page:
    """Let somebody take another's part in an item."""
    found, form = meeting_by_slug(meeting), SubstituteForm()

    def change() -> None:
        typed = clean_name(form.name.data or "")
        person = known_people(found.alliance_id).get(typed)
        service.substitute_person(
            actor(),
            found.id,
            item_id,
            part_id,
            name=person.name if person else typed,
            title=form.title.data or (person.titles if person else ""),
            person_id=person.id if person else None,
            reason=form.reason.data or "",
        )

    return _step(found, form, change, asked=part_id)


@bp.post(f"{HERE}/screen")
@RUN
def set_screen(meeting: str) -> Page:
    """Put something on the wall, or let it follow the agenda again."""
    found, form = meeting_by_slug(meeting), ChooseScreenForm()
    return _step(
        found, form, lambda: choose_screen(actor(), found.id, Screen(form.screen.data or "follow"))
    )


def _step(meeting: Meeting, form: BaseForm, act: Callable[[], Any], *, asked: int = 0) -> Page:
    slug = meeting.slug
    if not attempt(form, act):
        return _page(meeting_by_slug(slug), form, asked), 422
    return redirect(url_for("hall.show_stage", meeting=slug), 303)


@bp.get(f"{HERE}/speaking")
@RUN
def show_speaking(meeting: str) -> str:
    """Show how long each unit has spoken."""
    found = meeting_by_slug(meeting)
    rows = speaking_of(found.id, clock.now())
    return render_template("hall/show_speaking.html", meeting=found, rows=rows, length=_length)


@bp.get(f"{HERE}/speaking.xlsx")
@RUN
def download_speaking(meeting: str) -> Response:
    """Give the same as a workbook."""
    found, at = meeting_by_slug(meeting), clock.now()
    title = gettext("发言时间")
    data = workbook(
        title,
        [gettext(head) for head in SPEAKING_HEADS],
        [_cells(row) for row in speaking_of(found.id, at)],
        widths=(36, 10, 14, 14, 14),
        above=(found.title, gettext("截至 %(at)s", at=clock_time(at, found.zone))),
    )
    return download(data, name=f"{found.title}{title}.xlsx", media_type=XLSX)


def _cells(row: SpeakingTime) -> tuple[str | int, ...]:
    return row.unit, row.items, _length(row.spoken), _length(row.planned), row.shared


def _length(length: timedelta) -> str:
    return figure(int(length.total_seconds()))
