"""Deliver what waits in the outbox: once, or again and again beside the pages."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from mynumber.institutions.portal.applications import outbox


class Command(BaseCommand):
    """`mynumber run portal deliver_applications [--every SECONDS]`."""

    help = "Deliver applications and letters that wait in the outbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--every: go on for ever, with so many seconds between."""
        parser.add_argument("--every", type=float, default=0.0)

    def handle(self, *_: Any, every: float = 0.0, **__: Any) -> None:
        """Deliver."""
        while True:
            arrived = outbox.deliver_due(now=datetime.now(UTC))
            self.stdout.write(f"{arrived} arrived")
            if not every:
                return
            time.sleep(every)
