"""`mynumber run portal register_provider FILE --out FILE`: take a private delivery provider in, with its senders, from the file it made."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.portal.deliveries import registering
from mynumber.institutions.portal.identity.addresses import issuer
from mynumber.institutions.portal.identity.clients import RegistrationRefused
from mynumber.protocols.deliveries import Registered


class Command(BaseCommand):
    """Reads what the provider made (`mynumber run courier describe`), and writes what the provider needs to know."""

    help = "Register a private delivery provider and its senders from a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """The two files."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError without repeating what the file holds."""
        try:
            entry = registering.registration_of(options["file"].read_bytes())
            client = registering.register(entry, now=datetime.now(UTC))
        except RegistrationRefused as refused:
            raise CommandError(str(refused)) from None
        except (ValueError, OSError, registering.MalformedTrust) as error:
            raise CommandError(f"this file cannot be taken: {type(error).__name__}") from None
        told = Registered(issuer=issuer(), client_id=client.client_id)
        options["out"].write_bytes(msgspec.json.encode(told))
        self.stdout.write(f"registered {entry.system} with {len(entry.senders)} senders")
