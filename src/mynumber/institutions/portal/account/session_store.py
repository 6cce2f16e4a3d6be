"""Django's stored sessions with fewer questions to the database: a new key is 32 random characters, which nobody need look for first.

SESSION_ENGINE of the portal. A key that changes is one UPDATE instead of a new row, a look and a deletion.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.utils.crypto import get_random_string

KEY_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
KEY_LENGTH = 32


class SessionStore(db.SessionStore):
    """As Django's."""

    def _get_new_session_key(self) -> str:
        return get_random_string(KEY_LENGTH, KEY_CHARACTERS)

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
