"""Change the keys of codes, step by step; the course is in docs/protocols/codes.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.network.core import rotation
from mynumber.institutions.network.siblings.own import this_core
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Refused


def _now() -> datetime:
    return datetime.now(UTC)


class Command(BaseCommand):
    help = "符号の鍵を取り替えます：begin（新しい版を作る）、status、deliver（機関ごとに新しい符号を渡す）、close（古い版を閉じる）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=("begin", "status", "deliver", "close"))
        parser.add_argument("members", nargs="*", help="of deliver: which members, e.g. pension_service")
        parser.add_argument(
            "--all", action="store_true", help="of deliver: every member of this core that is left"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        node = Node.from_environment()
        try:
            match options["step"]:
                case "begin":
                    self.stdout.write(f"新しい版 {rotation.begin(node)} を作りました。")
                case "status":
                    self._tell(node)
                case "deliver" if not (options["members"] or options["all"]):
                    raise CommandError("name the members that are given their codes, or say --all")
                case "deliver":
                    self._deliver(node, _left_here(node) if options["all"] else options["members"])
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
        refused: dict[str, Refused] = {}
        for member in members:
            try:
                count = rotation.deliver(node, member, now=_now)
            except Refused as error:  # a gateway that is away holds up nobody else
                refused[member] = error
            else:
                self.stdout.write(f"{member}：{count:,} 個を渡しました。")
        if refused:
            raise CommandError("; ".join(f"{member}: {error}" for member, error in refused.items()))


def _left_here(node: Node) -> list[str]:
    directory = node.directory
    return [one.member for one in rotation.left(node) if directory.core_of(one.member) == this_core()]
