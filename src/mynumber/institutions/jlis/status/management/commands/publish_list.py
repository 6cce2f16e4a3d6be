"""``publish_list``: a new revocation list of one scope, if the newest does not tell everything or half its time is over."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from mynumber.institutions.jlis.certification.lists import Scope, current_list
from mynumber.institutions.jlis.status.keys import own_keyring
from mynumber.protocols.certification import Purpose


class Command(BaseCommand):
    """The status service runs it when a verifier asks for a list that is not current."""

    requires_system_checks = []  # noqa: RUF012 - Django declares it so
    """The service runs it often, and what it checks has been checked when the service started."""
    help = "一つの失効リスト（認証局・世代・市区町村）が最新でなければ、発行し直す"

    def add_arguments(self, parser: CommandParser) -> None:
        """The scope."""
        parser.add_argument("purpose", choices=[purpose.value for purpose in Purpose])
        parser.add_argument("generation", type=int, help="認証局の世代")
        parser.add_argument(
            "municipality", nargs="?", default="", help="市区町村コード6桁。なければ全体のリスト"
        )

    def handle(
        self, *_: object, purpose: str, generation: int, municipality: str, verbosity: int, **__: object
    ) -> None:
        """Print the number of the newest list."""
        scope = Scope(Purpose(purpose), generation, municipality)
        with transaction.atomic():
            newest = current_list(scope, own_keyring(), at=datetime.now(UTC))
        if verbosity:
            self.stdout.write(f"第{newest.number}号: {newest.entries}件")
