"""Change the keys of codes, step by step; the course is in docs/protocols/codes.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.network.core import rotation
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Refused


def _now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "符号の鍵を取り替えます：begin（新しい版を作る）、status、deliver（機関ごとに新しい符号を渡す）、close（古い版を閉じる）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=("begin", "status", "deliver", "close"))
        parser.add_argument("members", nargs="*", help="of deliver: which members, e.g. pension_service")

    def handle(self, *args: Any, **options: Any) -> None:
        node = Node.from_environment()
        try:
            match options["step"]:
                case "begin":
                    self.stdout.write(f"新しい版 {rotation.begin(node)} を作りました。")
                case "status":
                    self._tell(node)
                case "deliver":
                    self._deliver(node, options["members"])
                case _:
                    closed = ", ".join(map(str, rotation.close(node, now=_now)))
                    self.stdout.write(f"版 {closed} を閉じました。")
        except rotation.CannotRotate as error:
            raise CommandError(str(error)) from None

    def _tell(self, node: Node) -> None:
        waiting = rotation.left(node)
        for one in waiting:
            self.stdout.write(f"{one.member}：{one.codes:,} 個")
        self.stdout.write(f"新しい版の符号を渡し終えていない機関：{len(waiting)}")

    def _deliver(self, node: Node, members: list[str]) -> None:
        if not members:
            raise CommandError("name the members that are given their codes")
        for member in members:
            try:
                count = rotation.deliver(node, member, now=_now)
            except Refused as refused:
                raise CommandError(f"{member}: {refused}") from None
            self.stdout.write(f"{member}：{count:,} 個を渡しました。")
