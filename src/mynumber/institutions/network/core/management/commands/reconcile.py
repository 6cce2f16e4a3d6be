"""Compare the three records of every exchange, or show the three records of one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.network.core.reconcile import CoreEvent, ThreeSides, reconcile, sides_of
from mynumber.institutions.network.siblings.own import others, this_core
from mynumber.protocols.node import Node
from mynumber.protocols.records import SideRecord
from mynumber.protocols.refusal import Refused

JAPAN = ZoneInfo("Asia/Tokyo")
NOT_HERE = 3
"""Exit status where there are several cores and this one has no record of an exchange: it is at the inquirer's home."""
SIDES = {"network": "ネットワーク", "inquirer": "照会者の報告", "provider": "提供者の報告"}


class Command(BaseCommand):
    help = "照会者・提供者・ネットワークの三つの記録を突き合わせます。食い違いがあれば 1 で終わります。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how many days back (default 7)")
        parser.add_argument(
            "--request-id",
            type=UUID,
            action="append",
            default=[],
            help="show the three records of this exchange only; may come more than once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["request_id"]:
            self._show(options["request_id"])
            return
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

    def _show(self, request_ids: list[UUID]) -> None:
        node = Node.from_environment()
        all_agree = True
        for request_id in request_ids:
            try:
                found = sides_of(node, request_id, now=lambda: datetime.now(UTC))
            except Refused as refused:
                raise CommandError(
                    f"{refused.hop.label_ja}：{refused.reason.sentence_ja}"
                    "三つの記録がそろわないので、突き合わせていません。"
                ) from None
            if not found and others(node.directory):
                raise CommandError(
                    f"照会番号 {request_id} の記録は、このコア（{this_core()}）にはありません。",
                    returncode=NOT_HERE,
                )
            if not found:
                raise CommandError(f"照会番号 {request_id} の記録は、ネットワークにありません。")
            for sides in found:
                self._write(sides)
            all_agree = all_agree and all(sides.agree for sides in found)
        if not all_agree:
            raise CommandError("三つの記録が食い違っています。上の行を確かめてください。")
        self.stdout.write("三つの記録は一致しています。")

    def _write(self, sides: ThreeSides) -> None:
        core = sides.core
        self.stdout.write(f"照会番号 {core.request_id}　{core.inquirer} → {core.provider}")
        self.stdout.write(f"照会者　　　：{_of_side(sides.inquirer)}")
        self.stdout.write(f"ネットワーク：{_line(core.outcome.label_ja, core.permit_digest)}")
        for event in sides.events:
            self.stdout.write(f"　　　　　　　{_of_event(event)}")
        self.stdout.write(f"提供者　　　：{_of_side(sides.provider)}")


def _of_side(record: SideRecord | None) -> str:
    if record is None:
        return "記録なし（何も届いていません）"
    return _line(record.outcome.label_ja, record.permit_digest)


def _line(outcome: str, permit_digest: str | None) -> str:
    return f"{outcome}　提供許可 {permit_digest[:16] + '…' if permit_digest else 'なし'}"


def _of_event(event: CoreEvent) -> str:
    at = event.at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")
    words = f"台帳 {event.index}　{at}　{SIDES.get(event.side, event.side)}：{event.outcome.label_ja}"
    return words if event.reason is None else f"{words}（{event.reason.sentence_ja}）"
