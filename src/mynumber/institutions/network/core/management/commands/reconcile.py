"""Compare the three records of every exchange."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.network.core.reconcile import reconcile
from mynumber.protocols.node import Node


class Command(BaseCommand):
    help = "照会者・提供者・ネットワークの三つの記録を突き合わせます。食い違いがあれば 1 で終わります。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many days back (default 7)")

    def handle(self, *args: Any, **options: Any) -> None:
        since = datetime.now(UTC) - timedelta(days=options["days"])
        result = reconcile(Node.from_environment(), since=since, now=lambda: datetime.now(UTC))
        self.stdout.write(
            f"{result.compared} 件の照会を三者で突き合わせました（途中のもの {result.under_way} 件）。"
        )
        for member in result.unreachable:
            self.stdout.write(f"つながらない機関：{member}")
        for found in result.differences:
            self.stdout.write(
                f"食い違い：{found.request_id} {found.inquirer} → {found.provider} "
                f"ネットワーク={found.core.label_ja} "
                f"照会者={found.inquirer_says.label_ja if found.inquirer_says else '記録なし'} "
                f"提供者={found.provider_says.label_ja if found.provider_says else '記録なし'}"
            )
        if result.differences or result.unreachable:
            raise CommandError("突き合わせが終わっていません。上の行を確かめてください。")
        self.stdout.write("食い違いはありません。")
