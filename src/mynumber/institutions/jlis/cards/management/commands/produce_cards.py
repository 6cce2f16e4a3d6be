"""`produce_cards`: make the cards that wait in the production queue, and end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from mynumber.institutions.jlis.cards.production import produce_all
from mynumber.webkit.messages import this_node


class Command(BaseCommand):
    """The command. The web process does the same by itself; several workers at once do no harm."""

    help = "製造待ちのカードを作ります (待ちがなくなったら終わります)。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is due."""
        made = produce_all(this_node().keyring, now=lambda: datetime.now(UTC))
        self.stdout.write(f"製造待ちから {made} 件を処理しました")
