"""Write the receipts of entries, for an auditor who verifies them elsewhere."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import asyncpg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.network.core import records
from mynumber.institutions.network.core.disclosure import receipt_of


class Command(BaseCommand):
    help = "台帳のレシートを書き出します（検査のため）。フォルダーに receipt-番号.txt、または - で標準出力に改ページ区切りで。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", help="folder, or - for standard output")
        parser.add_argument("--from", dest="first", type=int, default=0, help="first index")
        parser.add_argument("--count", type=int, default=100_000, help="at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(self._write(options["out"], options["first"], options["count"]))

    async def _write(self, out: str, first: int, count: int) -> None:
        folder = None if out == "-" else Path(out)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        try:
            rows = await records.entries_from(connection, first, count)
            for row in rows:
                text = await receipt_of(connection, row)
                if text is None:
                    raise CommandError(f"記録 {row['index']} はまだ署名されていません。少し待ってください。")
                if folder is None:
                    self.stdout.write(text + "\f", ending="")
                else:
                    (folder / f"receipt-{row['index']}.txt").write_text(text, encoding="utf-8")
        finally:
            await connection.close()
