"""A unit's answer to the notice: kept, changed, refused when it is too late."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.core import clock
from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import AuditEntry
from eventapp.notices.queries import reply_of
from eventapp.notices.rules import DESK, ReplyAnswer
from eventapp.notices.service import reply
from eventapp.registration.service import set_liaison
from tests.factories_registration import make_alliance, make_meeting, make_unit

ATTENDING, EXCUSED, PROXY = ReplyAnswer.ATTENDING, ReplyAnswer.EXCUSED, ReplyAnswer.PROXY


@pytest.fixture
def invited(house: Flask) -> tuple[int, int]:
    """A meeting and a delegation to it."""
    alliance = make_alliance()
    meeting = make_meeting(alliance.id)
    return meeting.id, set_liaison(SYSTEM, meeting.id, make_unit(meeting.alliance_id)).id


def test_an_answer_is_kept_and_the_next_replaces_it(invited: tuple[int, int]) -> None:
    meeting_id, delegation_id = invited
    reply(SYSTEM, meeting_id, delegation_id, ATTENDING, 3, " 两素一清真 ")
    found = reply_of(delegation_id)
    assert found is not None
    assert (found.answer, found.persons, found.remark) == (ATTENDING, 3, "两素一清真")
    reply(SYSTEM, meeting_id, delegation_id, EXCUSED, 3)
    found = reply_of(delegation_id)
    assert found is not None
    assert (found.answer, found.persons, found.remark) == (EXCUSED, None, "")
    acts = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "notice.reply").order_by(AuditEntry.seq)
    ).all()
    assert len(acts) == 2
    assert '"before":"attending"' in acts[1].body


def test_a_delegation_of_another_meeting_is_not_found(invited: tuple[int, int]) -> None:
    _, delegation_id = invited
    other = make_meeting()
    with pytest.raises(NotFound):
        reply(SYSTEM, other.id, delegation_id, PROXY)
    assert reply_of(delegation_id) is None


@pytest.mark.parametrize(("persons", "remark"), [(None, ""), (0, ""), (1000, ""), (1, "长" * 401)])
def test_what_cannot_be_is_refused_at_its_field(
    invited: tuple[int, int], persons: int | None, remark: str
) -> None:
    with pytest.raises(Invalid) as refused:
        reply(SYSTEM, *invited, ATTENDING, persons, remark)
    assert refused.value.field == ("remark" if remark else "persons")


def test_once_the_meeting_begins_only_the_desk_notes_an_answer(invited: tuple[int, int]) -> None:
    meeting_id, delegation_id = invited
    with clock.fixed(clock.now() + timedelta(days=7, seconds=1)):
        with pytest.raises(Conflict):
            reply(SYSTEM, meeting_id, delegation_id, PROXY)
        reply(SYSTEM, meeting_id, delegation_id, PROXY, channel=DESK)
    found = reply_of(delegation_id)
    assert found is not None
    assert found.channel == DESK
