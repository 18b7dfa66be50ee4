"""What the wall of the hall shows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventapp.agenda.queries import Item
from eventapp.ceremony.queries import (
    AgreementRow,
    PlaqueRow,
    UnveilingRow,
    agreements_of,
    plaques_of,
    unveilings_of,
)
from eventapp.ceremony.rules import AgreementState
from eventapp.core.db import db
from eventapp.hall.models import Wall
from eventapp.hall.queries.public import public_meeting
from eventapp.hall.queries.stage import Now, now_of
from eventapp.hall.rules import OnStage, Page, Screen, decide_page
from eventapp.meetings.models import Meeting
from eventapp.voting.queries import (
    BallotRow,
    OutcomeRow,
    open_ballots,
    outcomes_of,
    roll_call_behind,
)
from eventapp.voting.rules import BallotState, Rule

SHOWN_FOR = timedelta(minutes=3)
"""How long a declared result stays on a wall that follows the agenda, unless an item begins."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What is signed, handed over and unveiled in an item, in its order."""

    agreements: tuple[AgreementRow, ...] = ()
    plaques: tuple[PlaqueRow, ...] = ()
    unveilings: tuple[UnveilingRow, ...] = ()

    def __len__(self) -> int:
        """Count them; without any there is no ceremony."""
        return len(self.agreements) + len(self.plaques) + len(self.unveilings)


@dataclass(frozen=True, slots=True)
class Projection:
    """What the projector shows, and all that the page needs for it."""

    meeting: Meeting
    page: Page
    now: Now
    running: Item | None
    following: Item | None
    staged: Item | None
    """The item whose ceremony is shown."""
    acts: Acts
    ballot: BallotRow | None
    outcome: OutcomeRow | None
    roll_called_at: datetime | None
    """When the roll was called on which the presence of that ballot rests."""


def screen_of(meeting_id: int) -> Screen:
    """Tell what the stage manager wants on the wall."""
    wall = db.session.get(Wall, meeting_id)
    return wall.screen if wall else Screen.FOLLOW


def projection_of(slug: str, at: datetime) -> Projection:
    """Read what the projector shows now."""
    meeting = public_meeting(slug)
    now = now_of(meeting, at)
    running = next(iter(now.running), None)
    following = next(iter(now.ahead), None)
    ballot = next(iter(open_ballots(meeting.id)), None)
    last = _last_outcome(meeting.id)
    acts = acts_by_item(meeting.id)
    here = acts[running.id] if running else Acts()
    ahead = acts[following.id] if following else Acts()
    fresh = last is not None and _is_fresh(last, running, at)
    page = decide_page(
        screen_of(meeting.id),
        OnStage(
            running=running is not None,
            following=following is not None,
            acting=bool(here),
            acts_ahead=bool(ahead),
            ballot=ballot is not None,
            fresh_outcome=fresh,
            any_outcome=last is not None,
        ),
    )
    return Projection(
        meeting,
        page,
        now,
        running,
        following,
        running if here else following,
        here or ahead,
        ballot,
        last,
        _roll_called_at(meeting.id, page, ballot, last),
    )


def acts_by_item(meeting_id: int) -> defaultdict[int, Acts]:
    """Map each item to what may be shown of its ceremony."""
    agreements: defaultdict[int, list[AgreementRow]] = defaultdict(list)
    plaques: defaultdict[int, list[PlaqueRow]] = defaultdict(list)
    unveilings: defaultdict[int, list[UnveilingRow]] = defaultdict(list)
    for agreement in agreements_of(meeting_id):
        if may_be_shown(agreement):
            agreements[agreement.item_id].append(agreement)
    for plaque in plaques_of(meeting_id):
        plaques[plaque.item_id].append(plaque)
    for unveiling in unveilings_of(meeting_id):
        unveilings[unveiling.item_id].append(unveiling)
    found: defaultdict[int, Acts] = defaultdict(Acts)
    for key in {*agreements, *plaques, *unveilings}:
        found[key] = Acts(tuple(agreements[key]), tuple(plaques[key]), tuple(unveilings[key]))
    return found


def may_be_shown(agreement: AgreementRow) -> bool:
    """Tell whether an agreement may stand on the wall; what must stay secret is kept back here."""
    return agreement.state is not AgreementState.WITHDRAWN


def _last_outcome(meeting_id: int) -> OutcomeRow | None:
    declared = [
        (row.declared_at, row)
        for row in outcomes_of(meeting_id)
        if row.state == BallotState.DECLARED and row.declared_at
    ]
    return max(declared, key=lambda pair: pair[0])[1] if declared else None


def _is_fresh(outcome: OutcomeRow, running: Item | None, at: datetime) -> bool:
    """Tell whether a result was declared a moment ago, in the item that still runs."""
    since = at - SHOWN_FOR
    if running is not None and running.started_at is not None:
        since = max(since, running.started_at)
    return outcome.declared_at is not None and outcome.declared_at >= since


def _roll_called_at(
    meeting_id: int, page: Page, ballot: BallotRow | None, outcome: OutcomeRow | None
) -> datetime | None:
    rule: tuple[int, Rule] | None = None
    if page is Page.BALLOT and ballot:
        rule = ballot.id, ballot.rule
    elif page is Page.RESULT and outcome:
        rule = outcome.ballot_id, outcome.decision.rule
    found = roll_call_behind(meeting_id, *rule) if rule else None
    return found.at if found else None
