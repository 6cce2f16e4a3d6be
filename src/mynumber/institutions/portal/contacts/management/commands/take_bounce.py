"""Take a report of a mail server that came back, from standard input: the last step of the operator's mail pipe."""

import sys
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mynumber.institutions.portal.contacts import bounces


class Command(BaseCommand):
    """`mynumber run portal take_bounce < report`."""

    help = "Mark the address of an e-mail that came back."

    def handle(self, *_: Any, **__: Any) -> None:
        """Read one report."""
        try:
            marked = bounces.take(sys.stdin.buffer.read(bounces.LONGEST + 1), now=datetime.now(UTC))
        except bounces.NoReport as no_report:
            raise CommandError(str(no_report)) from None
        self.stdout.write(f"{marked} marked")
