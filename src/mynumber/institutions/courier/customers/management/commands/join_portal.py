"""`mynumber run courier join_portal FILE`: take up what the portal handed back when it registered this firm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.courier.customers.models import Portal
from mynumber.protocols.deliveries import Registered


class Command(BaseCommand):
    """The command."""

    help = "Take up the portal's registration of this firm."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError."""
        try:
            told = msgspec.json.decode(options["file"].read_bytes(), type=Registered)
        except (OSError, msgspec.MsgspecError):
            raise CommandError("this is not the file of a registration") from None
        Portal.objects.update_or_create(pk=1, defaults={"issuer": told.issuer, "client_id": told.client_id})
