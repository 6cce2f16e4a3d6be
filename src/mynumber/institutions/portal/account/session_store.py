"""Django's stored sessions with fewer questions to the database: a new key is 128 random bits, which nobody need look for first.

SESSION_ENGINE of the portal. A key that changes is one UPDATE together with the data, instead of a new row, a look and a deletion; and a view that stores
the session in its own transaction does not have it stored once more afterwards.
"""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

from mynumber.webkit import logs
from mynumber.webkit.prepared import Prepared, PreparedUpdate, given, insert

KEY_BYTES = 16
_LABEL = b"mynumber portal session v1"
_STORED = Prepared(lambda: Session.objects.filter(session_key=given("key"), expire_date__gt=given("now")))
_STORE = PreparedUpdate(
    lambda: Session.objects.filter(session_key=given("former")),
    session_key=given("key"),
    session_data=given("data"),
    expire_date=given("until"),
)


_log = logs.get_logger(__name__)


def _mac(data: bytes) -> str:
    return hmac.digest(_key(settings.SECRET_KEY), data, "sha256").hex()


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), _LABEL, "sha256")


class SessionStore(db.SessionStore):
    """As Django's."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._former: str | None = None
        """Under which key the row lies, where the key has changed since."""
        self._stored: tuple[str, str] | None = None
        """Key and data as this object stored them last."""

    def _get_new_session_key(self) -> str:
        return secrets.token_hex(KEY_BYTES)

    def _get_session_from_db(self) -> Session | None:
        found = _STORED.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def encode(self, session_dict: dict[str, Any]) -> str:
        """JSON under a MAC of the portal's secret: who can write the table alone can make no session."""
        data = msgspec.json.encode(session_dict)
        return f"{_mac(data)}:{data.decode()}"

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What was encoded; nothing when the MAC is not right."""
        text = session_data if isinstance(session_data, str) else session_data.decode()
        mac, _, data = text.partition(":")
        if not hmac.compare_digest(mac.encode(), _mac(data.encode()).encode()):
            _log.warning("a stored session is not of this portal")
            return {}
        found: dict[str, Any] = msgspec.json.decode(data)
        return found

    def save(self, must_create: bool = False) -> None:
        """Store it, if it is not stored like this. Raises UpdateError when it was deleted meanwhile."""
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        stored = self.session_key, repr(data)
        if stored == self._stored:
            return
        row = self.create_model_instance(data)
        if must_create:
            insert(row, wait=False)  # its key is nobody else's: see above
        elif not _STORE(
            former=self._former or row.session_key,
            key=row.session_key,
            data=row.session_data,
            until=row.expire_date,
        ):
            raise UpdateError
        self._stored, self._former = stored, None

    def delete(self, session_key: str | None = None) -> None:
        """Delete this one, or that of a key."""
        super().delete(session_key or self._former)

    def cycle_key(self) -> None:
        """The same session under a new key, from when it is stored: the old key is worth nothing then."""
        self._get_session()  # type: ignore[attr-defined]
        if self.session_key is None:
            super().cycle_key()
            return
        self._former = self._former or self.session_key
        self._session_key = self._get_new_session_key()
        self.modified = True
