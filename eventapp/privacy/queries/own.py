"""What features above registration keep about a person, for that person."""

from typing import Any

import sqlalchemy as sa

from eventapp.accounts.models import PersonalLink, SignIn
from eventapp.agenda.models import AgendaEdition, AgendaItem, ItemPerson, PersonChange
from eventapp.agenda.rules import ROLE_LABEL
from eventapp.alliance.models import Organisation, Person
from eventapp.ceremony.models import Agreement, Party, SignatoryChange, StageAct, StagePerson
from eventapp.ceremony.rules import PART_LABEL
from eventapp.checkin.models import DoorSignature
from eventapp.core.access import Role
from eventapp.core.db import db
from eventapp.core.names import name_key
from eventapp.meetings.models import Meeting
from eventapp.minutes.models import MinutesEdition
from eventapp.notices.models import NoticeDelivery, NoticeReply
from eventapp.notices.rules import ANSWER_LABEL
from eventapp.privacy.models import Erasure
from eventapp.privacy.queries.remains import Identity, contains, identity_of
from eventapp.registration.models import Delegation, Mandate, Registration
from eventapp.roster.models import Roster, RosterRow
from eventapp.seating.models import SeatingLine, SeatingPlan
from eventapp.seating.rules import KIND_LABEL as SEATING_LABEL
from eventapp.voting.models import Ballot, Motion, VoteHolder
from eventapp.voting.rules import CHOICE_LABELS

Section = list[dict[str, Any]]


def more_own_data(meeting_id: int, person_id: int) -> dict[str, Section]:
    """Tell what is kept about a person of a meeting beside their registration, by kind of thing.

    `other_meetings` names those of the alliance where the person is registered too: each has a
    page of its own.
    """
    who = identity_of(db.session.get_one(Person, person_id))
    return {
        "votes": _votes(meeting_id, who),
        "plans": _plans(meeting_id, who),
        "signatures": _signatures(meeting_id, who),
        "stage": _stage(meeting_id, who),
        "door_signatures": _rows(
            ("at",),
            sa.select(DoorSignature.signed_at).where(
                DoorSignature.registration_id.in_(
                    sa.select(Registration.id).where(
                        Registration.meeting_id == meeting_id,
                        Registration.person_id.in_(who.people),
                    )
                )
            ),
        ),
        "list_rows": _list_rows(meeting_id, who),
        "notices": _notices(meeting_id, who),
        "replies": _replies(meeting_id, who),
        "link_browsers": _link_browsers(meeting_id, who),
        "documents": _documents(meeting_id, who),
        "erasures": _rows(
            ("asked_at", "channel"),
            sa.select(Erasure.asked_at, Erasure.channel).where(Erasure.person_id == person_id),
        ),
        "other_meetings": _other_meetings(meeting_id, who),
    }


def _rows(names: tuple[str, ...], query: Any) -> Section:
    return [dict(zip(names, row, strict=True)) for row in db.session.execute(query)]


def _votes(meeting_id: int, who: Identity) -> Section:
    rows = _rows(
        ("subject", "unit", "choice", "at"),
        sa.select(Motion.title, Organisation.name, VoteHolder.choice, VoteHolder.cast_at)
        .join(Ballot, Ballot.id == VoteHolder.ballot_id)
        .join(Motion, Motion.id == Ballot.motion_id)
        .join(Organisation, Organisation.id == VoteHolder.organisation_id)
        .where(Ballot.meeting_id == meeting_id, VoteHolder.person_id.in_(who.people))
        .order_by(VoteHolder.cast_at),
    )
    return [{**row, "choice": CHOICE_LABELS[row["choice"]]} for row in rows]


def _plans(meeting_id: int, who: Identity) -> Section:
    rows = _rows(
        ("subject", "role", "name", "titles"),
        sa.select(AgendaItem.title, ItemPerson.role, ItemPerson.name, ItemPerson.title)
        .join(AgendaItem, AgendaItem.id == ItemPerson.item_id)
        .where(AgendaItem.meeting_id == meeting_id, ItemPerson.person_id.in_(who.people))
        .order_by(AgendaItem.ordinal),
    )
    rows += _rows(
        ("subject", "role", "name", "titles", "at"),
        sa.select(
            AgendaItem.title,
            PersonChange.role,
            PersonChange.left_name,
            PersonChange.left_title,
            PersonChange.changed_at,
        )
        .join(AgendaItem, AgendaItem.id == PersonChange.item_id)
        .where(AgendaItem.meeting_id == meeting_id, PersonChange.left_id.in_(who.people))
        .order_by(PersonChange.id),
    )
    return [
        *({**row, "role": ROLE_LABEL.get(row["role"], row["role"])} for row in rows),
        *_seats(meeting_id, who),
    ]


def _seats(meeting_id: int, who: Identity) -> Section:
    """List the plans of seating in which the person has a rank."""
    rows = _rows(
        ("subject", "role", "name", "titles"),
        sa.select(SeatingPlan.title, SeatingPlan.kind, Person.name, Person.titles)
        .join(SeatingLine, SeatingLine.plan_id == SeatingPlan.id)
        .join(Registration, Registration.id == SeatingLine.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .where(SeatingPlan.meeting_id == meeting_id, Registration.person_id.in_(who.people))
        .order_by(SeatingPlan.id),
    )
    return [{**row, "role": SEATING_LABEL[row["role"]]} for row in rows]


def _signatures(meeting_id: int, who: Identity) -> Section:
    return _rows(
        ("subject", "name", "titles", "at"),
        sa.select(Agreement.title, Party.signatory_name, Party.signatory_title, Agreement.signed_at)
        .join(Agreement, Agreement.id == Party.agreement_id)
        .where(Agreement.meeting_id == meeting_id, Party.signatory_id.in_(who.people))
        .order_by(Agreement.id),
    )


def _stage(meeting_id: int, who: Identity) -> Section:
    """List where a person stands on the stage, and where one signed in another's stead."""
    subject = sa.func.coalesce(StageAct.title, Agreement.title)
    of_meeting = sa.func.coalesce(StageAct.meeting_id, Agreement.meeting_id) == meeting_id
    standing = _rows(
        ("subject", "role", "name", "titles"),
        sa.select(subject, StagePerson.part, StagePerson.name, StagePerson.title)
        .outerjoin(StageAct, StageAct.id == StagePerson.act_id)
        .outerjoin(Agreement, Agreement.id == StagePerson.agreement_id)
        .where(of_meeting, StagePerson.person_id.in_(who.people))
        .order_by(StagePerson.id),
    )
    changed = _rows(
        ("subject", "reason", "at"),
        sa.select(Agreement.title, SignatoryChange.reason, SignatoryChange.changed_at)
        .join(Agreement, Agreement.id == SignatoryChange.agreement_id)
        .where(
            Agreement.meeting_id == meeting_id,
            sa.or_(
                SignatoryChange.gone_id.in_(who.people), SignatoryChange.come_id.in_(who.people)
            ),
        )
        .order_by(SignatoryChange.id),
    )
    return [{**row, "role": PART_LABEL[row["role"]]} for row in standing] + changed


def _list_rows(meeting_id: int, who: Identity) -> Section:
    """List the rows of lists that were sent in and that name the person or led to them."""
    rows = db.session.execute(
        sa.select(RosterRow.cells, RosterRow.values, RosterRow.registration_id, Roster.created_at)
        .join(Roster, Roster.id == RosterRow.roster_id)
        .where(Roster.meeting_id == meeting_id)
        .order_by(RosterRow.id)
    )
    found: Section = []
    for cells, values, registration_id, at in rows:
        texts = {name_key(str(cell)) for cell in (*values.values(), *cells)}
        is_own = registration_id in who.registrations or (who.phone and who.phone in texts)
        if is_own or (who.is_only and name_key(who.name) in texts):
            said = [str(one) for one in (cells or values.values()) if str(one).strip()]
            found.append({"text": said, "created_at": at})
    return found


def _delegations(meeting_id: int, who: Identity) -> Any:
    return sa.select(Delegation.id).where(
        Delegation.meeting_id == meeting_id, Delegation.liaison_id.in_(who.people)
    )


def _notices(meeting_id: int, who: Identity) -> Section:
    return _rows(
        ("sent_at", "opened_at"),
        sa.select(NoticeDelivery.sent_at, NoticeDelivery.opened_at)
        .where(NoticeDelivery.delegation_id.in_(_delegations(meeting_id, who)))
        .order_by(NoticeDelivery.id),
    )


def _replies(meeting_id: int, who: Identity) -> Section:
    rows = _rows(
        ("answer", "text", "at"),
        sa.select(NoticeReply.answer, NoticeReply.remark, NoticeReply.replied_at).where(
            NoticeReply.delegation_id.in_(_delegations(meeting_id, who))
        ),
    )
    return [{**row, "answer": ANSWER_LABEL[row["answer"]]} for row in rows]


def _link_browsers(meeting_id: int, who: Identity) -> Section:
    """List where the links of a liaison or a representative were opened, also long ago."""
    scope = sa.select(Meeting.scope_id).where(Meeting.id == meeting_id).scalar_subquery()
    mandates = sa.select(Mandate.id).where(Mandate.id.in_(who.mandates))
    subjects = (
        (Role.LIAISON, _delegations(meeting_id, who)),
        (Role.REPRESENTATIVE, mandates),
    )
    whose = sa.or_(
        *(
            sa.and_(PersonalLink.role == role, PersonalLink.subject_id.in_(ids))
            for role, ids in subjects
        )
    )
    return _rows(
        ("browser", "opened_at"),
        sa.select(SignIn.browser, SignIn.created_at)
        .join(PersonalLink, PersonalLink.id == SignIn.link_id)
        .where(PersonalLink.scope_id == scope, whose)
        .order_by(SignIn.id),
    )


def _documents(meeting_id: int, who: Identity) -> Section:
    """List the published agendas and released minutes in which the name stands."""
    agendas = sa.select(AgendaEdition.number, AgendaEdition.published_at).where(
        AgendaEdition.meeting_id == meeting_id, sa.or_(*contains(who.texts, AgendaEdition.body))
    )
    minutes = sa.select(MinutesEdition.number, MinutesEdition.released_at).where(
        MinutesEdition.alliance_id == who.alliance_id,
        sa.or_(*contains(who.texts, MinutesEdition.body)),
    )
    named = ("number", "at")
    return [{"kind": "agenda", **one} for one in _rows(named, agendas)] + [
        {"kind": "minutes", **one} for one in _rows(named, minutes)
    ]


def _other_meetings(meeting_id: int, who: Identity) -> Section:
    return _rows(
        ("subject", "at"),
        sa.select(Meeting.title, Meeting.starts_at)
        .join(Registration, Registration.meeting_id == Meeting.id)
        .where(Registration.person_id.in_(who.people), Meeting.id != meeting_id)
        .order_by(Meeting.starts_at),
    )
