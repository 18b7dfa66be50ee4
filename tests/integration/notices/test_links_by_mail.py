"""A liaison's link by mail: to one unit, to all that have an address, again, and listed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token
from eventapp.core import clock
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict
from eventapp.core.outbox import Message
from eventapp.notices.service import mail_liaison_links
from eventapp.registration.queries.units import links_mailed
from eventapp.registration.service import appoint_liaison, revoke_liaison_link, set_liaison
from eventapp.web.queue import run_due
from tests.factories import make_user, sign_in
from tests.factories_registration import make_meeting, make_unit


def _units(meeting_id: int, alliance_id: int) -> list[int]:
    """Open three delegations: two liaisons with an address, one with none."""
    found: list[int] = []
    for number, email in enumerate(("one@example.org", "two@example.org", "")):
        unit, phone = make_unit(alliance_id), f"1380000000{number}"
        row = appoint_liaison(
            SYSTEM, meeting_id, unit, name="联络员" + "甲乙丙"[number], phone=phone,
            email=email, quota=None,
        )  # fmt: skip
        found.append(row.id)
    return found


def _mails(app: Flask) -> list[Message]:
    run_due(app)
    return list(db.session.scalars(sa.select(Message).order_by(Message.recipient, Message.id)))


def test_all_units_with_an_address_get_their_own_link(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id, scope_id = meeting.id, meeting.scope_id
    one, two, _three = _units(meeting_id, meeting.alliance_id)
    assert mail_liaison_links(SYSTEM, meeting_id) == 2
    mails = _mails(house)
    assert [(mail.recipient, mail.about) for mail in mails] == [
        ("one@example.org", f"delegation:{one}"),
        ("two@example.org", f"delegation:{two}"),
    ]
    for mail, delegation in zip(mails, (one, two), strict=True):
        link = link_of(scope_id, Role.LIAISON, delegation)
        assert link is not None
        assert link_token(link) in mail.text
    assert "联络员甲" in mails[0].text
    assert set(links_mailed(scope_id)) == {one, two}
    with pytest.raises(Conflict):
        mail_liaison_links(SYSTEM, meeting_id)  # a second press
    with clock.fixed(clock.now() + timedelta(hours=2)):
        assert mail_liaison_links(SYSTEM, meeting_id) == 2


def test_one_unit_gets_it_again_whenever_somebody_asks(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id = meeting.id
    one, _two, three = _units(meeting_id, meeting.alliance_id)
    for _ in range(2):
        assert mail_liaison_links(SYSTEM, meeting_id, one) == 1
    assert [mail.recipient for mail in _mails(house)] == ["one@example.org"] * 2
    with pytest.raises(Conflict):
        mail_liaison_links(SYSTEM, meeting_id, three)


def test_a_link_that_was_ended_is_not_mailed_even_if_it_was_asked_for(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id = meeting.id
    one, two, _three = _units(meeting_id, meeting.alliance_id)
    mail_liaison_links(SYSTEM, meeting_id)
    revoke_liaison_link(SYSTEM, meeting_id, one)
    assert [mail.about for mail in _mails(house)] == [f"delegation:{two}"]
    with pytest.raises(Conflict):
        mail_liaison_links(SYSTEM, meeting_id, one)


def test_an_address_typed_for_a_known_liaison_is_kept(house: Flask) -> None:
    meeting = make_meeting()
    meeting_id = meeting.id
    unit = make_unit(meeting.alliance_id)
    words = {"name": "王磊", "phone": "13800138000"}
    appoint_liaison(SYSTEM, meeting_id, unit, **words, quota=None)
    row = appoint_liaison(SYSTEM, meeting_id, unit, **words, email="w@example.org", quota=None)
    assert mail_liaison_links(SYSTEM, meeting_id, row.id) == 1
    appoint_liaison(SYSTEM, meeting_id, unit, **words, quota=3)
    assert mail_liaison_links(SYSTEM, meeting_id, row.id) == 1


def test_the_desk_sends_links_and_finds_them_in_the_list_of_letters(app: Flask) -> None:
    with app.app_context():
        meeting, elsewhere = make_meeting(), make_meeting()
        slug = meeting.slug
        one, _two, three = _units(meeting.id, meeting.alliance_id)
        foreign = set_liaison(SYSTEM, elsewhere.id, make_unit(elsewhere.alliance_id)).id
        organiser = app.test_client()
        sign_in(organiser, make_user(Role.ORGANISER, meeting.scope_id))
    base = f"/m/{slug}/desk/delegations"
    page = organiser.get(base).text
    assert "还没有发过邮件" in page
    assert "联络员没有登记邮箱" in page
    assert organiser.post(f"{base}/{one}/mail").status_code == 303
    assert "正在发给 1 位联络员" in organiser.get(base).text
    assert organiser.post(f"{base}/{foreign}/mail").status_code == 404
    organiser.post(f"{base}/{three}/mail")
    assert "没有可以发邮件的联络员" in organiser.get(base).text
    assert organiser.post(f"{base}/mail").status_code == 303
    with app.app_context():
        assert len(_mails(app)) == 3
    assert "再发一次" in organiser.get(base).text
    letters = organiser.get(f"/m/{slug}/desk/mails?kind=liaison_link").text
    assert letters.count('<details class="wide">') == 3
    assert "联络员链接" in letters
