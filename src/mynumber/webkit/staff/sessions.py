"""The session engine of staff: Django's database sessions in a table walled by tenant."""

from typing import TYPE_CHECKING

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

if TYPE_CHECKING:
    from mynumber.webkit.staff.models import StaffSession


class SessionStore(DatabaseStore):
    """Reads and writes StaffSession. A session of another tenant is simply not there."""

    @classmethod
    def get_model_class(cls) -> "type[StaffSession]":
        """The table."""
        from mynumber.webkit.staff.models import StaffSession

        return StaffSession
