"""A meeting that can vote: units seated, represented and inside. Call inside an app context."""

from dataclasses import dataclass, field
from itertools import count

from eventapp.accounts.models import User
from eventapp.agenda.rules import Kind
from eventapp.agenda.service import add_item, start_item
from eventapp.alliance.models import Alliance
from eventapp.alliance.queries import list_edition_in, lists_of, seats_of
from eventapp.alliance.service import create_list, seat_council, set_entries, table_list
from eventapp.charter.queries import editions_of
from eventapp.charter.service import create_charter, import_text, table_edition
from eventapp.checkin.rules import Direction
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Actor, ActorKind, Grant, Role
from eventapp.core.db import db, transaction
from eventapp.registration.models import Mandate
from eventapp.voting.models import Ballot
from eventapp.voting.queries import Receipt
from eventapp.voting.rules import (
    PRESETS,
    Choice,
    ElectorateSource,
    Mode,
    MotionKind,
    Rule,
)
from eventapp.voting.service import cast_vote, create_motion, open_ballot, prepare_ballot
from tests.factories import actor_of, make_user
from tests.factories_alliance import make_alliance
from tests.factories_alliance import make_unit as make_member
from tests.factories_checkin import Door, make_door, make_person, make_registration, pass_text, scan

TEXT = """第一章　总则
第一条　为办好示范联合体，制定本章程。
第二条　联合体的宗旨是共同培养人才。
第二章　理事会
第三条　理事会由下列单位组成：
（一）牵头单位；
（二）理事单位。
"""
_keys = count(1)


@dataclass
class Assembly:
    """Units 0..n-1 with one representative each; those inside have been scanned in."""

    alliance_id: int
    door: Door
    item_id: int
    units: list[int] = field(default_factory=list[int])
    people: list[int] = field(default_factory=list[int])
    registrations: list[int] = field(default_factory=list[int])
    mandates: list[int] = field(default_factory=list[int])

    @property
    def meeting_id(self) -> int:
        """The meeting."""
        return self.door.meeting_id

    def voter(self, place: int) -> Actor:
        """Let the representative of a unit act."""
        return by_mandate(self.mandates[place], self.door.scope_id)

    def enter(self, place: int, direction: Direction = Direction.ENTRY) -> None:
        """Scan the representative of a unit in, or out."""
        scan(self.door, pass_text(self.registrations[place]), direction=direction)


def by_mandate(mandate_id: int, scope_id: int) -> Actor:
    """Let somebody act by the personal link of a mandate."""
    grants = (Grant(Role.REPRESENTATIVE, scope_id),)
    return Actor(ActorKind.LINK, mandate_id, grants, mandate_id, 0)


def make_assembly(n: int, inside: int | None = None, *, seated: bool = True) -> Assembly:
    """Hold a meeting of n units with `inside` of them in the hall, all if not said."""
    alliance = make_alliance()
    alliance_id = alliance.id
    door = make_door(alliance_id)
    item = add_item(SYSTEM, door.meeting_id, kind=Kind.DELIBERATION, title="审议章程（草案）")
    item_id = item.id
    start_item(SYSTEM, door.meeting_id, item_id)
    hall = Assembly(alliance_id, door, item_id)
    for place in range(n):
        unit = make_member(db.session.get_one(Alliance, alliance_id)).organisation_id
        hall.units.append(unit)
        person = make_person(alliance_id, f"代表{place}", unit)
        hall.people.append(person)
        hall.registrations.append(make_registration(door, person_id=person, organisation_id=unit))
        hall.mandates.append(make_mandate(door, unit, person))
    for place in range(n if inside is None else inside):
        hall.enter(place)
    if seated:
        seat_council(SYSTEM, make_list(hall), basis="earlier")
    return hall


def make_mandate(door: Door, unit: int, person: int, *, proxy: bool = False) -> int:
    """Let a person speak for a unit."""
    with transaction() as session:
        mandate = Mandate(
            meeting_id=door.meeting_id,
            organisation_id=unit,
            person_id=person,
            proxy=proxy,
            given_at=clock.now(),
        )
        session.add(mandate)
        session.flush()
        return mandate.id


def make_list(hall: Assembly) -> int:
    """Table a list that proposes a voting seat for every unit; tells the edition's id."""
    seat = next(seat.key for seat in seats_of(hall.alliance_id) if seat.votes_in_council)
    listed = create_list(SYSTEM, hall.alliance_id, "第一届理事会组成单位名单")
    list_id = listed.id
    edition = next(row for row in lists_of(hall.alliance_id) if row.id == list_id).editions[0].id
    set_entries(
        SYSTEM, edition, [(unit, seat, place) for place, unit in enumerate(hall.units, start=1)]
    )
    table_list(SYSTEM, edition)
    assert list_edition_in(hall.alliance_id, edition).digest
    return edition


def make_charter(alliance_id: int) -> int:
    """Table a charter; tells the edition's id."""
    create_charter(SYSTEM, alliance_id, "示范联合体章程")
    edition = editions_of(alliance_id)[0].id
    import_text(SYSTEM, alliance_id, edition, TEXT)
    table_edition(SYSTEM, alliance_id, edition)
    return edition


def make_ballot(
    hall: Assembly,
    rule: Rule | None = None,
    *,
    mode: Mode = Mode.NAMED,
    charter_edition_id: int | None = None,
    source: ElectorateSource = ElectorateSource.COUNCIL_SEATS,
) -> int:
    """Prepare a ballot on the deliberated item; tells its id."""
    motion = create_motion(
        SYSTEM,
        hall.meeting_id,
        kind=MotionKind.CHARTER if charter_edition_id else MotionKind.TEXT,
        title="关于示范联合体章程的表决",
        charter_edition_id=charter_edition_id,
        item_id=hall.item_id,
    )
    ballot = prepare_ballot(
        SYSTEM,
        hall.meeting_id,
        motion_id=motion.id,
        mode=mode,
        rule=rule or PRESETS["alliance_charter"].rule,
        source=source,
    )
    return ballot.id


def make_open_ballot(hall: Assembly, rule: Rule | None = None, **more: object) -> int:
    """Prepare and open a ballot; tells its id."""
    ballot = make_ballot(hall, rule, **more)  # pyright: ignore[reportArgumentType]
    open_ballot(SYSTEM, hall.meeting_id, ballot)
    return ballot


def key() -> str:
    """Make the key of one decision of a voter."""
    return f"key-of-a-browser-{next(_keys)}"


def cast(hall: Assembly, ballot_id: int, place: int, choice: Choice = Choice.YES) -> Receipt:
    """Vote for a unit."""
    return cast_vote(hall.voter(place), hall.meeting_id, ballot_id, choice=choice, client_key=key())


def vote(hall: Assembly, ballot_id: int, yes: int, no: int = 0, abstain: int = 0) -> None:
    """Let the first units vote, yes before no before abstain."""
    said = [Choice.YES] * yes + [Choice.NO] * no + [Choice.ABSTAIN] * abstain
    for place, choice in enumerate(said):
        cast(hall, ballot_id, place, choice)


def make_staff(role: Role, hall: Assembly) -> tuple[User, Actor]:
    """Give somebody an account with a role in the meeting, and let them act."""
    user = make_user(role, hall.door.scope_id)
    return user, actor_of(user, Grant(role, hall.door.scope_id))


def state_of(ballot_id: int) -> str:
    """Tell where a ballot stands."""
    return db.session.get_one(Ballot, ballot_id, populate_existing=True).state
