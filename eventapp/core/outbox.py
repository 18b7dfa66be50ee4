"""Mail as rows: written with the act that causes it, sent by a job, never lost.

A crash between sending and noting it may send a mail twice, with the same Message-ID, so that
the receiving side can see that it is the same.
"""

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from eventapp.core import clock
from eventapp.core.access import Actor
from eventapp.core.db import Base, db, transaction
from eventapp.core.jobs import Job, enqueue

DAY = timedelta(days=1)


class Message(Base):
    """One mail to one person, of which kind, about what, and what became of it.

    `trying_at` is set before the mail is handed over and `sent_at` after: a mail that is tried
    again with the first and without the second is `doubtful`, it may arrive twice. `refusal` is
    what the other side said. Attachments are the file store's: name, media type, digest.
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


class Transport(Protocol):
    """A way to hand a mail over."""

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over or raise."""
        ...


@dataclass(frozen=True)
class FolderTransport:
    """Write mails as .eml files: the default, so that an installation without SMTP loses none."""

    folder: Path

    def send(self, mail: EmailMessage) -> None:
        """Write the mail under its Message-ID; the same mail twice is the same file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = mail["Message-ID"].strip("<>").replace("@", "_at_")
        (self.folder / f"{name}.eml").write_bytes(bytes(mail))


@dataclass(frozen=True)
class SmtpTransport:
    """Send mails through an SMTP server, with STARTTLS where it offers it."""

    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    timeout: float = 20.0

    def send(self, mail: EmailMessage) -> None:
        """Send one mail; raises smtplib.SMTPException or OSError."""
        kind = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
        with kind(self.host, self.port, timeout=self.timeout) as server:
            if not self.tls and server.has_extn("starttls"):
                server.starttls()
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)


@dataclass
class _Post:
    transport: Transport | None = None
    sender: str = ""
    domain: str = "localhost"


_post = _Post()


def configure(transport: Transport, sender: str, domain: str) -> None:
    """Send mail this way, from this address, with Message-IDs of this domain."""
    _post.transport, _post.sender, _post.domain = transport, sender, domain


def post(actor: Actor, scope_id: int, recipient: str, subject: str, text: str) -> Message:
    """Put a mail into the outbox, in the surrounding transaction."""
    message = Message(
        scope_id=scope_id,
        message_id=f"<{uuid4().hex}@{_post.domain}>",
        recipient=recipient,
        subject=subject,
        text=text,
        created_at=clock.now(),
    )
    db.session.add(message)
    db.session.flush()
    enqueue("send_message", scope_id, actor, message=message.id)
    return message


def delete_recipients(scope_id: int) -> None:
    """Forget whom the mails of a scope went to; a mail of the last day may still be on its way."""
    db.session.execute(
        sa.update(Message)
        .where(Message.scope_id == scope_id, Message.created_at < clock.now() - DAY)
        .values(recipient="")
    )


def send_message(job: Job) -> dict[str, Any]:
    """Send the mail that a job names, once; the handler of `send_message` jobs."""
    message = db.session.get_one(Message, job.params["message"])
    if message.sent_at is not None:
        return {"sent": False}
    if _post.transport is None:
        msg = "the outbox is not configured"
        raise RuntimeError(msg)
    mail = EmailMessage()
    mail["Message-ID"] = message.message_id
    mail["From"], mail["To"] = _post.sender, message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.created_at)
    mail.set_content(message.text)
    _post.transport.send(mail)
    with transaction() as session:
        session.get_one(Message, message.id).sent_at = clock.now()
    return {"sent": True}
