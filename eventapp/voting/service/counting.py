"""Hands and papers: counted by one person, confirmed by another."""

from eventapp.core.access import Actor, ActorKind
from eventapp.core.db import db, transaction
from eventapp.core.errors import N_, Conflict, Forbidden
from eventapp.voting.models import Ballot, HandCount
from eventapp.voting.queries import counts_of_presence, electorate_units
from eventapp.voting.rules import (
    Choice,
    Counts,
    Mode,
    PaperCount,
    Rule,
    count_given,
    ensure_may_cast,
    ensure_papers_match,
)
from eventapp.voting.service.motions import hold_ballot
from eventapp.voting.service.opening import hold_votes, note


def enter_hands(
    actor: Actor,
    meeting_id: int,
    ballot_id: int,
    *,
    yes: int,
    no: int,
    abstain: int,
    papers: PaperCount | None = None,
) -> HandCount:
    """Write down what a teller counted; entering again replaces it and asks for a new yes.

    `papers` belong to a paper ballot. Raises Invalid for more votes than units present.
    """
    user_id = _user(actor)
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        _ensure_counted_by_people(ballot, papers)
        said = {Choice.YES: yes, Choice.NO: no, Choice.ABSTAIN: abstain}
        counts = _counts(ballot, said)
        if papers is not None:
            ensure_papers_match(papers, counts)
        count = session.get(HandCount, ballot_id) or HandCount(ballot_id=ballot_id)
        count.yes, count.no, count.abstain = yes, no, abstain
        count.issued = papers and papers.issued
        count.returned = papers and papers.returned
        count.invalid = papers and papers.invalid
        count.counted_by, count.confirmed_by = user_id, None
        session.add(count)
        note(actor, meeting, ballot, "hands", _facts(count))
    return count


def confirm_hands(actor: Actor, meeting_id: int, ballot_id: int) -> HandCount:
    """Confirm what another teller counted."""
    user_id = _user(actor)
    with transaction() as session:
        meeting = hold_votes(meeting_id)
        ballot = hold_ballot(meeting_id, ballot_id)
        ensure_may_cast(ballot.state)
        count = session.get(HandCount, ballot_id, populate_existing=True)
        if count is None:
            raise Conflict("not_counted", N_("还没有录入计票结果。"))
        if count.counted_by == user_id:
            raise Forbidden("second_person_missing", N_("计票结果须由另一人核对确认。"))
        count.confirmed_by = user_id
        note(actor, meeting, ballot, "confirmed", _facts(count))
    return count


def confirmed_count(ballot: Ballot) -> tuple[dict[Choice, int], PaperCount | None]:
    """Give a count that two persons stand for; raises Conflict while there is none."""
    count = db.session.get(HandCount, ballot.id, populate_existing=True)
    if count is None or count.confirmed_by is None:
        raise Conflict("count_not_confirmed", N_("计票结果尚未经另一人确认，不能结束表决。"))
    said = {Choice.YES: count.yes, Choice.NO: count.no, Choice.ABSTAIN: count.abstain}
    return said, _papers(count)


def _counts(ballot: Ballot, said: dict[Choice, int]) -> Counts:
    assert ballot.electorate_id is not None  # noqa: S101 - frozen at opening
    units = electorate_units(ballot.electorate_id)
    counted = counts_of_presence([ballot.id])[ballot.id, ballot.counted]
    return count_given(Rule.from_record(ballot.rule), units, counted, said)


def _ensure_counted_by_people(ballot: Ballot, papers: PaperCount | None) -> None:
    ensure_may_cast(ballot.state)
    if ballot.mode not in (Mode.SHOW_OF_HANDS, Mode.PAPER):
        raise Conflict("not_by_hand", N_("这次表决由系统计票。"))
    if (ballot.mode is Mode.PAPER) != (papers is not None):
        raise Conflict("papers_missing", N_("纸质表决须填写发出、收回和无效的票数。"))


def _papers(count: HandCount) -> PaperCount | None:
    if count.issued is None or count.returned is None:
        return None
    return PaperCount(count.issued, count.returned, count.invalid or 0)


def _facts(count: HandCount) -> dict[str, object]:
    papers = _papers(count)
    return {
        "yes": count.yes,
        "no": count.no,
        "abstain": count.abstain,
        "paper": papers and papers.to_record(),
    }


def _user(actor: Actor) -> int:
    if actor.kind is not ActorKind.USER:
        raise Forbidden("user_needed", N_("计票须由登录的计票人办理。"))
    return actor.id
