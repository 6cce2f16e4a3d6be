"""`roll_up_usage`: bring the counts up to date now."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from mynumber.institutions.network.statistics.rolling import MARGIN, MOST_PIECES, days_to_count


class Command(BaseCommand):
    """The command."""

    help = "利用状況の集計を、いまの時点まで進めます。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="count the askers of this day anew")

    def handle(self, *args: Any, **options: Any) -> None:
        counted = 0
        with connection.cursor() as cursor:
            for _ in range(MOST_PIECES):
                before = _through(cursor)
                cursor.execute("SELECT roll_up_usage(%s)", [MARGIN])  # type: ignore[list-item]  # psycopg knows intervals
                counted += cursor.fetchone()[0]
                if _through(cursor) == before or timezone.now() - _through(cursor) < 2 * MARGIN:
                    break
            for day in (options["day"],) if options["day"] else days_to_count(timezone.now()):
                cursor.execute("SELECT count_askers(%s)", [day])
        self.stdout.write(f"{counted} 件を数えました。")


def _through(cursor: Any) -> Any:
    cursor.execute("SELECT counted_through FROM usage_state WHERE id = 1")
    return cursor.fetchone()[0]
