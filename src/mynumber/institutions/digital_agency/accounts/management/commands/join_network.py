"""Find the individual numbers of the register's people, obtain codes for them and register the copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mynumber.institutions.digital_agency.accounts.copies import copies
from mynumber.institutions.digital_agency.accounts.models import ReceivingAccount
from mynumber.protocols.copies import Copy
from mynumber.webkit.membership import JoinNetworkCommand


class Command(JoinNetworkCommand):
    """The command."""

    member = "digital_agency"
    people = ReceivingAccount

    def copies(self, as_of: datetime) -> Iterator[Copy]:
        """One copy for each person whose number is known."""
        return copies(as_of)
