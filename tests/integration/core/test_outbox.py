"""Mail through a real mail server: sent once, refusals kept, doubts told, never more than twice."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from eventapp.core import clock, files, outbox
from eventapp.core.access import SYSTEM
from eventapp.core.db import db, transaction
from eventapp.core.errors import Conflict
from eventapp.core.jobs import LOST_AFTER, Job, JobState, enqueue, run
from eventapp.core.outbox import Attachment, Fate, Message, fate_of, post, post_by, resend
from eventapp.core.scope import ROOT
from eventapp.core.transports import FolderMessenger, FolderTransport, SmtpTransport, Transport
from eventapp.web.queue import run_due
from tests.live import free_port
from tests.smtp import Server, smtp_server

TO = "wang.lei@example.org"


@pytest.fixture(autouse=True)
def _others_send_as_before(house: Flask, tmp_path: Path) -> Iterator[None]:
    """Other tests' mails go where they went: whatever way a test here chooses is its own."""
    yield
    _send_by(FolderTransport(Path(house.extensions["config"].var) / "mail"), tmp_path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A mail server through which the application sends."""
    with smtp_server() as found:
        _send_by(SmtpTransport("127.0.0.1", found.port, timeout=3), tmp_path)
        yield found


def _send_by(transport: Transport, folder: Path) -> None:
    outbox.configure(
        transport, "menghui@example.org", "localhost", FolderMessenger(folder / "messages")
    )


def _post(recipient: str = TO, **more: object) -> int:
    with transaction():
        return post(SYSTEM, ROOT, recipient, "会议通知", "请准时参会。", **more).id  # type: ignore[arg-type]


def _found(message_id: int) -> Message:
    return db.session.get_one(Message, message_id, populate_existing=True)


def _work(app: Flask, times: int = 1) -> None:
    """Do what waits, and again later, as the sweeper would."""
    for turn in range(times):
        with clock.fixed(clock.now() + timedelta(hours=turn)):
            run_due(app)


def test_a_mail_is_sent_once_with_its_files(house: Flask, server: Server) -> None:
    with transaction():
        stored = files.store("BEGIN:VCALENDAR 会议".encode(), "text/calendar")
        file = Attachment("会议.ics", "text/calendar", stored.digest)
    one = _post(kind="approval", about="registration:1", attachments=[file])
    _work(house, 3)
    assert server.ids == [_found(one).message_id]
    mail = server.taken[0]
    assert mail["Subject"] == "会议通知"
    body, attached = mail.iter_parts()  # type: ignore[attr-defined]
    assert body.get_content().strip() == "请准时参会。"
    assert attached.get_filename() == "会议.ics"
    assert "会议" in attached.get_content()
    assert fate_of(_found(one)) is Fate.SENT


def test_a_refusal_for_good_is_kept_and_not_tried_again(house: Flask, server: Server) -> None:
    server.answers[TO] = f"550 5.1.1 <{TO}> unknown"
    one = _post()
    _work(house, 3)
    assert fate_of(_found(one)) is Fate.REFUSED
    assert _found(one).refusal == "550 5.1.1 <***> unknown"
    assert db.session.scalars(sa.select(Job.attempts)).all() == [1]
    del server.answers[TO]
    resend(SYSTEM, one)
    _work(house)
    assert server.ids == [_found(one).message_id], "the same mail, under its own Message-ID"
    assert (fate_of(_found(one)), _found(one).refusal) == (Fate.SENT, "")


def test_a_refusal_for_now_is_tried_again_and_told_meanwhile(house: Flask, server: Server) -> None:
    server.answers[TO] = "451 4.7.1 greylisted"
    one = _post()
    _work(house)
    assert (fate_of(_found(one)), _found(one).refusal) == (Fate.WAITING, "451 4.7.1 greylisted")
    with pytest.raises(Conflict):
        resend(SYSTEM, one)
    del server.answers[TO]
    with clock.fixed(clock.now() + timedelta(hours=1)):
        run_due(house)
    assert (fate_of(_found(one)), _found(one).doubtful) == (Fate.SENT, False)
    assert len(server.taken) == 1


def test_a_server_that_never_answers_is_given_up_after_five_tries(
    house: Flask, tmp_path: Path
) -> None:
    _send_by(SmtpTransport("127.0.0.1", free_port(), timeout=1), tmp_path)
    one = _post()
    _work(house, 6)
    assert fate_of(_found(one)) is Fate.REFUSED
    assert "ConnectionRefusedError" in _found(one).refusal
    job = db.session.scalars(sa.select(Job)).one()
    assert (job.state, job.attempts) == (JobState.FAILED, 5)


def test_a_connection_that_breaks_at_the_end_may_cost_one_duplicate_and_no_more(
    house: Flask, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def break_off() -> str:
        raise ConnectionResetError

    server.on_data = break_off
    one = _post()
    with caplog.at_level(logging.WARNING, "menghui"):
        _work(house, 6)
    assert server.ids == [_found(one).message_id] * 2
    assert fate_of(_found(one)) is Fate.REFUSED
    assert _found(one).refusal == outbox.UNCLEAR
    assert _found(one).doubtful
    assert "may arrive twice" in caplog.text
    assert TO not in caplog.text


def test_a_mail_that_was_sent_goes_again_as_a_copy(house: Flask, server: Server) -> None:
    one = _post(kind="reminder", about="registration:7")
    _work(house)
    copy = resend(SYSTEM, one).id
    _work(house)
    assert len(set(server.ids)) == 2
    assert (_found(copy).kind, _found(copy).about) == ("reminder", "registration:7")


def test_an_address_that_no_mail_can_bear_stops_only_itself(house: Flask, server: Server) -> None:
    bad, good = _post("wang\nlei@example.org"), _post()
    _work(house)
    assert fate_of(_found(bad)) is Fate.REFUSED
    assert fate_of(_found(good)) is Fate.SENT
    assert len(server.taken) == 1


@pytest.mark.usefixtures("server")
def test_what_is_written_to_a_number_becomes_a_file(house: Flask, tmp_path: Path) -> None:
    one = _post("13800001234")
    _work(house, 2)
    files = list((tmp_path / "messages").glob("*.txt"))
    assert [file.read_text() for file in files] == ["13800001234\n\n请准时参会。"]
    assert fate_of(_found(one)) is Fate.SENT


def test_what_is_forgotten_leaves_no_copy_and_is_not_sent_any_more(
    house: Flask, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    _send_by(FolderTransport(mails), tmp_path)
    gone, kept, waiting = _post(), _post("li.na@example.org"), 0
    _work(house)
    waiting = _post()
    assert len(list(mails.iterdir())) == 2
    with transaction():
        outbox.forget_messages([gone, waiting])
        assert len(list(mails.iterdir())) == 2  # not before the commit
    _work(house, 2)
    (left,) = mails.iterdir()
    assert "li.na@example.org" in left.read_text()
    for one in (gone, waiting):
        found = _found(one)
        assert (found.recipient, found.subject, found.text) == ("", "", "")
    assert fate_of(_found(gone)) is Fate.SENT
    assert _found(waiting).refusal == outbox.NO_ADDRESS
    assert _found(kept).text == "请准时参会。"
    with pytest.raises(Conflict):
        resend(SYSTEM, gone)


def test_a_mail_that_is_forgotten_on_its_way_leaves_no_copy_either(
    house: Flask, tmp_path: Path
) -> None:
    one, mails = _post(), FolderTransport(tmp_path / "mails")

    class Slow:
        """A way on which the mail is forgotten just before its copy is written."""

        def send(self, mail: object) -> None:
            with transaction():
                outbox.forget_messages([one])
            mails.send(mail)  # type: ignore[arg-type]

        def forget(self, message_id: str) -> None:
            mails.forget(message_id)

    _send_by(Slow(), tmp_path)
    _work(house)
    assert fate_of(_found(one)) is Fate.SENT
    assert list((tmp_path / "mails").iterdir()) == []


def _told(house: Flask, *, dies: bool) -> str:
    """Let one job compose a mail and send it; where it dies, it does after the commit."""

    def tell(job: Job) -> dict[str, object]:
        with transaction():
            send = post_by(job, TO, "会议通知", "请准时参会。")
        if dies:
            raise SystemExit
        return send()

    with transaction():
        job_id = enqueue("tell", ROOT, SYSTEM)
    with suppress(SystemExit):
        run(job_id, {"tell": tell, "send_message": outbox.send_message})
    return db.session.scalars(sa.select(Message.message_id)).one()


def test_one_job_composes_a_mail_and_sends_it(house: Flask, server: Server) -> None:
    message_id = _told(house, dies=False)
    _work(house, 3)
    assert server.ids == [message_id]
    assert db.session.scalars(sa.select(Job.state)).all() == [JobState.DONE]
    assert fate_of(db.session.scalars(sa.select(Message)).one()) is Fate.SENT


def test_a_job_that_dies_between_composing_and_sending_sends_the_same_mail_later(
    house: Flask, server: Server
) -> None:
    message_id = _told(house, dies=True)
    assert server.ids == []
    with clock.fixed(clock.now() + LOST_AFTER + timedelta(minutes=1)):
        _work(house, 3)
    assert server.ids == [message_id], "not composed again, and not lost"
    assert fate_of(db.session.scalars(sa.select(Message)).one()) is Fate.TWICE, "it may have gone"


def test_a_mail_that_is_refused_for_now_is_not_composed_again(house: Flask, server: Server) -> None:
    server.answers[TO] = "451 4.7.1 greylisted"
    message_id = _told(house, dies=False)
    del server.answers[TO]
    with clock.fixed(clock.now() + timedelta(hours=1)):
        run_due(house)
    assert server.ids == [message_id]
    assert fate_of(db.session.scalars(sa.select(Message)).one()) is Fate.SENT
