"""Accounts and open visits without the way through the device: for tests of what comes after a sign-in."""

from __future__ import annotations

import itertools
import re
import secrets
from datetime import UTC, datetime
from typing import Any

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.session_store import SessionStore
from mynumber.institutions.portal.account.sessions import Level
from tests.institutions.portal.house import Browser

_numbers = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def newcomer() -> Account:
    """Somebody new, as after a first sign-in."""
    serial = f"test-{next(_numbers)}-{secrets.token_hex(8)}"
    return Account.objects.create(certificate_serial=serial, opened_at=now(), last_signed_in_at=now())


def visitor(account: Account, level: Level = Level.CARD, **more: object) -> Browser:
    """A browser with an open visit of this account."""
    store: Any = SessionStore()
    at = now().timestamp()
    store.update(
        {
            "account": account.pk,
            "certificate": account.certificate_serial,
            "began": at,
            "seen": at,
            "level": level.value,
            "device": "Windows・Chrome",
            **more,
        }
    )
    store.create()
    browser = Browser()
    browser.cookies["portal_session"] = store.session_key
    return browser


def token_of(text: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def send(browser: Browser, page: str, action: str = "", /, **fields: Any) -> Any:
    """Open a page and send a form of it."""
    token = token_of(browser.text(page))
    return browser.post(action or page, {"csrfmiddlewaretoken": token, **fields})
