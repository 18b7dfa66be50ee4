"""Messages as rows: written with the act that causes them, sent by a job, never lost.

Before a message is handed over its row says so, and after. One that is found tried and not sent,
because the worker died between the two, may have gone out: it is tried once more, under the same
Message-ID, and then no more until a person asks. So at most one duplicate is ever sent.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock, files
from eventapp.core.access import Actor
from eventapp.core.db import Base, after_commit, db, direct_transaction, lock, transaction
from eventapp.core.errors import N_, Conflict, DomainError
from eventapp.core.jobs import MAX_ATTEMPTS, Job, enqueue, finish, turn_into
from eventapp.core.ledger import audit
from eventapp.core.transports import Keeper, Messenger, Refused, Transport

DAY = timedelta(days=1)
LONGEST_REFUSAL = 400
UNCLEAR = N_("两次都没有等到对方的答复，可能已经送达；已经停下，请核对后再决定是否重发。")
NO_ADDRESS = N_("联系方式已按期删除。")
FORGOTTEN = N_("未送达；对方答复的原文已删除。")
_log = logging.getLogger("menghui")


class Message(Base):
    """One message to one person, of which kind, about what, and what became of it.

    A recipient with an @ is written a mail, a telephone number a short message. `trying_at` is
    set before it is handed over and `sent_at` after: a message that is tried again with the first
    and without the second is `doubtful`, it may arrive twice. `refusal` is what the other side
    said last; one that was refused for good keeps `trying_at` too and is left alone from then on.
    Attachments are the file store's: name, media type, digest.
    """

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(sa.ForeignKey("scopes.id"), index=True)
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    recipient: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str]
    text: Mapped[str]
    kind: Mapped[str] = mapped_column(sa.String(40), default="")
    about: Mapped[str] = mapped_column(sa.String(40), default="", index=True)
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    trying_at: Mapped[datetime | None]
    doubtful: Mapped[bool] = mapped_column(default=False)
    refusal: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


_messages: Any = Message.__table__
_COLUMNS = tuple(column.name for column in _messages.c if column.name != "id")
_POST = sa.insert(_messages).returning(_messages.c.id)
_SENT = (
    sa.update(_messages)
    .where(_messages.c.id == sa.bindparam("message"))
    .values(sent_at=sa.bindparam("now"), refusal="")
    .returning(_messages.c.recipient, _messages.c.message_id)
)


class Fate(StrEnum):
    """What became of a message so far."""

    WAITING = "waiting"
    SENT = "sent"
    TWICE = "twice"
    REFUSED = "refused"


FATE_LABEL: dict[Fate, str] = {
    Fate.WAITING: N_("待发"),
    Fate.SENT: N_("已发出"),
    Fate.TWICE: N_("已发出，可能重复"),
    Fate.REFUSED: N_("未能送达"),
}
_GIVEN_UP = sa.and_(Message.trying_at.is_not(None), Message.refusal != "")
FATE = sa.case(
    (sa.and_(Message.sent_at.is_not(None), Message.doubtful), Fate.TWICE.value),
    (Message.sent_at.is_not(None), Fate.SENT.value),
    (_GIVEN_UP, Fate.REFUSED.value),
    else_=Fate.WAITING.value,
)
"""The same in the database."""


def fate_of(message: Message) -> Fate:
    """Tell what became of a message so far."""
    if message.sent_at is not None:
        return Fate.TWICE if message.doubtful else Fate.SENT
    return Fate.REFUSED if message.trying_at and message.refusal else Fate.WAITING


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the store that goes with a mail."""

    name: str
    media_type: str
    digest: str


@dataclass
class _Post:
    transport: Transport | None = None
    sender: str = ""
    domain: str = "localhost"
    messenger: Messenger | None = None


_post = _Post()


def configure(
    transport: Transport, sender: str, domain: str, messenger: Messenger | None = None
) -> None:
    """Send mail this way, from this address, with Message-IDs of this domain; and texts that way.

    Without a messenger, what is written to a telephone number is refused.
    """
    _post.transport, _post.sender, _post.domain = transport, sender, domain
    _post.messenger = messenger


def post(
    actor: Actor,
    scope_id: int,
    recipient: str,
    subject: str,
    text: str,
    *,
    kind: str = "",
    about: str = "",
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Put a message into the outbox, in the surrounding transaction.

    `about` names what it speaks of as ledgers do, `registration:12`; `kind` is the sender's word.
    """
    message = _written(scope_id, recipient, subject, text, kind, about, attachments)
    db.session.add(message)
    db.session.flush()
    enqueue("send_message", scope_id, actor, message=message.id)
    return message


def post_by(
    job: Job,
    recipient: str,
    subject: str,
    text: str,
    *,
    kind: str = "",
    about: str = "",
    attachments: Sequence[Attachment] = (),
) -> Callable[[], dict[str, Any]]:
    """Put a message into the outbox, noted as tried, for the job that runs to send it at once.

    From the surrounding commit on the job is the one that sends this message, whoever takes it
    up again. Call what is returned after the commit.
    """
    message = _written(job.scope_id, recipient, subject, text, kind, about, attachments)
    message.trying_at = message.created_at
    columns = {name: getattr(message, name) for name in _COLUMNS}
    message.id = db.session.connection().execute(_POST, columns).scalar_one()
    turn_into(job, "send_message", message=message.id)
    return partial(_send, job, message)


def _written(
    scope_id: int,
    recipient: str,
    subject: str,
    text: str,
    kind: str,
    about: str,
    attachments: Sequence[Attachment],
) -> Message:
    return Message(
        scope_id=scope_id,
        message_id=f"<{uuid4().hex}@{_post.domain}>",
        recipient=recipient,
        subject=subject,
        text=text,
        kind=kind,
        about=about,
        attachments=[
            {"name": one.name, "type": one.media_type, "digest": one.digest} for one in attachments
        ],
        doubtful=False,
        refusal="",
        created_at=clock.now(),
    )


def resend(actor: Actor, message_id: int) -> Message:
    """Let a message go once more because a person asks.

    One that did not arrive goes again under its own Message-ID; of one that was sent a copy goes,
    under a new one, which no mail server takes for a duplicate. Raises Conflict for one that
    still waits.
    """
    with transaction():
        message = lock(Message, message_id)
        fate = fate_of(message)
        if fate is Fate.WAITING:
            raise Conflict("message_waits", N_("这封邮件正在等待发送，不必重发。"))
        if not message.recipient:
            raise Conflict("recipient_gone", NO_ADDRESS)
        if fate is Fate.REFUSED:
            message.trying_at, message.refusal = None, ""
            enqueue("send_message", message.scope_id, actor, message=message.id)
            new = message
        else:
            new = post(
                actor,
                message.scope_id,
                message.recipient,
                message.subject,
                message.text,
                kind=message.kind,
                about=message.about,
                attachments=[
                    Attachment(one["name"], one["type"], one["digest"])
                    for one in message.attachments
                ],
            )
        audit(actor, message.scope_id, "message.resend", f"message:{message_id}", by=new.id)
    return new


def delete_recipients(scope_id: int) -> None:
    """Forget whom the mails of a scope went to; a mail of the last day may still be on its way."""
    db.session.execute(
        sa.update(Message)
        .where(Message.scope_id == scope_id, Message.created_at < clock.now() - DAY)
        .values(recipient="")
    )


def forget_messages(message_ids: Collection[int]) -> None:
    """Leave of messages no more than that they were: whom to, what and its files go.

    Copies in folders of ours go after the commit; what a server took is out of our hands.
    """
    for place in range(0, len(wanted := sorted(message_ids)), 500):
        some = wanted[place : place + 500]
        rows = db.session.execute(sa.select(Message.message_id).where(Message.id.in_(some)))
        for (message_id,) in rows:
            _forget_copy_later(message_id)
        db.session.execute(
            sa.update(Message)
            .where(Message.id.in_(some))
            .values(recipient="", subject="", text="", attachments=[])
        )
        db.session.execute(
            sa.update(Message)
            .where(Message.id.in_(some), Message.refusal.not_in((UNCLEAR, NO_ADDRESS)))
            .values(refusal=sa.case((Message.refusal == "", ""), else_=FORGOTTEN))
        )
        db.session.execute(
            sa.update(Job)
            .where(Job.kind == "send_message", Job.params["message"].as_integer().in_(some))
            .values(error="")
        )


def _forget_copy_later(message_id: str) -> None:
    for way in (_post.transport, _post.messenger):
        if isinstance(way, Keeper):
            after_commit(partial(way.forget, message_id))


def send_message(job: Job) -> dict[str, Any]:
    """Send the message that a job names, once; the handler of `send_message` jobs."""
    if not _begin(job.params["message"]):
        return {"sent": False}
    return _send(job, db.session.get_one(Message, job.params["message"]))


def _send(job: Job, message: Message) -> dict[str, Any]:
    """Hand a message over that is noted as tried, and note what became of it.

    A refusal for good is kept and not tried again; any other failure is left to the job's rules.
    """
    message_id, is_last = message.id, job.attempts >= MAX_ATTEMPTS
    try:
        _hand_over(message)
    except Refused as refused:
        _note_refusal(message_id, str(refused), final=refused.permanent or is_last)
        if refused.permanent:
            return {"sent": False, "refused": True}
        raise
    except Exception:
        if is_last:
            _note_refusal(message_id, UNCLEAR, final=True)
        raise
    result = {"sent": True}
    with direct_transaction() as connection:
        kept = connection.execute(_SENT, {"message": message_id, "now": clock.now()}).one()
        finish(connection, job, result)
    if not kept.recipient:  # forgotten while it was on its way
        with transaction():
            _forget_copy_later(kept.message_id)
    return result


def _begin(message_id: int) -> bool:
    """Note durably that a message is about to be handed over; tell whether it may be."""
    with transaction():
        message = lock(Message, message_id)
        if fate_of(message) is not Fate.WAITING:
            return False
        if message.trying_at is not None:
            if message.doubtful:
                message.refusal = UNCLEAR
                return False
            message.doubtful = True
            _log.warning("message %s may arrive twice", message.message_id)
        message.trying_at = clock.now()
        if not message.recipient:
            message.refusal = NO_ADDRESS
            return False
    return True


def _note_refusal(message_id: int, words: str, *, final: bool) -> None:
    with transaction() as session:
        message = session.get_one(Message, message_id)
        # What servers say repeats the address; it stands in one column, where it can be erased.
        message.refusal = words.replace(message.recipient, "***")[:LONGEST_REFUSAL]
        if not final:
            message.trying_at = None


def _hand_over(message: Message) -> None:
    if "@" not in message.recipient:
        if _post.messenger is None:
            raise Refused("no messenger is configured", permanent=True)
        _post.messenger.send(message.recipient, message.text, message.message_id)
        return
    if _post.transport is None:
        msg = "the outbox is not configured"
        raise RuntimeError(msg)
    try:
        mail = _compose(message)
    except (ValueError, DomainError) as error:  # an address that no mail bears, a file that is lost
        raise Refused(f"{type(error).__name__}: {error}", permanent=True) from error
    _post.transport.send(mail)


def _compose(message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = message.message_id
    mail["From"], mail["To"] = _post.sender, message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.created_at)
    mail.set_content(message.text)
    for one in message.attachments:
        main, _, sub = one["type"].partition("/")
        mail.add_attachment(
            files.read(one["digest"]),
            maintype=main,
            subtype=sub,
            filename=one["name"],
            params={"charset": "utf-8"} if main == "text" else None,
        )
    if message.attachments:  # else the library looks through the whole mail for a free one
        mail.set_boundary(f"=={message.message_id.strip('<>').partition('@')[0]}==")
    return mail
