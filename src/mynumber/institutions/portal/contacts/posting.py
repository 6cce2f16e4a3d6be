"""Handing an e-mail to a mail server (SMTP, RFC 5321), or to a folder where none is named.

MYNUMBER_SMTP_URL: smtp://[USER:PASSWORD@]HOST[:PORT], smtp+starttls://…, smtps://…
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from mynumber.webkit.environment import BadEnvironment

VARIABLE: Final = "MYNUMBER_SMTP_URL"
HOME: Final = "MYNUMBER_HOME"
FOLDER: Final = "mail"
SECONDS: Final = 20.0
"""How long a mail server may take over one answer."""
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_NOBODY_THERE: Final = frozenset({550, 551, 553, 554})
"""Answers to RCPT that say for good that the address takes nothing (RFC 5321, 4.2.3)."""


class Failure(StrEnum):
    """Why an e-mail was not taken."""

    NOBODY_THERE = "nobody_there"
    REFUSED = "refused"
    AWAY = "away"
    TOO_LONG = "too_long"


class NotTaken(Exception):
    """The mail server did not take an e-mail; its own words are not repeated, since they may name the address."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class Post(Protocol):
    """Takes e-mails."""

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand one over. Raises NotTaken."""

    def close(self) -> None:
        """End the connection, if there is one."""


@dataclass(slots=True)
class MailServer:
    """A mail server, connected to when the first e-mail is there and until `close`."""

    host: str
    port: int
    security: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    """Whom TLS trusts; the system's authorities where it is None."""
    _connection: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read MYNUMBER_SMTP_URL. Raises BadEnvironment, which names the variable and never shows it."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadEnvironment(f"{VARIABLE} is not a URL") from None
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
            raise BadEnvironment(f"{VARIABLE} must be smtp://HOST:PORT, smtp+starttls:// or smtps://")
        return cls(
            parts.hostname,
            port or _PORTS[parts.scheme],
            parts.scheme,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )

    def send(self, message: EmailMessage, to: str) -> None:
        """Hand one over. Raises NotTaken."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.send_message(message, to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            self._reset()
            raise NotTaken(_of_recipient(code)) from None
        except smtplib.SMTPDataError as refused:
            self._reset()
            raise NotTaken(Failure.REFUSED if refused.smtp_code >= 500 else Failure.AWAY) from None
        except (smtplib.SMTPException, OSError):
            # Also a sender or a password that it does not like: that is the operator's to mend, and nothing is lost meanwhile.
            self.close()
            raise NotTaken(Failure.AWAY) from None

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()

    def _reset(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _connect(self) -> smtplib.SMTP:
        context = self.context or ssl.create_default_context()
        if self.security == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.security == "smtp+starttls":
            connection.starttls(context=context)
        if self.user:
            connection.login(self.user, self.password)
        return connection


def _of_recipient(code: int) -> Failure:
    if code in _NOBODY_THERE:
        return Failure.NOBODY_THERE
    return Failure.REFUSED if code >= 500 else Failure.AWAY


@dataclass(frozen=True, slots=True)
class MailFolder:
    """E-mails as files, to be looked at; who has no mail server loses none."""

    folder: Path

    def send(self, message: EmailMessage, to: str) -> None:
        """Write one, under the name of its id."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = "".join(letter for letter in str(message["Message-ID"]).partition("@")[0] if letter.isalnum())
        draft = self.folder / f"{name}.new"
        draft.touch(mode=0o600)
        draft.write_bytes(bytes(message))
        draft.replace(self.folder / f"{name}.eml")

    def close(self) -> None:
        """Nothing is open."""


def post_of(environment: Mapping[str, str]) -> Post | None:
    """Where e-mails go: the server that is named, else a folder of the platform's home, else nowhere. Raises BadEnvironment."""
    if environment.get(VARIABLE):
        return MailServer.parse(environment[VARIABLE])
    return MailFolder(Path(environment[HOME]).absolute() / FOLDER) if environment.get(HOME) else None
