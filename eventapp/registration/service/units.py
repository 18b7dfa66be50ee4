"""Verbs on a unit's part in a meeting: liaison, mandates, leave."""

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import revoke_link
from eventapp.alliance.queries import members_of, organisation_in, person_in
from eventapp.alliance.service.people import change_person, ensure_person
from eventapp.core import clock, files
from eventapp.core.access import Actor, Role
from eventapp.core.db import flush_or, lock, transaction
from eventapp.core.errors import N_, Conflict, Invalid, NotFound
from eventapp.core.ledger import Act, audit, audit_all
from eventapp.core.names import name_key
from eventapp.core.papers import media_type_of, paper_name
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Delegation, Leave, Mandate
from eventapp.registration.queries import delegations_of, leaves_of
from eventapp.registration.queries.places import hold_places
from eventapp.registration.service.attendance import move_up
from eventapp.registration.service.passes import liaison_link, representative_link


def set_liaison(
    actor: Actor,
    meeting_id: int,
    organisation_id: int,
    person_id: int | None = None,
    quota: int | None = None,
) -> Delegation:
    """Say who arranges a unit's delegation, by one link, and how many it may send at most."""
    if quota is not None and quota < 0:
        raise Invalid("quota_negative", N_("名额不能小于零。"), field="quota")
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        organisation_in(meeting.alliance_id, organisation_id)
        if person_id is not None:
            person_id = person_in(meeting.alliance_id, person_id).id
        hold_places(meeting_id, (organisation_id,))
        delegation = session.scalar(
            sa.select(Delegation)
            .where(
                Delegation.meeting_id == meeting_id, Delegation.organisation_id == organisation_id
            )
            .with_for_update()
        )
        if delegation is None:
            delegation = Delegation(meeting_id=meeting_id, organisation_id=organisation_id)
            session.add(delegation)
        delegation.liaison_id, delegation.quota = person_id, quota
        flush_or(Conflict("delegation_set", N_("这个单位刚刚已由他人设定，请刷新页面。")))
        audit(
            actor,
            meeting.scope_id,
            "delegation.set",
            f"delegation:{delegation.id}",
            organisation=organisation_id,
            person=person_id,
            quota=quota,
        )
        liaison_link(actor, delegation.id)
        move_up(actor, meeting_id)
    return delegation


def appoint_liaison(
    actor: Actor,
    meeting_id: int,
    organisation_id: int,
    *,
    name: str,
    phone: str,
    email: str = "",
    quota: int | None,
) -> Delegation:
    """Set a unit's liaison by name and phone; without a name the unit has none.

    An address that is given takes the place of the one on file.
    """
    with transaction():
        person_id = None
        if name:
            alliance_id = meeting_of(meeting_id).alliance_id
            person = ensure_person(
                actor,
                alliance_id,
                name=name,
                phone=phone,
                email=email,
                organisation_id=organisation_id,
            )
            person_id = person.id
            if email and person.email != email:
                change_person(
                    actor,
                    alliance_id,
                    person_id,
                    name=person.name,
                    phone=person.phone,
                    email=email,
                    organisation_id=person.organisation_id,
                    titles=person.titles,
                )
        return set_liaison(actor, meeting_id, organisation_id, person_id, quota)


def open_all_delegations(actor: Actor, meeting_id: int) -> int:
    """Give every member unit without a delegation one, with its link; returns how many."""
    with transaction():
        members = members_of(meeting_of(meeting_id).alliance_id)
        return _open_delegations(actor, meeting_id, [one.organisation_id for one in members])


def _open_delegations(actor: Actor, meeting_id: int, units: Collection[int]) -> int:
    present = {row.organisation_id for row in delegations_of(meeting_id)}
    missing = [one for one in units if one not in present]
    for organisation_id in missing:
        set_liaison(actor, meeting_id, organisation_id)
    return len(missing)


def set_unit_quotas(
    actor: Actor, meeting_id: int, quotas: Mapping[str, int | None], *, others: int | None = None
) -> int:
    """Say how many people units may send, by their names; tell of how many units it was said.

    None lets a unit have the usual number. `others`, where given, is the number of every member
    unit that is not named. An unknown name is refused and counted in `row`, from 0.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        members = {
            name_key(one.name): one.organisation_id for one in members_of(meeting.alliance_id)
        }
        wanted: dict[int, int | None] = {}
        if others is not None:
            wanted.update(dict.fromkeys(members.values(), others))
        for row, (name, quota) in enumerate(quotas.items()):
            unit = members.get(name_key(name))
            if unit is None:
                error = Invalid(
                    "unit_unknown", N_("成员单位里没有“%(name)s”。"), field="rows", name=name
                )
                error.row = row
                raise error
            if quota is not None and quota < 0:
                raise Invalid("quota_negative", N_("名额不能小于零。"), field="rows")
            wanted[unit] = quota
        hold_places(meeting_id, wanted)
        _open_delegations(actor, meeting_id, wanted)
        held = session.scalars(
            sa.select(Delegation)
            .where(Delegation.meeting_id == meeting_id, Delegation.organisation_id.in_(wanted))
            .order_by(Delegation.id)
            .with_for_update()
        )
        changed: list[Act] = []
        for one in held:
            quota = wanted[one.organisation_id]
            if one.quota != quota:
                one.quota = quota
                changed.append(Act("delegation.quota", f"delegation:{one.id}", {"quota": quota}))
        session.flush()
        audit_all(actor, meeting.scope_id, changed)
        move_up(actor, meeting_id)
    return len(wanted)


def give_mandate(
    actor: Actor,
    meeting_id: int,
    *,
    organisation_id: int,
    person_id: int,
    proxy: bool = False,
    paper: tuple[str, bytes] | None = None,
) -> Mandate:
    """Let a person speak for a unit at a meeting; `proxy` says that it is another unit's person.

    `paper` is the name and the content of the signed 委托书, kept as it came. Raises Conflict
    where the mandate stands already, Invalid where a proxy is the unit's own or the paper is
    nothing that is taken.
    """
    with transaction() as session:
        meeting = meeting_of(meeting_id)
        organisation_in(meeting.alliance_id, organisation_id)
        person = person_in(meeting.alliance_id, person_id)
        if proxy and person.organisation_id == organisation_id:
            raise Invalid("proxy_own_unit", N_("本单位的人直接授权即可，不必委托。"), field="proxy")
        mandate = Mandate(
            meeting_id=meeting_id,
            organisation_id=organisation_id,
            person_id=person.id,
            proxy=proxy,
            given_at=clock.now(),
        )
        if paper is not None:
            kind = media_type_of(paper[1])
            mandate.document_digest = files.store(paper[1], kind).digest
            mandate.document_name = paper_name(paper[0], kind)
        session.add(mandate)
        flush_or(Conflict("mandate_given", N_("这个人已经是该单位的授权代表。")))
        audit(
            actor,
            meeting.scope_id,
            "mandate.give",
            f"mandate:{mandate.id}",
            organisation=organisation_id,
            person=person.id,
            proxy=proxy,
            paper=mandate.document_digest,
        )
        representative_link(actor, mandate.id)
    return mandate


def revoke_mandate(actor: Actor, meeting_id: int, mandate_id: int) -> None:
    """End a mandate; its link and every browser in which it is open are out at once."""
    with transaction():
        mandate = lock(Mandate, mandate_id)
        if mandate.meeting_id != meeting_id:
            raise NotFound("mandate_unknown", N_("没有找到有效的代表授权。"))
        if mandate.revoked_at is not None:
            return
        mandate.revoked_at = clock.now()
        scope_id = meeting_of(meeting_id).scope_id
        audit(actor, scope_id, "mandate.revoke", f"mandate:{mandate_id}")
        link = link_of(scope_id, Role.REPRESENTATIVE, mandate_id)
        if link is not None:
            revoke_link(actor, link.id)


def note_leave(
    actor: Actor,
    meeting_id: int,
    *,
    organisation_id: int | None = None,
    person_id: int | None = None,
    reason: str = "",
) -> Leave:
    """Note that an expected unit or person excused itself; Conflict where it did so already."""
    if organisation_id is None and person_id is None:
        raise Invalid("leave_of_whom", N_("请选择请假的单位或人员。"))
    with transaction() as session:
        meeting = lock(Meeting, meeting_id)
        if organisation_id is not None:
            organisation_in(meeting.alliance_id, organisation_id)
        if person_id is not None:
            person_id = person_in(meeting.alliance_id, person_id).id
        whose = (organisation_id, person_id)
        if any((one.organisation_id, one.person_id) == whose for one in leaves_of(meeting_id)):
            raise Conflict("leave_noted", N_("已经记录过请假，不必再记。"))
        leave = Leave(
            meeting_id=meeting_id,
            organisation_id=organisation_id,
            person_id=person_id,
            reason=reason.strip(),
            noted_at=clock.now(),
        )
        session.add(leave)
        session.flush()
        audit(
            actor,
            meeting.scope_id,
            "leave.note",
            f"leave:{leave.id}",
            organisation=organisation_id,
            person=person_id,
        )
    return leave


def withdraw_leave(actor: Actor, meeting_id: int, leave_id: int) -> None:
    """Note that who was on leave comes after all; what was noted before stays on record."""
    with transaction():
        leave = lock(Leave, leave_id)
        if leave.meeting_id != meeting_id:
            raise NotFound("leave_unknown", N_("没有找到这条请假记录。"))
        if leave.withdrawn_at is not None:
            return
        leave.withdrawn_at = clock.now()
        audit(actor, meeting_of(meeting_id).scope_id, "leave.withdraw", f"leave:{leave_id}")
