"""The open visits of an account (サインインしている端末): where, since when, how; and ending them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.models import Session

from mynumber.institutions.portal.account import kiosk
from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.session_store import SessionStore
from mynumber.institutions.portal.account.sessions import Level, Visit
from mynumber.webkit.prepared import ask

# By the partial index of migration 0008: a session before the sign-in is not in it.
_OF_ACCOUNT = """
    SELECT session_key, session_data FROM django_session
    WHERE session_data LIKE '%"account":%' AND substring(session_data FROM '"account":([0-9]+)')::bigint = $1
      AND expire_date > $2
"""
_IDENT_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One open visit. Times are aware (UTC)."""

    ident: str
    """Names it on a page; worth nothing as a key."""
    device: str
    began: datetime
    seen: datetime
    level: Level
    at_kiosk: bool
    request: str = ""
    """The sign-in request that opened it."""

    def is_of(self, key: str | None) -> bool:
        """Whether it is the one with this key."""
        return key is not None and hmac.compare_digest(self.ident, ident_of(key))


def ident_of(key: str) -> str:
    """How a session is named on a page."""
    return hashlib.sha256(key.encode()).hexdigest()[:_IDENT_CHARACTERS]


def of_account(account: Account, *, now: datetime) -> list[OpenSession]:
    """The visits of this account that are not over, the one used last first."""
    found = [each for _, each in _open(account, now)]
    return sorted(found, key=lambda each: each.seen, reverse=True)


def end(account: Account, idents: set[str], *, now: datetime) -> int:
    """End visits of this account; how many. What is not its own is not touched."""
    keys = [key for key, each in _open(account, now) if each.ident in idents]
    deleted, _ = Session.objects.filter(pk__in=keys).delete()
    return deleted


def _open(account: Account, now: datetime) -> list[tuple[str, OpenSession]]:
    rows, _ = ask(_OF_ACCOUNT, [account.pk, now])
    store = SessionStore()
    read = ((key, store.decode(data)) for key, data in rows)
    return [(key, _seen(key, data)) for key, data in read if _holds(account, data, now)]


def _holds(account: Account, data: dict[str, Any], now: datetime) -> bool:
    if data.get("account") != account.pk or data.get("certificate") != account.certificate_serial:
        return False
    began, seen = (datetime.fromtimestamp(data[name], UTC) for name in ("began", "seen"))
    return now < Visit(account, began, seen, Level(data["level"]), kiosk.COOKIE in data).ends_at


def _seen(key: str, data: dict[str, Any]) -> OpenSession:
    return OpenSession(
        ident_of(key),
        str(data.get("device", "")),
        datetime.fromtimestamp(data["began"], UTC),
        datetime.fromtimestamp(data["seen"], UTC),
        Level(data["level"]),
        kiosk.COOKIE in data,
        str(data.get("request", "")),
    )
