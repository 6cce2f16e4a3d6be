"""Delete records and salts that are older than seven years; the log's leaves stay."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    help = "7年を過ぎた情報提供等記録とその塩を消します（番号法施行令30条）。台帳の葉は残ります。"

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT exchanges, entries FROM forget_records()")
            exchanges, entries = cursor.fetchone() or (0, 0)
        self.stdout.write(f"{exchanges:,} 件の照会の記録（{entries:,} 行）を消しました。")
