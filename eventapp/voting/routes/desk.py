"""The desk: prepare a ballot, open it, watch it, close it, and read out what it decided."""

import json
from collections.abc import Callable
from typing import Any

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from eventapp.agenda.queries import items_of, was_deliberated
from eventapp.alliance.queries import lists_of
from eventapp.charter.queries import editions_of
from eventapp.core.access import Permission
from eventapp.core.db import transaction
from eventapp.core.errors import N_, Conflict, DomainError
from eventapp.core.feed import version_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_by_slug
from eventapp.voting.document import votes_sheet
from eventapp.voting.forms import (
    AskAnnulmentForm,
    EnterCountForm,
    OpenBallotForm,
    PrepareBallotForm,
)
from eventapp.voting.queries import (
    BallotRow,
    ballot_in,
    ballots_of,
    hand_count_of,
    late_for,
    outcome_of,
    outcomes_of,
    record_of,
    roll_call_behind,
    units_of,
    votes_of,
)
from eventapp.voting.routes.blueprint import bp, heading
from eventapp.voting.rules import PRESETS, BallotState, Mode, rule_in_words
from eventapp.voting.service import (
    annul_ballot as annul,
)
from eventapp.voting.service import (
    ask_annulment as ask,
)
from eventapp.voting.service import (
    close_ballot as close,
)
from eventapp.voting.service import (
    confirm_hands,
    create_motion,
    enter_hands,
)
from eventapp.voting.service import (
    declare_outcome as declare,
)
from eventapp.voting.service import (
    discard_ballot as discard,
)
from eventapp.voting.service import (
    open_ballot as begin,
)
from eventapp.voting.service import (
    prepare_ballot as prepare,
)
from eventapp.voting.service import (
    recount_presence as recount,
)
from eventapp.web.doors import requires
from eventapp.web.download import download
from eventapp.web.errors import status_of, text_of
from eventapp.web.forms import attempt, say
from eventapp.web.polling import conditional
from eventapp.web.session import actor
from eventapp.web.sheets import XLSX

SEE = requires(Permission.SEE_DESK)
MANAGE = requires(Permission.MANAGE_BALLOTS)
RUN = requires(Permission.RUN_BALLOTS)
COUNT = requires(Permission.COUNT_HANDS)
DECLARE = requires(Permission.DECLARE_OUTCOME)
HERE = "/m/<meeting>/desk/ballots"
ONE = f"{HERE}/<int:ballot_id>"
Answer = BaseResponse | tuple[str, int]


@bp.get(HERE)
@SEE
def show_ballots(meeting: str) -> str:
    """List the motions of the meeting and how far each has come."""
    here = meeting_by_slug(meeting)
    outcomes = {row.ballot_id: row for row in outcomes_of(here.id)}
    return render_template(
        "voting/show_ballots.html", ballots=ballots_of(here.id), outcomes=outcomes, **heading(here)
    )


@bp.get(f"{HERE}/new")
@MANAGE
def new_ballot(meeting: str) -> str:
    """Show the form for a question and how it is voted on."""
    here = meeting_by_slug(meeting)
    return _form_page(here, _offered(here))


@bp.post(f"{HERE}/new")
@MANAGE
def prepare_ballot(meeting: str) -> Answer:
    """Put a question and prepare its ballot, both or neither."""
    here = meeting_by_slug(meeting)
    meeting_id, form = here.id, _offered(here)
    made: list[int] = []

    def act() -> None:
        with transaction():
            motion = create_motion(actor(), meeting_id, **form.motion())
            ballot = prepare(actor(), meeting_id, motion_id=motion.id, **form.ballot())
            made.append(ballot.id)

    if not attempt(form, act):
        return _form_page(meeting_by_slug(meeting), form), 422
    say(N_("已准备好，可以随时开始表决。"))
    return _back(meeting, made[0])


@bp.post(f"{ONE}/repeat")
@MANAGE
def repeat_ballot(meeting: str, ballot_id: int) -> Answer:
    """Prepare an annulled ballot once more, the same in everything."""
    here = meeting_by_slug(meeting)
    old = ballot_in(here.id, ballot_id)
    new = prepare(
        actor(),
        here.id,
        motion_id=old.motion_id,
        mode=old.mode,
        rule=old.rule,
        source=old.source,
        list_edition_id=old.source_list_id,
        organisation_ids=old.source_units,
        repeats_id=ballot_id,
    )
    say(N_("已准备重新表决。"))
    return _back(meeting, new.id)


@bp.get(ONE)
@SEE
def show_ballot(meeting: str, ballot_id: int) -> str:
    """Show one ballot: what is needed, who has voted, what it decided."""
    return _ballot_page(meeting_by_slug(meeting), ballot_id)


@bp.get(f"{ONE}/live")
@SEE
def poll_ballot(meeting: str, ballot_id: int) -> Response:
    """Give the turnout again when it has moved; never what was said."""
    here = meeting_by_slug(meeting)
    version = f"{ballot_id}-{version_of(here.scope_id)}"

    def page() -> str:
        row = ballot_in(here.id, ballot_id)
        units = units_of(ballot_id)
        return render_template(
            "voting/_turnout.html",
            ballot=row,
            units=units,
            roll_call=roll_call_behind(here.id, ballot_id, row.rule),
            **heading(here),
        )

    return conditional(version, page)


@bp.post(f"{ONE}/discard")
@MANAGE
def discard_ballot(meeting: str, ballot_id: int) -> Answer:
    """Take a ballot that was never opened off the list."""
    discard(actor(), meeting_by_slug(meeting).id, ballot_id)
    say(N_("已删除这次未开始的表决。"))
    return redirect(url_for("voting.show_ballots", meeting=meeting), 303)


@bp.post(f"{ONE}/open")
@RUN
def open_ballot(meeting: str, ballot_id: int) -> Answer:
    """Begin to take votes."""
    reason = OpenBallotForm().override_reason.data or ""
    return _act(
        meeting,
        ballot_id,
        lambda here: begin(actor(), here, ballot_id, override_reason=reason),
        N_("表决已经开始。"),
    )


@bp.post(f"{ONE}/recount")
@RUN
def recount_presence(meeting: str, ballot_id: int) -> Answer:
    """Count presence again."""
    return _act(
        meeting, ballot_id, lambda here: recount(actor(), here, ballot_id), N_("已重新清点人数。")
    )


@bp.post(f"{ONE}/count")
@COUNT
def enter_count(meeting: str, ballot_id: int) -> Answer:
    """Write down hands or papers."""
    here = meeting_by_slug(meeting)
    meeting_id, form = here.id, EnterCountForm()
    entered = attempt(form, lambda: enter_hands(actor(), meeting_id, ballot_id, **form.counted()))
    if not entered:
        return _ballot_page(meeting_by_slug(meeting), ballot_id, count_form=form), 422
    say(N_("已录入，请另一位计票人核对确认。"))
    return _back(meeting, ballot_id)


@bp.post(f"{ONE}/confirm")
@COUNT
def confirm_count(meeting: str, ballot_id: int) -> Answer:
    """Confirm what another teller counted."""
    return _act(
        meeting,
        ballot_id,
        lambda here: confirm_hands(actor(), here, ballot_id),
        N_("计票结果已经确认。"),
    )


@bp.post(f"{ONE}/close")
@RUN
def close_ballot(meeting: str, ballot_id: int) -> Answer:
    """Stop taking votes and do the sum."""
    return _act(
        meeting, ballot_id, lambda here: close(actor(), here, ballot_id), N_("表决已经结束。")
    )


@bp.post(f"{ONE}/declare")
@DECLARE
def declare_outcome(meeting: str, ballot_id: int) -> Answer:
    """Read the outcome out; it holds from now on."""
    return _act(
        meeting, ballot_id, lambda here: declare(actor(), here, ballot_id), N_("结果已经宣布。")
    )


@bp.post(f"{ONE}/annul")
@RUN
def ask_annulment(meeting: str, ballot_id: int) -> Answer:
    """Ask for a second person to annul a ballot."""
    here = meeting_by_slug(meeting)
    meeting_id, form = here.id, AskAnnulmentForm()
    asked = attempt(
        form, lambda: ask(actor(), meeting_id, ballot_id, reason=form.reason.data or "")
    )
    if not asked:
        return _ballot_page(meeting_by_slug(meeting), ballot_id, annul_form=form), 422
    say(N_("已提出作废，须由另一人确认。"))
    return _back(meeting, ballot_id)


@bp.post(f"{ONE}/annul/confirm")
@RUN
def annul_ballot(meeting: str, ballot_id: int) -> Answer:
    """Annul a ballot as the second person."""
    return _act(
        meeting, ballot_id, lambda here: annul(actor(), here, ballot_id), N_("这次表决已经作废。")
    )


@bp.get(f"{ONE}/votes.xlsx")
@SEE
def export_votes(meeting: str, ballot_id: int) -> Response:
    """Hand out what each unit said, once the ballot is closed."""
    here = meeting_by_slug(meeting)
    ballot, outcome = ballot_in(here.id, ballot_id), outcome_of(here.id, ballot_id)
    if outcome is None:
        raise Conflict("ballot_open", N_("表决还没有结束，结束前不公布票数。"))
    said = {unit: choice for unit, _name, choice in votes_of(ballot_id)}
    sheet = votes_sheet(ballot, outcome, units_of(ballot_id), said)
    name = f"{here.slug}-{ballot.motion_number}-{ballot_id}.xlsx"
    return download(sheet, name=name, media_type=XLSX)


@bp.get(f"{ONE}/record.json")
@SEE
def show_record(meeting: str, ballot_id: int) -> Response:
    """Hand out all that is needed to do the sum again, once the ballot is closed."""
    here = meeting_by_slug(meeting)
    if outcome_of(here.id, ballot_id) is None:
        raise Conflict("ballot_open", N_("表决还没有结束，结束前不公布票数。"))
    record = json.dumps(record_of(here.id, ballot_id), ensure_ascii=False, indent=1)
    name = f"{here.slug}-ballot-{ballot_id}.json"
    return download(record.encode(), name=name, media_type="application/json")


def _act(meeting: str, ballot_id: int, act: Callable[[int], Any], done: str) -> Answer:
    """Run a verb; where it is refused, show the ballot with the reason on top."""
    try:
        act(meeting_by_slug(meeting).id)
    except DomainError as error:
        page = _ballot_page(meeting_by_slug(meeting), ballot_id, problem=text_of(error))
        return page, status_of(error)
    say(done)
    return _back(meeting, ballot_id)


def _back(meeting: str, ballot_id: int) -> BaseResponse:
    return redirect(url_for("voting.show_ballot", meeting=meeting, ballot_id=ballot_id), 303)


def _offered(meeting: Meeting) -> PrepareBallotForm:
    form = PrepareBallotForm()
    form.offer(
        editions_of(meeting.alliance_id), lists_of(meeting.alliance_id), items_of(meeting.id)
    )
    return form


def _form_page(meeting: Meeting, form: PrepareBallotForm) -> str:
    rules = [(row.title, rule_in_words(row.rule)) for row in PRESETS.values()]
    return render_template("voting/new_ballot.html", form=form, rules=rules, **heading(meeting))


def _ballot_page(meeting: Meeting, ballot_id: int, **more: Any) -> str:
    row = ballot_in(meeting.id, ballot_id)
    outcome = outcome_of(meeting.id, ballot_id)
    said = {unit: choice for unit, _, choice in votes_of(ballot_id)} if outcome else {}
    context: dict[str, Any] = {
        "count_form": EnterCountForm(formdata=None),
        "annul_form": AskAnnulmentForm(formdata=None),
        "open_form": OpenBallotForm(formdata=None),
        "problem": "",
        **more,
    }
    return render_template(
        "voting/show_ballot.html",
        ballot=row,
        units=units_of(ballot_id),
        outcome=outcome,
        said=said,
        count=hand_count_of(ballot_id),
        late=late_for(meeting.scope_id, ballot_id),
        deliberated=_deliberated(meeting.id, row),
        by_hand=row.mode is not Mode.NAMED,
        roll_call=roll_call_behind(meeting.id, ballot_id, row.rule),
        editable=row.state is BallotState.DRAFT,
        **context,
        **heading(meeting),
    )


def _deliberated(meeting_id: int, row: BallotRow) -> bool:
    return row.item_id is not None and was_deliberated(meeting_id, row.item_id)
