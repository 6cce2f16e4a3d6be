"""`register_copies --tenant CODE`: register the tax of every fiscal year at the gateway."""

from typing import Any

from django.utils import timezone

from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.tax.copies import register_copies


class Command(TownCommand):
    """The command."""

    help = "各年度の税の副本を、中間サーバーに登録します。"

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Register, and say what was refused."""
        done = register_copies(code, at=timezone.now(), progress=self.progress)
        self.stdout.write(f"登録した副本: {done.registered:,} 件")
        for reason, count in done.refused.items():
            self.stdout.write(f"登録されなかった副本 ({reason.value}): {count:,} 件")
