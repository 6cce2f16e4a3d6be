"""Load what the synthetic population says about this institution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.digital_agency.accounts.loading import load


class Command(BaseCommand):
    help = "模擬の住民のファイルを読み込みます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for file in options["files"]:
            with file.open("rb") as lines:
                self.stdout.write(f"{load(lines)} 件を読み込みました。")
