"""Close an alarm that a person has looked into."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.institutions.commission.monitor.alarms import RECOVERED
from mynumber.institutions.commission.monitor.models import Alarm


class Command(BaseCommand):
    help = "調べ終えた警報を、理由を書いて閉じます。証拠は残ります。まだ続いていれば、次に見たとき新しい警報になります。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="number of the alarm, as in the address of its page")
        parser.add_argument("--because", required=True, help="what was found")

    def handle(self, *args: Any, **options: Any) -> None:
        reason = options["because"].strip()
        if not reason or reason == RECOVERED:
            raise CommandError("理由を書いてください。")
        closed = Alarm.objects.filter(id=options["number"], closed_at=None).update(
            closed_at=datetime.now(UTC), closed_because=reason[:300]
        )
        if not closed:
            raise CommandError("その番号の、続いている警報はありません。")
        self.stdout.write("閉じました。")
