"""Ways in which a message leaves the house: a mail server, a folder of mails, a folder of texts.

Each either hands a message over, or says why not. Whoever raises Refused is sure that nothing
was taken; any other exception leaves open whether the message will arrive.
"""

import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, runtime_checkable

PERMANENT = range(500, 600)


class Refused(Exception):
    """The other side did not take a message, for now or, if `permanent`, for good."""

    def __init__(self, words: str, *, permanent: bool = False) -> None:
        super().__init__(words)
        self.permanent = permanent


class Transport(Protocol):
    """A way to hand a mail over."""

    def send(self, mail: EmailMessage) -> None:
        """Hand one mail over, or raise; Refused where it certainly was not taken."""
        ...


class Messenger(Protocol):
    """A way to hand a short message to a telephone number: SMS, WeChat, whatever an office has.

    Whoever has a contract writes a class with this one verb (docs/adr/0016).
    """

    def send(self, number: str, text: str, message_id: str) -> None:
        """Hand one text over under its id, or raise; Refused where it certainly was not taken."""
        ...


@runtime_checkable
class Keeper(Protocol):
    """A way that keeps copies of what it handed over, and can drop them."""

    def forget(self, message_id: str) -> None:
        """Drop the copy of one message; without one nothing happens."""
        ...


def file_name(message_id: str) -> str:
    """Turn a Message-ID into the name of a file, without its ending."""
    return message_id.strip("<>").replace("@", "_at_")


@dataclass(frozen=True)
class FolderTransport:
    """Write mails as .eml files: the default, so that an installation without SMTP loses none."""

    folder: Path

    def send(self, mail: EmailMessage) -> None:
        """Write the mail under its Message-ID; the same mail twice is the same file."""
        _write(self.folder / f"{file_name(mail['Message-ID'])}.eml", bytes(mail))

    def forget(self, message_id: str) -> None:
        """Delete the file of one mail."""
        (self.folder / f"{file_name(message_id)}.eml").unlink(missing_ok=True)


@dataclass(frozen=True)
class FolderMessenger:
    """Write short messages as .txt files, for whoever carries them on by hand or by a program."""

    folder: Path

    def send(self, number: str, text: str, message_id: str) -> None:
        """Write the number and the text; the same message twice is the same file."""
        _write(self.folder / f"{file_name(message_id)}.txt", f"{number}\n\n{text}".encode())

    def forget(self, message_id: str) -> None:
        """Delete the file of one message."""
        (self.folder / f"{file_name(message_id)}.txt").unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:  # it stays to be sent, and the next try writes it whole
        raise Refused(_words(error)) from error


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
        """Send one mail.

        A server that cannot be reached, or that does not let us in, refuses for now: that is no
        fault of the mail. A connection that breaks once the mail is on its way leaves it open
        whether it was taken.
        """
        try:
            server = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise Refused(_words(error)) from error
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise Refused(_spoken(code, words), permanent=code in PERMANENT) from error
        except smtplib.SMTPResponseException as error:
            raise Refused(_words(error), permanent=error.smtp_code in PERMANENT) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(_words(error), permanent=True) from error
        finally:
            # Once it is taken, a server that stumbles over our good-bye changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        kind: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL if self.tls else smtplib.SMTP
        server = kind(self.host, self.port, timeout=self.timeout)
        try:
            if not self.tls:
                server.ehlo_or_helo_if_needed()
                if server.has_extn("starttls"):
                    server.starttls()
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _spoken(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _spoken(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
