"""`mynumber run portal register_service --name NAME --redirect-uri URI > client.json`: the developers' page without the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.portal.identity import clients
from mynumber.institutions.portal.identity.claims import SCOPES
from mynumber.institutions.portal.identity.clients import RegistrationRefused
from mynumber.institutions.portal.identity.developers import client_file, new_keys, public_part


class Command(BaseCommand):
    """Makes keys, registers a service and writes client.json with the private keys to standard output."""

    help = "Register a service and write client.json, with its private keys, to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name and addresses; every scope unless fewer are named."""
        parser.add_argument("--name", required=True)
        parser.add_argument("--redirect-uri", action="append", required=True)
        parser.add_argument("--scope", default=" ".join(SCOPES))

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError naming the fault."""
        keys = new_keys()
        try:
            registered = clients.register(
                name=options["name"],
                redirect_uris=options["redirect_uri"],
                keys=[public_part(key) for key in keys],
                scopes=options["scope"].split(),
                now=datetime.now(UTC),
            )
        except RegistrationRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(client_file(registered.client, keys))
