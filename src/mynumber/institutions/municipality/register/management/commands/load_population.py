"""`load_population --tenant CODE FOLDER`: take a population into the register and the tax rolls of a municipality."""

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.register.intake import BadPopulation, take_in


class Command(TownCommand):
    """The command."""

    help = "住民と税のファイル (NDJSON) を、市区町村の台帳に入れます。同じものは二度入りません。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which town, which folder."""
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, help="mynumber population create --output のフォルダー")
        parser.add_argument(
            "--growing",
            action="store_true",
            help="ファイルを書いている間に読む。書き足すたびに標準入力に1行が来て、書き終えると標準入力が閉じる",
        )

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Take it in. Raises CommandError."""
        begun = perf_counter()
        try:
            growth = sys.stdin.buffer if options["growing"] else None
            taken = take_in(code, options["folder"], at=timezone.now(), progress=self.progress, growth=growth)
        except BadPopulation as problem:
            raise CommandError(str(problem)) from None
        if taken.already:
            self.stdout.write("この住民は、すでに入っています")
            return
        seconds = perf_counter() - begun
        rate = taken.people / max(seconds, 0.001)
        self.stdout.write(
            f"住民 {taken.people:,} 人と税 {taken.assessments:,} 件を入れました（{seconds:.1f} 秒、毎秒 {rate:,.0f} 人）"
        )
