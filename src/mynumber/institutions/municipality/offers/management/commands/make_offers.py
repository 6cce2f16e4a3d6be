"""`make_offers --tenant CODE`: the daily run, now."""

from datetime import UTC, datetime
from typing import Any

from mynumber.institutions.municipality.offers import causes, offering
from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.webkit.tenancy import acting_as


class Command(TownCommand):
    """The command."""

    help = "住民基本台帳などから、案内できる手続をさがし、本人に知らせます。対象の多いものは、決裁を待つ一覧にします。"

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Look, offer, and say how many."""
        with acting_as(code):
            done = offering.daily(now=datetime.now(UTC))
        for cause in causes.CAUSES:
            what = "決裁待ち" if cause.mass else "案内"
            self.stdout.write(f"{cause.title}: {what} {done.get(cause.name, 0)}件")
