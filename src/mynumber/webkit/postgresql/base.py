"""The same as Django's, but whether a kept connection still works is seen at its socket instead of asked with a statement before each request."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django looks here for a class of this name."""

    def is_usable(self) -> bool:
        """Whether the server has said nothing since the last answer: what it says unasked is that it ends the connection.

        (Or that a setting was changed by a reload of its configuration; then the connection is replaced needlessly, once.)
        """
        if self.connection is None or self.connection.closed:
            return False
        poller = select.poll()
        poller.register(self.connection.fileno(), select.POLLIN)
        return not poller.poll(0)
