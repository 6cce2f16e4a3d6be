"""`mynumber run portal create_identity_keys`: the keys of the identity provider, in the portal's key ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.portal.identity import keys
from mynumber.webkit.messages import this_node


class Command(BaseCommand):
    """Adds what is missing; with --rotate a new generation of the signing key, beside the old ones."""

    help = "Create the keys of the identity provider; --rotate adds a new signing key and keeps publishing the old ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """--rotate."""
        parser.add_argument("--rotate", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many generations there are now."""
        ring = this_node().keyring
        keys.ensure(ring)
        if options["rotate"]:
            ring.add_signing(keys.SIGNING)
        self.stdout.write(f"{len(ring.generations(keys.SIGNING))} generation(s) of {keys.SIGNING}")
