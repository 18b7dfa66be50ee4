"""The formal notice: composed, changed, sent in time or with a reason, received, answered."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from eventapp.accounts.queries import link_of
from eventapp.accounts.service import link_token, open_link
from eventapp.agenda.rules import Kind as ItemKind
from eventapp.agenda.service import add_item
from eventapp.core import clock, files
from eventapp.core.access import SYSTEM, Role
from eventapp.core.db import db
from eventapp.core.errors import Conflict, Invalid, NotFound
from eventapp.core.ledger import digest
from eventapp.core.outbox import Fate, Message
from eventapp.meetings.models import Meeting
from eventapp.meetings.queries import meeting_of
from eventapp.meetings.service import change_meeting
from eventapp.notices.models import NoticeDelivery
from eventapp.notices.queries import latest_notice, notice_in, units_of
from eventapp.notices.rules import DESK, Draft, NoticeState, ReplyAnswer
from eventapp.notices.service import (
    add_paper,
    change_notice,
    compose_notice,
    content_of,
    recompose_notice,
    remind_units,
    remove_paper,
    reply,
    send_notice,
)
from eventapp.registration.service import set_liaison
from eventapp.web.queue import run_due
from tests.factories import make_user, put_token, sign_in
from tests.factories_registration import make_alliance, make_meeting, make_person, make_unit

LATE = "筹备组延期成立，会期已定"


def _invite(meeting: Meeting, name: str, email: str = "") -> int:
    """Give a unit a delegation with a liaison; returns the delegation's id."""
    unit = make_unit(meeting.alliance_id, name)
    person = make_person(meeting.alliance_id, "李联络", unit, email=email)
    return set_liaison(SYSTEM, meeting.id, unit, person.id).id


def _notice(meeting: Meeting) -> int:
    return compose_notice(SYSTEM, meeting.id).id


@pytest.fixture
def meeting(house: Flask) -> Meeting:
    """A meeting in a week with two matters on its agenda."""
    found = make_meeting(make_alliance().id)
    for title in ("审议章程", "选举理事会"):
        add_item(SYSTEM, found.id, kind=ItemKind.DELIBERATION, title=title, minutes=20)
    return meeting_of(found.id)


def test_a_notice_is_composed_from_the_meeting(meeting: Meeting) -> None:
    notice = compose_notice(SYSTEM, meeting.id)
    assert notice.title == "关于召开山东省产教融合共同体成立大会的通知"
    assert "齐鲁会堂" in notice.text
    assert notice.matters == ["审议章程", "选举理事会"]
    assert notice.reply_by is not None
    assert notice.reply_by < meeting.starts_at
    assert compose_notice(SYSTEM, meeting.id).id == notice.id, "a draft is not begun twice"


def test_a_late_notice_needs_a_reason_and_an_early_one_none(meeting: Meeting) -> None:
    _invite(meeting, "甲学院")
    notice_id = _notice(meeting)
    with pytest.raises(Invalid) as refused:
        send_notice(SYSTEM, meeting.id, notice_id)
    assert refused.value.field == "late_reason"
    assert notice_in(meeting.id, notice_id).state is NoticeState.DRAFT
    with clock.fixed(clock.now() - timedelta(days=4)):
        notice = send_notice(SYSTEM, meeting.id, notice_id, late_reason="没有用处")
    assert (notice.state, notice.late_reason) == (NoticeState.SENT, "")


def test_a_sent_notice_is_frozen_under_its_digest(meeting: Meeting) -> None:
    _invite(meeting, "甲学院")
    notice_id = _notice(meeting)
    add_paper(SYSTEM, meeting.id, notice_id, "章程（草案）.pdf", b"%PDF-1.7 a")
    notice = send_notice(SYSTEM, meeting.id, notice_id, late_reason=LATE)
    assert notice.digest == digest(content_of(notice))
    draft = Draft("另一个标题", "另一段正文", [], None, 10)
    paper = notice.papers[0]["digest"]
    for act in (
        lambda: change_notice(SYSTEM, meeting.id, notice_id, draft),
        lambda: add_paper(SYSTEM, meeting.id, notice_id, "b.pdf", b"%PDF-1.7 b"),
        lambda: remove_paper(SYSTEM, meeting.id, notice_id, paper),
        lambda: send_notice(SYSTEM, meeting.id, notice_id, late_reason=LATE),
    ):
        with pytest.raises(Conflict):
            act()
    assert digest(content_of(notice_in(meeting.id, notice_id))) == notice.digest
    assert compose_notice(SYSTEM, meeting.id).number == 2


def test_a_draft_is_written_anew_from_another_time_and_agenda_and_keeps_its_papers(
    meeting: Meeting,
) -> None:
    meeting_id, starts_at, ends_at = meeting.id, meeting.starts_at, meeting.ends_at
    _invite(meeting, "甲学院")
    notice_id = _notice(meeting)
    add_paper(SYSTEM, meeting_id, notice_id, "章程.pdf", b"%PDF-1.7 a")
    sooner = timedelta(days=5)
    change_meeting(SYSTEM, meeting_id, venue="稷下学宫", starts_at=starts_at - sooner)
    change_meeting(SYSTEM, meeting_id, ends_at=ends_at - sooner)
    add_item(SYSTEM, meeting_id, kind=ItemKind.DELIBERATION, title="审议预算", minutes=20)
    assert "齐鲁会堂" in notice_in(meeting_id, notice_id).text, "nobody asked for it yet"
    notice = recompose_notice(SYSTEM, meeting_id, notice_id)
    assert "稷下学宫" in notice.text
    assert notice.matters[-1] == "审议预算"
    assert len(notice.papers) == 1
    assert notice.reply_by is None  # the usual three days before would lie behind us
    send_notice(SYSTEM, meeting_id, notice_id, late_reason=LATE)
    with pytest.raises(Conflict):
        recompose_notice(SYSTEM, meeting_id, notice_id)


def test_the_desk_is_told_that_a_draft_is_older_than_the_arrangements(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        found = make_meeting()
        meeting_id = found.id
        _invite(found, "甲学院")
        notice_id = _notice(meeting_of(meeting_id))
        sign_in(client, make_user(Role.ORGANISER, meeting_of(meeting_id).scope_id))
        one = f"/m/{meeting_of(meeting_id).slug}/desk/notices/{notice_id}"
    told = "会议安排已更改"
    assert told not in client.get(one).text
    with app.app_context():
        change_meeting(SYSTEM, meeting_id, venue="稷下学宫")
    page = client.get(one).text
    assert told in page
    assert client.post(f"{one}/renew").status_code == 303
    page = client.get(one).text
    assert told not in page
    assert "稷下学宫" in page
    with app.app_context():
        change_meeting(SYSTEM, meeting_id, venue="泰山大厦")
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', client.get(one).text)
    assert seen is not None
    typed = {"title": "会议通知", "text": "地点改在泰山大厦。", "notice_days": "10"}
    assert client.post(one, data=typed).status_code == 303
    assert told in client.get(one).text, "whoever saved it had not seen the change"
    assert client.post(one, data={**typed, "seen": seen[1]}).status_code == 303
    page = client.get(one).text
    assert told not in page, "whoever saved it saw the change beside it"
    assert "地点改在泰山大厦" in page
    with app.app_context():
        send_notice(SYSTEM, meeting_id, notice_id, late_reason=LATE)
        change_meeting(SYSTEM, meeting_id, venue="齐鲁会堂")
    assert told not in client.get(one).text
    assert client.post(f"{one}/renew").status_code == 409


def test_what_is_no_paper_is_refused(meeting: Meeting) -> None:
    notice_id = _notice(meeting)
    with pytest.raises(Invalid) as refused:
        add_paper(SYSTEM, meeting.id, notice_id, "a.pdf", b"<html>")
    assert refused.value.field == "paper"
    with pytest.raises(NotFound):
        notice_in(make_meeting().id, notice_id)


def test_units_with_an_address_get_a_mail_and_the_others_a_link(
    house: Flask, meeting: Meeting
) -> None:
    meeting_id = meeting.id
    written = _invite(meeting, "甲学院", "jia@example.org")
    told = _invite(meeting, "乙公司")
    send_notice(SYSTEM, meeting_id, _notice(meeting), late_reason=LATE)
    for _ in range(2):
        run_due(house)
    rows = {row.delegation_id: row for row in units_of(meeting_id)}
    assert (rows[written].fate, rows[told].fate) == (Fate.SENT, None)
    assert rows[told].sent_at is not None
    message = db.session.scalars(sa.select(Message)).one()
    link = link_of(meeting_of(meeting_id).scope_id, Role.LIAISON, written)
    assert link is not None
    assert (message.recipient, message.kind) == ("jia@example.org", "notice")
    assert link_token(link) in message.text


def test_without_a_unit_there_is_nobody_to_send_it_to(meeting: Meeting) -> None:
    with pytest.raises(Conflict):
        send_notice(SYSTEM, meeting.id, _notice(meeting), late_reason=LATE)


def test_only_who_has_not_answered_is_reminded_and_not_at_once_again(
    house: Flask, meeting: Meeting
) -> None:
    meeting_id = meeting.id
    answered = _invite(meeting, "甲学院", "jia@example.org")
    _invite(meeting, "乙公司", "yi@example.org")
    slow = _invite(meeting, "丙公司", "bing@example.org")
    _invite(meeting, "丁公司")
    with pytest.raises(Conflict):
        remind_units(SYSTEM, meeting_id)
    send_notice(SYSTEM, meeting_id, _notice(meeting), late_reason=LATE)
    reply(SYSTEM, meeting_id, answered, ReplyAnswer.EXCUSED)
    assert remind_units(SYSTEM, meeting_id) == 2
    with pytest.raises(Conflict):
        remind_units(SYSTEM, meeting_id)
    reply(SYSTEM, meeting_id, slow, ReplyAnswer.ATTENDING, 2)
    run_due(house)
    reminded = sa.select(Message.recipient).where(Message.kind == "notice_reminder")
    assert list(db.session.scalars(reminded)) == ["yi@example.org"], "who answered since is spared"


def _desk(app: Flask, client: FlaskClient) -> tuple[int, str, int]:
    with app.app_context():
        meeting = make_meeting(make_alliance().id)
        sign_in(client, make_user(Role.ORGANISER, meeting.scope_id))
        return meeting.id, meeting.slug, _invite(meeting, "甲学院")


def test_the_desk_composes_sends_and_notes_an_answer(app: Flask, client: FlaskClient) -> None:
    meeting_id, slug, delegation_id = _desk(app, client)
    here = f"/m/{slug}/desk/notices"
    one = client.post(here).location
    assert client.get(one).status_code == 200
    paper = (BytesIO(b"%PDF-1.7 a"), "../章程.pdf")
    assert client.post(f"{one}/papers", data={"paper": paper}).status_code == 303
    assert client.post(f"{one}/papers", data={}).status_code == 422
    typed = {"title": "会议通知", "text": "请参加。", "notice_days": "10", "matters": "一\n\n二"}
    assert client.post(one, data=typed).status_code == 303
    assert client.post(one, data={**typed, "notice_days": "91"}).status_code == 422
    refused = client.post(f"{one}/send", data={})
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    assert client.post(f"{one}/send", data={"late_reason": LATE}).status_code == 303
    with app.app_context():
        notice = latest_notice(meeting_id, sent=True)
        assert notice is not None
        assert (notice.matters, notice.late_reason) == (["一", "二"], LATE)
        kept = notice.papers[0]
        assert kept["name"] == "章程.pdf"
        assert files.read(kept["digest"]) == b"%PDF-1.7 a"
    assert client.get(f"{one}/papers/{kept['digest']}").data == b"%PDF-1.7 a"
    assert client.get(f"{one}/papers/{'0' * 64}").status_code == 404
    pdf = PdfReader(BytesIO(client.get(f"{one}/notice.pdf").data))
    assert "请参加" in "".join(page.extract_text() for page in pdf.pages)
    with app.app_context():
        reply(SYSTEM, meeting_id, delegation_id, ReplyAnswer.ATTENDING, 3, "电话答复", channel=DESK)
    listed = client.get(f"{here}?answer=attending").text
    assert "电话答复" in listed
    assert "甲学院" in listed
    assert "甲学院" not in client.get(f"{here}?answer=silent").text


def test_a_liaison_receives_the_notice_once_and_reads_only_its_papers(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        meeting = make_meeting(make_alliance().id)
        meeting_id, slug, scope_id = meeting.id, meeting.slug, meeting.scope_id
        delegation_id = _invite(meeting, "甲学院")
        link = link_of(scope_id, Role.LIAISON, delegation_id)
        assert link is not None
        put_token(client, f"liaison:{link.id}", open_link(link_token(link)))
    here = f"/m/{slug}/delegation/notice"
    assert client.get(here).status_code == 404, "a draft, or none, is nobody's business"
    with app.app_context():
        meeting = meeting_of(meeting_id)
        notice_id = _notice(meeting)
        assert client.get(here).status_code == 404
        add_paper(SYSTEM, meeting_id, notice_id, "章程.pdf", b"%PDF-1.7 a")
        send_notice(SYSTEM, meeting_id, notice_id, late_reason=LATE)
    before = client.get(here).text
    assert "签收并阅读" in before
    assert "齐鲁会堂" not in before
    assert client.post(here).status_code == 303
    after = client.get(here).text
    assert "齐鲁会堂" in after
    assert "签收并阅读" not in after
    assert client.get(f"{here}/papers/{'1' * 64}").status_code == 404
    with app.app_context():
        first = db.session.scalars(sa.select(NoticeDelivery.opened_at)).one()
        with clock.fixed(clock.now() + timedelta(hours=1)):
            client.post(here)
        assert db.session.scalars(sa.select(NoticeDelivery.opened_at)).one() == first
