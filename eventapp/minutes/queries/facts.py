"""The composer: what happened at a meeting, asked of every feature that recorded some of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from eventapp.agenda.queries import Item as AgendaRow
from eventapp.agenda.queries import PersonChangeRow, items_of, person_changes_of
from eventapp.alliance.queries import Member, alliance_of, members_of
from eventapp.ceremony.queries import acts_of, agreements_of
from eventapp.ceremony.rules import ActKind, ActState, AgreementState
from eventapp.checkin.queries import came_in
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.rules import Kind as MeetingKind
from eventapp.minutes.rules import (
    Cast,
    Facts,
    Group,
    Item,
    Named,
    Overview,
    Party,
    Presence,
    Signing,
    SolemnAct,
    StandIn,
    Substitution,
    Unit,
    Vote,
    number_text,
)
from eventapp.registration.queries import Row as Attendee
from eventapp.registration.queries import delegations_of, leaves_of, mandates_of, registrations_of
from eventapp.registration.rules import Category
from eventapp.registration.rules import State as RegistrationState
from eventapp.voting.queries import OutcomeRow, outcomes_of, roll_call_behind, votes_of
from eventapp.voting.rules import CHOICE_LABELS, MODE_LABELS, RESULT_LABELS, BallotState, Mode

COUNTED = frozenset({Category.LEADER, Category.GUEST, Category.DELEGATE, Category.OBSERVER})
"""Who attends the meeting; the press and the staff are there for other work."""

ROLE_WORD = {
    "host": "主持人",
    "speaker": "发言人",
    "reporter": "报告人",
    "presenter": "授牌人",
    "unveiler": "揭牌人",
    "launcher": "启动人",
    "witness": "见证人",
    "signatory": "签署人",
    "recipient": "领牌人",
    "guest": "嘉宾",
}
"""Parts in an item as the paper calls them; one that is not here stands as it was entered."""


def facts_of(meeting_id: int) -> Facts:
    """Read all that the minutes of a meeting state as fact: nothing of it is typed.

    A dozen statements, and one more for each ballot by name.
    """
    meeting = meeting_of(meeting_id)
    items = items_of(meeting_id)
    changes = person_changes_of(meeting_id)
    came = came_in(meeting_id)
    registered = [row for row in registrations_of(meeting_id) if row.category in COUNTED]
    arrivals = [row for row in registered if row.id in came]
    approved = sum(row.state is RegistrationState.APPROVED for row in registered)
    units = _units(meeting, arrivals)
    expected = {unit.id for unit in units}
    acts = _acts(meeting_id)
    present = [row for row in arrivals if row.category is not Category.OBSERVER]
    observers = [row for row in arrivals if row.category is Category.OBSERVER]
    return Facts(
        overview=_overview(meeting, items, units, approved, len(arrivals)),
        items=tuple(
            _item(item, [row for row in changes if row.item_id == item.id]) for item in items
        ),
        units=units,
        others=_groups(row for row in present if row.organisation_id not in expected),
        observers=_groups(observers),
        votes=tuple(
            _vote(meeting_id, row)
            for row in outcomes_of(meeting_id)
            if row.state is BallotState.DECLARED
        ),
        signings=_signings(meeting_id),
        plaques=acts[ActKind.PLAQUE],
        unveilings=acts[ActKind.UNVEILING],
        appointments=acts[ActKind.APPOINTMENT],
        launches=acts[ActKind.LAUNCH],
    )


def _overview(
    meeting: Meeting,
    items: Sequence[AgendaRow],
    units: Sequence[Unit],
    approved: int,
    arrived: int,
) -> Overview:
    alliance = alliance_of(meeting.alliance_id)
    began = [item.started_at for item in items if item.started_at]
    ended = [item.ended_at for item in items if item.ended_at]
    return Overview(
        alliance=alliance.name,
        issuer=alliance.short_name or alliance.name,
        meeting=meeting.title,
        kind=meeting.kind.value,
        zone=meeting.zone,
        began_at=_instant(min(began, default=meeting.starts_at)),
        ended_at=_instant(max(ended, default=meeting.ends_at)),
        as_planned=not (began and ended),
        venue=meeting.venue,
        host=meeting.host_name,
        units_entitled=len(units),
        units_present=sum(unit.presence is Presence.PRESENT for unit in units),
        people_entitled=approved,
        people_present=arrived,
    )


def _instant(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _item(item: AgendaRow, changes: Sequence[PersonChangeRow]) -> Item:
    return Item(
        id=item.id,
        number=str(item.number),
        kind=item.kind.value,
        title=item.title,
        state=item.state.value,
        reason=item.reason,
        planned_at=_instant(item.starts_at),
        began_at=_instant(item.started_at),
        ended_at=_instant(item.ended_at),
        people=tuple(
            Named(ROLE_WORD.get(person.role, person.role), person.name, person.title)
            for person in item.people
        ),
        stand_ins=tuple(
            StandIn(
                ROLE_WORD.get(row.role, row.role),
                f"{row.left_title} {row.left_name}".strip(),
                f"{row.came_title} {row.came_name}".strip(),
                row.reason,
                _instant(row.at),
            )
            for row in changes
        ),
    )


def _expected(meeting: Meeting) -> list[Member]:
    """Tell which units were to come: those invited, else a council's seats, else all members."""
    members = members_of(meeting.alliance_id)
    invited = {row.organisation_id for row in delegations_of(meeting.id)}
    if invited:
        return [member for member in members if member.organisation_id in invited]
    if meeting.kind is MeetingKind.COUNCIL:
        return [member for member in members if member.votes_in_council]
    return members


def _units(meeting: Meeting, arrivals: Sequence[Attendee]) -> tuple[Unit, ...]:
    arrived = {row.id for row in arrivals}
    by_proxy = {
        mandate.organisation_id
        for mandate in mandates_of(meeting.id)
        if mandate.proxy and mandate.registration_id in arrived
    }
    excused = {row.organisation_id for row in leaves_of(meeting.id) if row.person_id is None}
    people: dict[int | None, list[str]] = defaultdict(list)
    for row in arrivals:
        if row.category is not Category.OBSERVER:
            people[row.organisation_id].append(row.name)
    return tuple(
        _unit(
            member,
            tuple(people.get(member.organisation_id, ())),
            by_proxy=member.organisation_id in by_proxy,
            excused=member.organisation_id in excused,
        )
        for member in _expected(meeting)
    )


def _unit(member: Member, people: tuple[str, ...], *, by_proxy: bool, excused: bool) -> Unit:
    """A unit came if somebody of it is inside or holds the floor for it; then a leave is past."""
    if people or by_proxy:
        presence = Presence.PRESENT
    else:
        presence = Presence.LEAVE if excused else Presence.ABSENT
    proxy_only = by_proxy and not people
    named = tuple(name for name in people if name)  # who was erased came, and stays unnamed
    return Unit(member.organisation_id, member.name, presence, proxy_only, named)


def _groups(rows: Iterable[Attendee]) -> tuple[Group, ...]:
    by_unit: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.name:  # who was erased is counted, and not named
            by_unit[row.organisation or ""].append(row.name)
    return tuple(Group(unit, tuple(names)) for unit, names in by_unit.items())


def _vote(meeting_id: int, row: OutcomeRow) -> Vote:
    roll_call = roll_call_behind(meeting_id, row.ballot_id, row.decision.rule)
    year, number = row.resolution_year, row.resolution_number
    return Vote(
        ballot_id=row.ballot_id,
        number=str(row.motion_number),
        title=row.motion_title,
        mode=MODE_LABELS[row.mode],
        rule=row.rule_sentence.render(),
        entitled=row.entitled,
        present=row.present,
        yes=row.yes,
        no=row.no,
        abstain=row.abstain,
        needed=row.needed,
        result=RESULT_LABELS[row.result],
        sentence=row.sentence.render(),
        resolution=number_text(year, number) if year and number else "",
        text_code=row.text_code,
        record_code=row.record_code,
        declared_at=_instant(row.declared_at),
        declared_by=row.declared_by_name,
        casts=_casts(row) if row.mode is Mode.NAMED else (),
        roll_called_at=_instant(roll_call.at) if roll_call else "",
    )


def _casts(row: OutcomeRow) -> tuple[Cast, ...]:
    return tuple(
        Cast(organisation_id, name, CHOICE_LABELS[choice])
        for organisation_id, name, choice in votes_of(row.ballot_id)
    )


def _signings(meeting_id: int) -> tuple[Signing, ...]:
    return tuple(
        Signing(
            agreement.item_id,
            agreement.title,
            _instant(agreement.signed_at),
            tuple(
                Party(party.role, party.name, party.signatory_name, party.signatory_title)
                for party in agreement.parties
            ),
            secret=agreement.secret,
            witnesses=tuple(one.name for one in agreement.witnesses),
            substitutions=tuple(
                Substitution(one.unit, one.gone_name, one.come_name) for one in agreement.changes
            ),
        )
        for agreement in agreements_of(meeting_id)
        if agreement.state is AgreementState.SIGNED
    )


def _acts(meeting_id: int) -> dict[ActKind, tuple[SolemnAct, ...]]:
    done = [act for act in acts_of(meeting_id) if act.state is ActState.DONE]
    return {
        kind: tuple(
            SolemnAct(
                act.item_id, act.title, act.received_by, act.presented_by, _instant(act.done_at)
            )
            for act in done
            if act.kind is kind
        )
        for kind in ActKind
    }
