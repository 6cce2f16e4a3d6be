"""What comes back: a mail server's report that an address takes nothing (RFC 3464), read strictly."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any, Final
from uuid import UUID

from mynumber.institutions.portal.contacts import addresses
from mynumber.institutions.portal.contacts.models import Mail

LONGEST: Final = 256 * 1024
_IDENT: Final = re.compile(r"<([0-9a-f]{32})@[A-Za-z0-9.-]+>")
_FOR_GOOD: Final = re.compile(r"5\.1\.[0-9]{1,3}|5\.2\.1|5\.4\.4")
"""Enhanced status codes (RFC 3463) of an address that is not there or is closed; a full mailbox (5.2.2) is none."""


class NoReport(ValueError):
    """Not a report about an e-mail of ours."""


def take(report: bytes, *, now: datetime) -> int:
    """Read a report and mark the address, if it is about one of our e-mails and for good; how many accounts. Raises NoReport.

    A report is not signed: it can only stop e-mails to the address that a random id, known to its reader, was sent to.
    """
    if len(report) > LONGEST:
        raise NoReport("too long")
    message = message_from_bytes(report, policy=default)
    if message.get_content_type() != "multipart/report":
        raise NoReport("no report")
    ident, status = _ident(message), _status(message)
    if ident is None or status is None:
        raise NoReport("about no e-mail of ours")
    if not _FOR_GOOD.fullmatch(status):
        return 0
    mail = Mail.objects.filter(pk=ident).first()
    if mail is None:
        raise NoReport("about no e-mail of ours")
    return addresses.bounced(bytes(mail.digest), now=now)


def _status(message: Message) -> str | None:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
                    return str(block.get("Status", "")).strip()
    return None


def _ident(message: Message) -> UUID | None:
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            held: Any = part.get_payload()
            text = str(held[0].get("Message-ID", "")) if isinstance(held, list) and held else str(held)
            found = _IDENT.search(text)
            if found:
                return UUID(found[1])
    return None
