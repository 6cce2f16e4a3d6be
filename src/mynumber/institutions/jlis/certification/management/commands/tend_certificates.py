"""``tend_certificates``: note what is over, end cards whose term is over, publish lists that are due. For a timer, at least once a day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from django.core.management.base import BaseCommand

from mynumber.institutions.jlis.certification.automatic import tend
from mynumber.webkit.messages import this_node

_WORDS = {
    "expired_certificates": "有効期間が満了した電子証明書",
    "expired_cards": "有効期限の過ぎたカード",
    "not_taken_in": "転出後に転入の届出がないカード",
    "moved_abroad": "国外に転出した人の確認",
    "lists": "発行し直した失効リスト",
}


class Command(BaseCommand):
    """One round; may be broken off and run again at any time."""

    help = "有効期間の満了、転入の届出の期限、国外転出、失効リストの発行を処理する（1日に1回以上）"

    def handle(self, *_: object, **__: object) -> None:
        """Print how much was done."""
        tended = tend(this_node().keyring, at=datetime.now(UTC))
        for name, number in dataclasses.asdict(tended).items():
            self.stdout.write(f"{_WORDS[name]}: {number}件")
