"""`acquire_codes --tenant CODE`: get codes for everybody numbered who has none; with `--anew` for everybody numbered."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from mynumber.institutions.municipality.register.acquisition import acquire_codes
from mynumber.institutions.municipality.register.commands import TownCommand


class Command(TownCommand):
    """The command."""

    help = "符号のない人の符号を、中間サーバーに取得させます。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which town, and for whom."""
        super().add_arguments(parser)
        parser.add_argument(
            "--anew", action="store_true", help="鍵が閉じられた符号を、全員分取得し直させます。"
        )

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Acquire, and say how many were not found."""
        done = acquire_codes(code, now=timezone.now, progress=self.progress, anew=options["anew"])
        self.stdout.write(f"符号を取得した人: {done.obtained:,} 人")
        if done.not_found:
            self.stdout.write(f"J-LIS に見つからなかった人: {done.not_found:,} 人")
