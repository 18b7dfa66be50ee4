"""The desk's pages of minutes: the draft beside its page, the steps, the release."""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core import clock, files
from eventapp.core.access import Permission
from eventapp.core.errors import N_, Conflict, Forbidden
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.minutes import service
from eventapp.minutes.document import Dress, dress_of, paper_of, render_paper
from eventapp.minutes.forms import (
    CheckMinutesForm,
    SignMinutesForm,
    SubmitMinutesForm,
    WordForm,
    draft_form,
    kept_values,
)
from eventapp.minutes.models import Minutes
from eventapp.minutes.queries import (
    EditionRow,
    content_of,
    editions_of,
    minutes_in,
    minutes_of,
    steps_of,
)
from eventapp.minutes.routes.blueprint import base_url, bp, heading
from eventapp.minutes.rules import (
    STATE_LABEL,
    STEP_LABEL,
    Content,
    State,
    Step,
    comments_ended,
)
from eventapp.web.doors import requires, scope
from eventapp.web.download import download
from eventapp.web.forms import BaseForm, attempt, say
from eventapp.web.session import actor

P = Permission
Page = str | tuple[str, int] | BaseResponse
MINUTES = "/m/<meeting>/desk/minutes/<int:minutes_id>"


@bp.get("/m/<meeting>/desk/minutes")
@requires(P.SEE_DESK)
def show_minutes(meeting: str) -> Page:
    """Show the minutes as they stand: to write, to check, to sign or to read."""
    found = meeting_by_slug(meeting)
    minutes = minutes_of(found.id)
    if minutes is None:
        return render_template("minutes/begin.html", **heading(found))
    return _page(found, minutes)


@bp.post("/m/<meeting>/desk/minutes")
@requires(P.DRAFT_MINUTES)
def start_minutes(meeting: str) -> Page:
    """Begin the minutes."""
    service.start_minutes(actor(), meeting_by_slug(meeting).id)
    say(N_("纪要已经开始起草，数据随会议记录更新。"))
    return _back(meeting)


@bp.post(f"{MINUTES}/draft")
@requires(P.DRAFT_MINUTES)
def save_draft(meeting: str, minutes_id: int) -> Page:
    """Keep what was written; two editors at once lose nothing."""
    found = meeting_by_slug(meeting)
    minutes = minutes_in(found.id, minutes_id)
    content = content_of(minutes)
    form = draft_form(minutes, content.facts.items)
    if not form.validate_on_submit():
        return _page(found, minutes, form=form), 422
    try:
        service.save_draft(
            actor(),
            found.id,
            minutes_id,
            version=form.version.data,
            title=form.title.data,
            prose=form.prose(),
            byline=form.byline(),
        )
    except Conflict as error:
        if error.code != "minutes_changed":
            raise
        form.refuse(error)
        return _page(found, minutes_in(found.id, minutes_id), form=form, clash=True), 409
    say(N_("草稿已保存。"))
    return _back(meeting)


@bp.post(f"{MINUTES}/submit")
@requires(P.DRAFT_MINUTES)
def submit_minutes(meeting: str, minutes_id: int) -> Page:
    """Hand the draft over to be checked."""
    form = SubmitMinutesForm()
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.submit_minutes(
            actor(), key, minutes_id, version=form.version.data or 0
        ),
        N_("已提交核稿。"),
    )


@bp.post(f"{MINUTES}/check")
@requires(P.CHECK_MINUTES)
def check_minutes(meeting: str, minutes_id: int) -> Page:
    """Vouch that the text agrees with the records."""
    form = CheckMinutesForm()
    skip = (form.word.data or "") if request.form.get("skip") else None
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.check_minutes(
            actor(), key, minutes_id, seen=form.seen.data or "", skip=skip
        ),
        N_("核稿通过。"),
    )


@bp.post(f"{MINUTES}/comment")
@requires(P.SEE_DESK)
def comment_minutes(meeting: str, minutes_id: int) -> Page:
    """Add a comment."""
    form = WordForm()
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.comment_minutes(actor(), key, minutes_id, word=form.word.data or ""),
        N_("意见已记下。"),
    )


@bp.post(f"{MINUTES}/end-comments")
@requires(P.CHECK_MINUTES)
def end_comments(meeting: str, minutes_id: int) -> Page:
    """Close the round of comments."""
    form = WordForm()
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.end_comments(actor(), key, minutes_id, word=form.word.data or ""),
        N_("征求意见已结束，可以签发。"),
    )


@bp.post(f"{MINUTES}/sign")
@requires(P.SIGN_MINUTES)
def sign_minutes(meeting: str, minutes_id: int) -> Page:
    """Sign the minutes; their content is frozen."""
    form = SignMinutesForm()
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.sign_minutes(actor(), key, minutes_id, seen=form.seen.data or ""),
        N_("已签发，内容已经冻结。"),
    )


@bp.post(f"{MINUTES}/return")
@requires(P.SEE_DESK)
def send_back(meeting: str, minutes_id: int) -> Page:
    """Send the minutes back with a word."""
    _ensure_any(P.CHECK_MINUTES, P.SIGN_MINUTES)
    form = WordForm()
    return _take(
        meeting,
        minutes_id,
        form,
        lambda key: service.send_back(actor(), key, minutes_id, word=form.word.data or ""),
        N_("已退回起草。"),
    )


@bp.post(f"{MINUTES}/release")
@requires(P.SEE_DESK)
def release_minutes(meeting: str, minutes_id: int) -> Page:
    """Release the signed minutes to the press room."""
    _ensure_any(P.DRAFT_MINUTES, P.SIGN_MINUTES)
    return _take(
        meeting,
        minutes_id,
        BaseForm(),
        lambda key: service.release_minutes(actor(), key, minutes_id),
        N_("已发布，媒体现在可以看到。"),
    )


@bp.get(f"{MINUTES}/preview.pdf")
@requires(P.SEE_DESK)
def show_preview(meeting: str, minutes_id: int) -> Response:
    """Show the minutes on paper: the draft marked as one, or the released copy for the files."""
    found = meeting_by_slug(meeting)
    minutes = minutes_in(found.id, minutes_id)
    name = f"{minutes.title}.pdf"
    for edition in editions_of(found.id):
        if edition.minutes_id == minutes_id and edition.internal_digest:
            data = files.read(edition.internal_digest)
            return download(data, name=name, media_type=service.PDF, inline=True)
    press = request.args.get("copy") == "press"
    data = render_paper(content_of(minutes), _draft_dress(press=press))
    return download(data, name=f"稿-{name}", media_type=service.PDF, inline=True)


def _draft_dress(*, press: bool) -> Dress:
    return Dress(press, "稿", clock.now(), draft=True)


def _take(slug: str, minutes_id: int, form: BaseForm, act: Callable[[int], Any], done: str) -> Page:
    """Do a step; where it is refused, show the page again with the reason and what was typed."""
    found = meeting_by_slug(slug)
    minutes_in(found.id, minutes_id)
    if attempt(form, lambda: act(found.id)):
        say(done)
        return _back(slug)
    return _page(found, minutes_in(found.id, minutes_id), step=form), 422


def _ensure_any(*permissions: Permission) -> None:
    ids = scope().ids
    if not any(actor().may(permission, ids) for permission in permissions):
        raise Forbidden("forbidden", N_("您的身份不能进行这一操作。"))


def _back(slug: str) -> BaseResponse:
    return redirect(url_for("minutes.show_minutes", meeting=slug), 303)


def _page(
    meeting: Meeting,
    minutes: Minutes,
    *,
    form: Any = None,
    step: BaseForm | None = None,
    clash: bool = False,
) -> str:
    content = content_of(minutes)
    steps, editions = steps_of(minutes.id), editions_of(meeting.id)
    digest = service.content_digest(content)
    checked = next((row.digest for row in reversed(steps) if row.step is Step.CHECK), digest)
    if form is None and minutes.state is State.DRAFTING:
        form = draft_form(minutes, content.facts.items, stored=True)
    return render_template(
        "minutes/show_minutes.html",
        **heading(meeting),
        minutes=minutes,
        state=minutes.state.value,
        state_label=STATE_LABEL[minutes.state],
        paper=paper_of(content, _dress_of(minutes, editions)),
        form=form,
        others=_others(minutes, form) if clash else {},
        step_form=step,
        steps=steps,
        step_label=STEP_LABEL,
        ended=comments_ended(row.step for row in steps),
        digest=digest,
        changed=minutes.state is State.COMMENTS and checked != digest,
        missing=_missing(content),
        editions=editions,
    )


def _dress_of(minutes: Minutes, editions: list[EditionRow]) -> Dress:
    """Tell what the page beside the draft wears: once released, its number and date."""
    for edition in editions:
        if edition.minutes_id == minutes.id:
            return dress_of(edition, base_url(), press=False)
    return _draft_dress(press=False)


def _others(minutes: Minutes, form: Any) -> dict[str, str]:
    """Take the kept text of every field that differs, and let the next saving follow it."""
    kept = kept_values(minutes)
    form.version.data = minutes.version
    form.version.raw_data = None
    return {
        field.name: kept.get(field.name) or gettext("（空）")
        for field in form
        if field.name not in {"version", "csrf_token"}
        and (field.data or "") != (kept.get(field.name) or "")
    }


def _missing(content: Content) -> list[str]:
    """Tell a drafter what the records do not say yet."""
    about = content.facts.overview
    gaps = [
        (about.as_planned, N_("还没有环节的实际起止时间，概况里是会议通知上的时间。")),
        (not about.venue, N_("会议地点没有登记。")),
        (not about.host, N_("主持人没有登记。")),
        (not about.units_present, N_("还没有单位签到。")),
    ]
    return [sentence for lacks, sentence in gaps if lacks]
