"""A unit's answer to the notice of a meeting, with what follows from it."""

from dataclasses import dataclass

from eventapp.alliance.queries import alliance_of, member_names
from eventapp.alliance.service.people import KnownPerson, PersonIn, ensure_people
from eventapp.core.access import Actor
from eventapp.core.db import lock, transaction
from eventapp.core.errors import N_, Invalid
from eventapp.core.ledger import audit
from eventapp.core.names import name_key
from eventapp.core.papers import media_type_of
from eventapp.delegation.queries import proxies_of
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.notices.rules import DESK, LIAISON, ReplyAnswer
from eventapp.notices.service import reply
from eventapp.registration.models import Delegation
from eventapp.registration.queries import delegation_in, leaves_of
from eventapp.registration.service import (
    give_mandate,
    note_leave,
    revoke_mandate,
    withdraw_leave,
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Whom a unit lets speak for it, as typed; `paper` is the 委托书's name and content."""

    name: str
    unit: str
    phone: str
    paper: tuple[str, bytes] | None = None


def answer_notice(
    actor: Actor,
    meeting_id: int,
    delegation_id: int,
    answer: ReplyAnswer,
    *,
    persons: int | None = None,
    remark: str = "",
    proxy: Proxy | None = None,
    channel: str = LIAISON,
) -> None:
    """Keep a unit's answer, and let its leave and its proxy follow: the last answer holds.

    Who excuses the unit is on leave from then on, who comes or sends a proxy is not; a proxy
    lives as long as the answer that names it. Without `proxy` the one that was named stays.
    The desk may note it at any time, and hold the signed paper itself. Raises Invalid at the
    field that lacks something.
    """
    with transaction():
        meeting = meeting_of(meeting_id)
        unit_id = delegation_in(meeting_id, delegation_id).organisation_id
        if answer is ReplyAnswer.EXCUSED and not remark.strip():
            raise Invalid("leave_reason", N_("请写明请假的原因。"), field="remark")
        named = proxy if answer is ReplyAnswer.PROXY else None
        is_paper_due = channel != DESK
        person_id = (
            None
            if named is None
            else _person(actor, meeting, unit_id, named, is_paper_due=is_paper_due)
        )
        lock(Delegation, delegation_id)  # people before places, and both before records
        if answer is not ReplyAnswer.PROXY or named is not None:
            _end_proxies(actor, meeting_id, unit_id)
        elif not proxies_of(meeting_id, unit_id):
            raise Invalid("proxy_missing", N_("请填写受托人的姓名。"), field="proxy_name")
        if named is not None and person_id is not None:
            give_mandate(
                actor,
                meeting_id,
                organisation_id=unit_id,
                person_id=person_id,
                proxy=True,
                paper=named.paper,
            )
        _settle_leave(actor, meeting_id, unit_id, answer, remark)
        reply(actor, meeting_id, delegation_id, answer, persons, remark, channel=channel)


def _settle_leave(
    actor: Actor, meeting_id: int, unit_id: int, answer: ReplyAnswer, remark: str
) -> None:
    here = [
        one
        for one in leaves_of(meeting_id)
        if one.organisation_id == unit_id and one.person_id is None
    ]
    wanted = remark.strip()[:200] if answer is ReplyAnswer.EXCUSED else None
    if wanted is not None and [one.reason for one in here] == [wanted]:
        return
    for one in here:
        withdraw_leave(actor, meeting_id, one.id)
    if wanted is not None:
        note_leave(actor, meeting_id, organisation_id=unit_id, reason=wanted)


def _end_proxies(actor: Actor, meeting_id: int, unit_id: int) -> None:
    for one in proxies_of(meeting_id, unit_id):
        revoke_mandate(actor, meeting_id, one.id)


def _person(
    actor: Actor, meeting: Meeting, unit_id: int, proxy: Proxy, *, is_paper_due: bool
) -> int:
    if not proxy.name.strip():
        raise Invalid("proxy_missing", N_("请填写受托人的姓名。"), field="proxy_name")
    members = {name_key(name): one for one, name in member_names(meeting.alliance_id).items()}
    theirs = members.get(name_key(proxy.unit))
    if theirs is None:
        raise Invalid(
            "proxy_unit", N_("受托人须来自另一个成员单位，请从名单里选。"), field="proxy_unit"
        )
    if theirs == unit_id:
        raise Invalid(
            "proxy_own_unit", N_("本单位的人直接报名即可，不必委托。"), field="proxy_unit"
        )
    if not proxy.phone.strip():
        raise Invalid("proxy_phone", N_("请填写受托人的手机号。"), field="proxy_phone")
    if proxy.paper is not None:
        media_type_of(proxy.paper[1])
    elif is_paper_due:
        raise Invalid("paper_missing", N_("请上传签字或盖章的委托书。"), field="paper")
    try:
        typed = PersonIn(proxy.name, proxy.phone, organisation_id=theirs)
        (found,) = ensure_people(meeting.alliance_id, [typed], _is_named)
    except Invalid as error:
        error.field = {"name": "proxy_name", "phone": "proxy_phone"}.get(error.field or "")
        raise
    if found.is_new:
        scope_id = alliance_of(meeting.alliance_id).scope_id
        audit(actor, scope_id, "person.add", f"person:{found.id}")
    return found.id


def _is_named(typed: PersonIn, known: KnownPerson) -> bool:
    """Tell whether somebody with the phone is who was named, of the unit that was named."""
    is_theirs = known.organisation_id == typed.organisation_id
    return is_theirs and name_key(known.name) == name_key(typed.name)
