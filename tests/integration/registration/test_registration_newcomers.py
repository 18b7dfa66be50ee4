"""Newcomers at the public form: places are held while they come at once, and they leave a trace."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask

from eventapp.core.access import SYSTEM
from eventapp.core.db import db
from eventapp.core.errors import Busy
from eventapp.core.ledger import AuditEntry, verify
from eventapp.meetings.queries import meeting_of
from eventapp.registration.models import Consent, Registration
from eventapp.registration.rules import DEFAULT_CONSENT, Category, State
from eventapp.registration.service import register_publicly, set_category, set_consent
from tests.factories_registration import make_meeting

PEOPLE, PLACES = 12, 3


def test_newcomers_at_once_take_no_more_than_the_places(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id, scope_id = meeting.id, meeting_of(meeting.id).scope_id
    version = set_consent(SYSTEM, meeting_id, DEFAULT_CONSENT).version
    set_category(
        SYSTEM, meeting_id, Category.DELEGATE, public=True, auto_approve=True, quota=PLACES
    )

    def come(number: int) -> None:
        for _ in range(20):
            with house.app_context():
                try:
                    register_publicly(
                        meeting_id,
                        name=f"来宾{number}",
                        phone=f"1380013{number:04d}",
                        unit="东营职业学院",
                        category=Category.DELEGATE,
                        consent_version=version,
                    )
                    return
                except Busy:
                    continue
                finally:
                    db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(come, range(PEOPLE)))
    of_meeting = sa.select(Registration.id).where(Registration.meeting_id == meeting_id)
    approved = of_meeting.where(Registration.state == State.APPROVED)
    waiting = of_meeting.where(Registration.state == State.WAITLISTED)
    assert len(db.session.scalars(approved).all()) == PLACES
    assert len(db.session.scalars(waiting).all()) == PEOPLE - PLACES
    agreed = sa.select(Consent.id).where(Consent.registration_id.in_(of_meeting))
    assert len(db.session.scalars(agreed).all()) == PEOPLE
    submitted = sa.select(AuditEntry.id).where(
        AuditEntry.scope_id == scope_id, AuditEntry.action == "registration.submit"
    )
    assert len(db.session.scalars(submitted).all()) == PEOPLE
    assert list(verify(AuditEntry, scope_id)) == []
