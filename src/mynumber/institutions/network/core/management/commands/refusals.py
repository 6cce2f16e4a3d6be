"""List what the network refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.network.core.refusals import By, count_refusals
from mynumber.protocols.refusal import Reason

JAPAN = ZoneInfo("Asia/Tokyo")
NAMES = {"reason": By.REASON, "hour": By.HOUR, "member": By.MEMBER, "kind": By.KIND}


class Command(BaseCommand):
    help = "断った電文・照会の件数を、理由・時間・機関・種類ごとに示します。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many days back (default 7)")
        parser.add_argument(
            "--by",
            choices=sorted(NAMES),
            action="append",
            help="what to count by; may come more than once (default: reason)",
        )
        parser.add_argument("--sender", help="of this system only, e.g. gateway.pension_service")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["by"] or ["reason"]
        until = datetime.now(UTC)
        since = until - timedelta(days=options["days"])
        rows = count_refusals(
            [NAMES[name] for name in names], since=since, until=until, sender=options["sender"]
        )
        for row in rows:
            words = "  ".join(_written(name, value) for name, value in zip(names, row.of, strict=True))
            self.stdout.write(f"{row.count:>9,}  {words}")
        self.stdout.write(f"合計 {sum(row.count for row in rows):,} 件（直近 {options['days']} 日）")


def _written(name: str, value: Any) -> str:
    if name == "hour":
        return f"{value.astimezone(JAPAN):%Y-%m-%d %H時}"
    if name == "reason":
        return f"{value}（{Reason(value).sentence_ja}）"
    return str(value) or "（送り手を確かめられず）"
