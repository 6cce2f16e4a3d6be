"""Load what the synthetic population says about this institution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mynumber.institutions.pension_service.pensions.loading import load, load_insured


class Command(BaseCommand):
    help = "模擬の住民のファイルを読み込みます。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        for file in options["files"]:
            with file.open("rb") as lines:
                taken = load_insured(lines) if file.name == "insured.ndjson" else load(lines)
            self.stdout.write(f"{taken} 件を読み込みました。")
