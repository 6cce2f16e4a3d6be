"""Django's stored sessions with fewer questions to the database: a new key is 32 random characters, which nobody need look for first.

SESSION_ENGINE of the portal. A key that changes is one UPDATE instead of a new row, a look and a deletion.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from mynumber.webkit.prepared import Prepared, PreparedUpdate, given, insert

KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
KEY_LENGTH = 32
_STORED = Prepared(lambda: Session.objects.filter(session_key=given("key"), expire_date__gt=given("now")))
_STORE = PreparedUpdate(
    lambda: Session.objects.filter(session_key=given("key")),
    session_data=given("data"),
    expire_date=given("until"),
)


class SessionStore(db.SessionStore):
    """As Django's."""

    def _get_new_session_key(self) -> str:
        return get_random_string(KEY_LENGTH, KEY_CHARACTERS)

    def _get_session_from_db(self) -> Session | None:
        found = _STORED.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def save(self, must_create: bool = False) -> None:
        """Store it. Raises UpdateError when it was deleted meanwhile."""
        if self.session_key is None:
            self.create()
            return
        row = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        if must_create:
            insert(row)  # its key is nobody else's: see above
        elif not _STORE(key=row.session_key, data=row.session_data, until=row.expire_date):
            raise UpdateError

    def cycle_key(self) -> None:
        """The same session under a new key; the old key is worth nothing from now on."""
        key = self._get_new_session_key()
        if self.session_key is None or not (
            self.model.objects.filter(session_key=self.session_key).update(session_key=key)
        ):
            super().cycle_key()
            return
        self._session_key = key
        self.modified = True
