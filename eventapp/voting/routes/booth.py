"""The booth: a representative reads the question, chooses, checks, and gets a receipt."""

import secrets

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.alliance.queries import entries_of
from eventapp.charter.queries import clauses_of
from eventapp.checkin.queries import units_inside
from eventapp.core.access import Permission
from eventapp.core.errors import N_, DomainError, Invalid, NotFound
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.voting.queries import (
    BoothBallot,
    Representative,
    ballot_in,
    booth_of,
    meeting_id_of,
    motion_in,
    receipt_in,
    representative_of,
)
from eventapp.voting.routes.blueprint import LABELS, bp
from eventapp.voting.rules import BallotState, Choice, Mode
from eventapp.voting.service import cast_vote as cast
from eventapp.web.doors import requires
from eventapp.web.errors import status_of, text_of
from eventapp.web.polling import conditional
from eventapp.web.session import actor

VOTE = requires(Permission.CAST_VOTE)
HERE = "/m/<meeting>/vote"
ONE = f"{HERE}/<int:ballot_id>"


def _page(name: str, meeting: Meeting, who: Representative, **more: object) -> str:
    return render_template(
        f"voting/{name}.html", meeting=meeting, who=who, Choice=Choice, Mode=Mode, **LABELS, **more
    )


def _come_in(slug: str) -> tuple[Meeting, Representative]:
    meeting = meeting_by_slug(slug)
    return meeting, representative_of(meeting.id, actor().subject_id)


@bp.get(HERE)
@VOTE
def show_booth(meeting: str) -> str:
    """Show what this unit can vote on now, or that nothing is open."""
    here, who = _come_in(meeting)
    waiting = who.organisation_id in units_inside(here.id).waiting
    return _page("show_booth", here, who, ballots=booth_of(here.id, who), waiting=waiting)


@bp.get(f"{HERE}/live")
@VOTE
def poll_booth(meeting: str) -> Response:
    """Tell a waiting page whether a ballot has been opened."""
    here, who = _come_in(meeting)
    ballots = booth_of(here.id, who)
    version = "-".join(str(row.ballot.id) for row in ballots) or "none"
    return conditional(version, lambda: _page("_waiting", here, who, ballots=ballots))


@bp.get(f"{ONE}/review")
@VOTE
def review_vote(meeting: str, ballot_id: int) -> str | tuple[str, int]:
    """Repeat what will be recorded, under a key that stands for this one decision."""
    here, who = _come_in(meeting)
    found = _open_ballot(booth_of(here.id, who), ballot_id)
    if found is None:
        return _refused(here, who, Invalid("ballot_closed", N_("表决已经结束。"))), 409
    try:
        choice = Choice(request.args.get("choice", ""))
    except ValueError:
        page = _page("show_booth", here, who, ballots=[found], unchosen=ballot_id)
        return page, 422
    key = secrets.token_urlsafe(16)
    return _page("review_vote", here, who, row=found, choice=choice, client_key=key)


@bp.post(ONE)
@VOTE
def cast_vote(meeting: str, ballot_id: int) -> BaseResponse | tuple[str, int]:
    """Record the vote and lead to its receipt; sent twice it is recorded once."""
    try:
        receipt = cast(
            actor(),
            meeting_id_of(meeting),
            ballot_id,
            choice=_choice(request.form.get("choice", "")),
            client_key=request.form.get("client_key", ""),
        )
    except DomainError as error:
        here, who = _come_in(meeting)
        return _refused(here, who, error), status_of(error)
    return redirect(url_for("voting.show_receipt", meeting=meeting, seq=receipt.seq), 303)


@bp.get(f"{HERE}/receipt/<int:seq>")
@VOTE
def show_receipt(meeting: str, seq: int) -> str:
    """Show what was recorded, when, and under which code."""
    here, who = _come_in(meeting)
    return _page("show_receipt", here, who, page=receipt_in(here.id, who.mandate_id, seq))


@bp.get(f"{HERE}/text/<int:ballot_id>")
@VOTE
def read_text(meeting: str, ballot_id: int) -> str:
    """Show the whole text that is put to the vote."""
    here, who = _come_in(meeting)
    ballot = ballot_in(here.id, ballot_id)
    if ballot.state is BallotState.DRAFT:
        raise NotFound("ballot_unknown", N_("没有找到这次表决。"))
    charter, listed = ballot.charter_edition_id, ballot.list_edition_id
    return _page(
        "read_text",
        here,
        who,
        ballot=ballot,
        motion=motion_in(here.id, ballot.motion_id),
        clauses=clauses_of(charter) if charter else [],
        entries=entries_of(listed) if listed else [],
    )


def _open_ballot(ballots: list[BoothBallot], ballot_id: int) -> BoothBallot | None:
    return next((row for row in ballots if row.ballot.id == ballot_id), None)


def _refused(meeting: Meeting, who: Representative, error: DomainError) -> str:
    return _page("cast_vote", meeting, who, problem=text_of(error))


def _choice(said: str) -> Choice:
    try:
        return Choice(said)
    except ValueError:
        raise Invalid("choice_missing", N_("请先选择赞成、反对或弃权。")) from None
