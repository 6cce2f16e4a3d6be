"""`name_clerk --tenant CODE MARK`: who the clerk is whom the oversight body asks about."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from mynumber.institutions.municipality.applications.supervised import clerk_of
from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.webkit.tenancy import acting_as


class Command(TownCommand):
    """The command."""

    help = "個人情報保護委員会が尋ねた職員の印から、職員を示します。"

    def add_arguments(self, parser: CommandParser) -> None:
        """The mark."""
        super().add_arguments(parser)
        parser.add_argument("mark", help="委員会の画面にある印（16桁）")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Name the clerk. Raises CommandError."""
        with acting_as(code):
            clerk = clerk_of(options["mark"], code)
        if clerk is None:
            raise CommandError("この印の職員は、この市区町村にいません")
        self.stdout.write(f"{clerk.display_name}（{clerk.department}、{clerk.username}）")
