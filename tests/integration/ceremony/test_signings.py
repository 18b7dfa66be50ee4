"""The order of a signing: proposed, taken in one act, taken back, moved by hand; who signs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from eventapp.agenda.models import Engagement
from eventapp.agenda.queries import findings_of
from eventapp.agenda.rules import Kind, ResourceKind
from eventapp.ceremony.models import Party, StagePerson
from eventapp.ceremony.queries import (
    agreement_in,
    agreements_of,
    captions_of,
    proposal_of,
    signing_of,
)
from eventapp.ceremony.rules import AgreementState, Capacity, Check, Place
from eventapp.ceremony.service import (
    Direction,
    NameIn,
    PartyIn,
    add_agreement,
    apply_order,
    change_agreement,
    forget_person,
    mark_signed,
    move_agreement,
    pin_agreement,
    rank_agreement,
    set_authority,
    set_check,
    set_ready,
    set_signing,
    substitute_signatory,
    undo_order,
    withdraw_agreement,
)
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Actor, ActorKind, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.core.papers import paper_in
from eventapp.meetings.queries import meeting_of
from tests.factories import make_user
from tests.factories_agenda import make_agreement, make_item, make_unit_in
from tests.factories_alliance import START, make_alliance, make_meeting, make_person, make_unit

pytestmark = pytest.mark.usefixtures("house")
PAPER = b"%PDF-1.4 a letter of authority"


class Ceremony:
    """The founding meeting's signing: a college signs five agreements, one of them with three."""

    def __init__(self) -> None:
        alliance = make_alliance()
        meeting = make_meeting(alliance)
        self.alliance_id, self.meeting_id = alliance.id, meeting.id
        self.item_id = make_item(meeting, "签约仪式", kind=Kind.SIGNING).id
        units = [make_unit(alliance) for _ in range(6)]
        self.people = [make_person(alliance, f"签约{n}", unit).id for n, unit in enumerate(units)]
        self.units = [unit.organisation_id for unit in units]
        self.ids = [self.sign(0, *others) for others in ((1, 2, 3), (4,), (5,), (3,), (2,))]

    def sign(self, *parties: int, **more) -> int:
        """Draw up an agreement of these units, each by its own signatory."""
        rows = [PartyIn(self.units[n], self.people[n], "", "院长", Capacity.LEGAL) for n in parties]
        values = {"item_id": self.item_id, "title": f"协议{parties}", "parties": rows, **more}
        return add_agreement(SYSTEM, self.meeting_id, **values).id

    def signing(self):
        return signing_of(self.meeting_id, self.item_id)

    def take(self) -> None:
        """Take what is proposed."""
        signing = self.signing()
        proposal = proposal_of(signing, 1)
        assert proposal is not None
        apply_order(
            SYSTEM,
            self.meeting_id,
            self.item_id,
            proposal.order.places,
            version=signing.setting.version,
        )

    def move(self, agreement_id: int, direction: Direction) -> Place:
        version = self.signing().setting.version
        return move_agreement(SYSTEM, self.meeting_id, agreement_id, direction, version=version)

    def codes(self) -> set[str]:
        return {one.code for one in self.signing().problems}


def test_a_proposal_changes_nothing_until_it_is_taken_and_is_taken_back_in_one_act():
    hall = Ceremony()
    before = hall.signing()
    proposal = proposal_of(before, 1)
    assert proposal is not None
    assert (proposal.busiest, proposal.bound.batches) == ("签约0", 5)
    assert hall.signing() == before
    hall.take()
    taken = hall.signing()
    assert taken.places == proposal.order.places
    assert taken.setting.can_undo
    acts = list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))
    assert acts.count("signing.ordered") == 1
    undo_order(SYSTEM, hall.meeting_id, hall.item_id, version=taken.setting.version)
    assert hall.signing().places == {}
    with pytest.raises(Conflict):
        undo_order(SYSTEM, hall.meeting_id, hall.item_id, version=hall.signing().setting.version)


def test_five_agreements_of_the_college_never_overlap_and_four_parties_have_four_places():
    hall = Ceremony()
    set_signing(SYSTEM, hall.meeting_id, hall.item_id, tables=3, standing=False, version=0)
    hall.take()
    signing = hall.signing()
    assert sorted(place.batch for place in signing.places.values()) == [1, 2, 3, 4, 5]
    assert not {"two_tables", "table_taken", "not_placed"} & hall.codes()
    assert findings_of(hall.meeting_id) == []
    caption = next(one for one in captions_of(hall.meeting_id) if len(one.row) == 4)
    assert [one.name for one in caption.row] == ["签约3", "签约2", "签约1", "签约0"]
    assert [batch.staying[0].name for batch in signing.batches[1:]] == ["签约0"] * 4


def test_an_order_that_is_older_than_the_plan_is_refused():
    hall = Ceremony()
    signing = hall.signing()
    proposal = proposal_of(signing, 1)
    assert proposal is not None
    places = proposal.order.places
    meeting_id, item_id = hall.meeting_id, hall.item_id
    set_signing(SYSTEM, meeting_id, item_id, tables=2, standing=True, version=0)
    with pytest.raises(Conflict) as refused:
        apply_order(SYSTEM, meeting_id, item_id, places, version=0)
    assert refused.value.code == "signing_changed"
    late = hall.sign(4, 5)
    with pytest.raises(Conflict) as refused:
        apply_order(SYSTEM, meeting_id, item_id, places, version=1)
    assert refused.value.code == "order_outdated"
    clash = {**dict.fromkeys(places, Place(1, 1)), late: Place(2, 1)}
    with pytest.raises(Conflict) as refused:
        apply_order(SYSTEM, meeting_id, item_id, clash, version=1)
    assert refused.value.code == "two_tables"


def test_a_planted_double_booking_is_found_and_cleared_by_its_own_repair():
    hall = Ceremony()
    set_signing(SYSTEM, hall.meeting_id, hall.item_id, tables=2, standing=False, version=0)
    hall.take()
    second = next(row.id for row in hall.signing().agreements if row.place == Place(2, 1))
    hall.move(second, Direction.EARLIER)
    assert "two_tables" in hall.codes()
    hall.take()
    assert "two_tables" not in hall.codes()


def test_moves_by_hand_exchange_places_and_are_kept_by_pins():
    hall = Ceremony()
    first, second = hall.sign(4, 5), hall.ids[0]
    hall.take()
    place = agreement_in(hall.meeting_id, second).place
    assert place is not None
    last = max(one.batch for one in hall.signing().places.values())
    while (agreement_in(hall.meeting_id, second).place or place).batch <= last - 1:
        hall.move(second, Direction.LATER)
    assert not hall.signing().setting.can_undo
    pin_agreement(SYSTEM, hall.meeting_id, second)
    with pytest.raises(Conflict) as refused:
        hall.move(second, Direction.EARLIER)
    assert refused.value.code == "pinned"
    hall.take()
    row = agreement_in(hall.meeting_id, second)
    assert row.place is not None
    assert row.place.batch == last
    pin_agreement(SYSTEM, hall.meeting_id, second, pinned=False)
    assert agreement_in(hall.meeting_id, first).place is not None


def test_what_was_signed_stays_where_it_was():
    hall = Ceremony()
    hall.take()
    first = hall.ids[1]
    place = agreement_in(hall.meeting_id, first).place
    set_ready(SYSTEM, hall.meeting_id, first)
    mark_signed(SYSTEM, hall.meeting_id, first)
    with pytest.raises(Conflict) as refused:
        hall.move(first, Direction.LATER)
    assert refused.value.code == "signed"
    hall.take()
    assert agreement_in(hall.meeting_id, first).place == place


def test_an_emptied_batch_is_closed():
    hall = Ceremony()
    late = hall.sign(4, 5)
    for agreement_id in (*hall.ids[:2], late):
        hall.move(agreement_id, Direction.LATER)
    assert agreement_in(hall.meeting_id, late).place == Place(3, 1)
    hall.move(hall.ids[0], Direction.LATER)
    assert agreement_in(hall.meeting_id, hall.ids[0]).place == Place(2, 1)
    with pytest.raises(Conflict):
        hall.move(hall.ids[1], Direction.LEFT)


def test_pins_and_precedence_are_kept_by_the_proposal():
    hall = Ceremony()
    first, last = hall.ids[0], hall.ids[4]
    change_agreement(
        SYSTEM,
        hall.meeting_id,
        first,
        title="最后签",
        copies=4,
        parties=[PartyIn(hall.units[n], hall.people[n]) for n in range(4)],
        after_id=last,
    )
    hall.take()
    places = hall.signing().places
    assert places[first].batch > places[last].batch
    with pytest.raises(Invalid):
        hall.sign(1, 2, after_id=make_elsewhere())
    for agreement_id in (last, first):
        with pytest.raises(Invalid):
            change_agreement(
                SYSTEM,
                hall.meeting_id,
                last,
                title="成圈",
                copies=2,
                parties=[PartyIn(hall.units[n], hall.people[n]) for n in (0, 2)],
                after_id=agreement_id,
            )


def make_elsewhere() -> int:
    """Draw up an agreement of another meeting."""
    meeting = make_meeting(make_alliance())
    return make_agreement(meeting, make_item(meeting)).id


def test_rank_is_changed_one_place_at_a_time():
    hall = Ceremony()
    rank_agreement(SYSTEM, hall.meeting_id, hall.ids[2], up=True)
    assert [row.id for row in agreements_of(hall.meeting_id)][:3] == [
        hall.ids[0],
        hall.ids[2],
        hall.ids[1],
    ]


def test_people_papers_and_tables_are_told_to_the_agenda_and_set_free():
    hall = Ceremony()
    hall.take()
    rows = db.session.scalars(
        sa.select(Engagement).where(Engagement.source == f"agreement:{hall.ids[0]}")
    ).all()
    wanted = sorted(row.resource for row in rows)
    assert wanted == sorted([*[ResourceKind.PERSON] * 4, ResourceKind.DOCUMENT, ResourceKind.TABLE])
    withdraw_agreement(SYSTEM, hall.meeting_id, hall.ids[0])
    query = sa.select(Engagement).where(Engagement.source == f"agreement:{hall.ids[0]}")
    assert db.session.scalars(query).all() == []


def test_who_has_not_arrived_is_found_a_quarter_of_an_hour_before():
    hall = Ceremony()
    hall.take()
    with clock.fixed(START - timedelta(minutes=16)):
        assert "not_arrived" not in hall.codes()
    with clock.fixed(START - timedelta(minutes=14)):
        missing = [one for one in hall.signing().problems if one.code == "not_arrived"]
    assert len(missing) == 6


def test_check_lists_say_who_ticked_and_when():
    hall = Ceremony()
    user = make_user(Role.ORGANISER, meeting_of(hall.meeting_id).scope_id)
    secretary, agreement_id = Actor(ActorKind.USER, user.id), hall.ids[0]
    with clock.fixed(START):
        set_check(secretary, hall.meeting_id, agreement_id, Check.SEALS)
        set_check(secretary, hall.meeting_id, agreement_id, Check.SEALS)
    (row,) = agreement_in(hall.meeting_id, agreement_id).checks
    assert (row.line, row.at, row.by) == (Check.SEALS, START, user.name)
    set_check(secretary, hall.meeting_id, agreement_id, Check.SEALS, done=False)
    with pytest.raises(Conflict) as refused:
        set_ready(secretary, hall.meeting_id, agreement_id, papers_checked=False)
    assert refused.value.code == "papers_unchecked"
    set_check(secretary, hall.meeting_id, agreement_id, Check.TEXTS)
    set_ready(secretary, hall.meeting_id, agreement_id, papers_checked=False)
    with pytest.raises(Conflict):
        set_check(secretary, hall.meeting_id, agreement_id, Check.TEXTS, done=False)
    mark_signed(secretary, hall.meeting_id, agreement_id)
    assert agreement_in(hall.meeting_id, agreement_id).signed_by == user.name
    with pytest.raises(Conflict):
        set_check(secretary, hall.meeting_id, agreement_id, Check.PENS)


def represented() -> tuple[Ceremony, int]:
    """Let the college sign by an authorised representative who has a stand-in."""
    hall = Ceremony()
    alliance_unit = hall.units[0]
    stand_in = NameIn("替签张", "副院长", None)
    parties = [
        PartyIn(alliance_unit, None, "李代表", "处长", Capacity.AUTHORISED, stand_in),
        PartyIn(hall.units[4], hall.people[4], "", "", Capacity.LEGAL),
    ]
    return hall, add_agreement(
        SYSTEM, hall.meeting_id, item_id=hall.item_id, title="授权签", parties=parties
    ).id


def test_a_power_of_attorney_is_noted_or_kept_and_goes_with_its_signatory():
    hall, agreement_id = represented()
    with pytest.raises(Conflict) as refused:
        set_ready(SYSTEM, hall.meeting_id, agreement_id)
    assert refused.value.code == "authority_missing"
    with pytest.raises(Invalid):
        set_authority(SYSTEM, hall.meeting_id, agreement_id, 1, paper=("x.exe", b"MZ"))
    set_authority(SYSTEM, hall.meeting_id, agreement_id, 1, paper=("../委托书.pdf", PAPER))
    party = agreement_in(hall.meeting_id, agreement_id).parties[0]
    assert party.authority_name == "委托书.pdf"
    assert paper_in(files.read(party.authority_digest)) == PAPER
    change_agreement(
        SYSTEM,
        hall.meeting_id,
        agreement_id,
        title="授权签",
        copies=2,
        parties=[
            PartyIn(hall.units[4], hall.people[4], "", "", Capacity.LEGAL),
            PartyIn(hall.units[0], None, "李代表", "处长", Capacity.AUTHORISED),
        ],
    )
    kept = agreement_in(hall.meeting_id, agreement_id).parties[1]
    assert kept.authority_digest == party.authority_digest
    assert forget_person(SYSTEM, hall.meeting_id, 0, typed="李代表") == 1
    with pytest.raises(NotFound):
        files.read(party.authority_digest)
    with pytest.raises(NotFound):
        set_authority(SYSTEM, hall.meeting_id, agreement_id, 3, text="纸质件")


def test_a_stand_in_signs_by_a_power_of_attorney_and_the_change_is_a_record():
    hall, agreement_id = represented()
    set_authority(SYSTEM, hall.meeting_id, agreement_id, 1, text="纸质件，1月18日收")
    set_ready(SYSTEM, hall.meeting_id, agreement_id)
    with pytest.raises(Conflict) as refused:
        substitute_signatory(SYSTEM, hall.meeting_id, agreement_id, 1, reason="病假")
    assert refused.value.code == "authority_missing"
    assert agreement_in(hall.meeting_id, agreement_id).parties[0].signatory_name == "李代表"
    substitute_signatory(
        SYSTEM, hall.meeting_id, agreement_id, 1, reason="病假", authority="现场递交"
    )
    row = agreement_in(hall.meeting_id, agreement_id)
    assert row.state is AgreementState.READY
    assert (row.parties[0].signatory_name, row.parties[0].signatory_title) == ("替签张", "副院长")
    (change,) = row.changes
    assert (change.gone_name, change.come_name, change.reason) == ("李代表", "替签张", "病假")
    with pytest.raises(Conflict) as refused:
        substitute_signatory(SYSTEM, hall.meeting_id, agreement_id, 1, reason="又换")
    assert refused.value.code == "no_stand_in"
    mark_signed(SYSTEM, hall.meeting_id, agreement_id)
    with pytest.raises(Conflict):
        substitute_signatory(SYSTEM, hall.meeting_id, agreement_id, 2, reason="晚了")


def test_who_is_forgotten_leaves_parties_witnesses_and_records():
    hall, agreement_id = represented()
    witness = hall.people[5]
    change_agreement(
        SYSTEM,
        hall.meeting_id,
        agreement_id,
        title="授权签",
        copies=2,
        parties=[
            PartyIn(hall.units[0], hall.people[0], stand_in=NameIn("", "", witness)),
            PartyIn(hall.units[4], hall.people[4]),
        ],
        witnesses=[NameIn("王见证", "主任")],
    )
    substitute_signatory(SYSTEM, hall.meeting_id, agreement_id, 1, reason="病假")
    forget_person(SYSTEM, hall.meeting_id, witness, typed="王见证")
    row = agreement_in(hall.meeting_id, agreement_id)
    assert row.parties[0].signatory is None
    assert row.witnesses == ()
    assert (row.changes[0].gone_name, row.changes[0].come_name) == ("签约0", "")
    left = sa.select(sa.func.count()).select_from(StagePerson)
    assert db.session.scalar(left) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Party)) == 14


def test_a_secret_agreement_has_no_title_in_captions():
    hall = Ceremony()
    hidden = hall.sign(4, 5, title="秘密协议", secret=True)
    hall.take()
    assert agreement_in(hall.meeting_id, hidden).shown_title == "协议（名称暂不公开）"
    titles = [title for one in captions_of(hall.meeting_id) for title in one.titles]
    assert "秘密协议" not in titles
    assert "协议（名称暂不公开）" in titles


def test_an_item_of_another_meeting_has_no_order_here():
    hall = Ceremony()
    other = make_meeting(make_alliance())
    assert make_unit_in(other.alliance_id)
    with pytest.raises(NotFound):
        signing_of(other.id, hall.item_id)
    with pytest.raises(NotFound):
        set_signing(SYSTEM, other.id, hall.item_id, tables=2, standing=False, version=0)
