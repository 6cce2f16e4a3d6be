"""`award_benefit`: award a pension, change its amount, or stop it, as a decision of the service would."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mynumber.institutions.pension_service.pensions.awarding import CannotAward, award, members, stop
from mynumber.protocols.refusal import Refused
from mynumber.webkit.mesh.exchanging import send
from mynumber.webkit.messages import this_node


class Command(BaseCommand):
    """The command."""

    help = "年金を裁定・改定・失権とし、関係する機関に変更を通知します。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose pension, and what is decided."""
        parser.add_argument("--number", required=True, help="基礎年金番号")
        parser.add_argument("--name", default="老齢基礎年金", help="年金の種類")
        parser.add_argument("--annual-amount", type=int, help="年額 (円)")
        parser.add_argument(
            "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="支給開始または失権の日"
        )
        parser.add_argument("--stop", action="store_true", help="失権とする")

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide, announce. Raises CommandError."""
        now = timezone.now()
        day = options["day"] or timezone.localdate()
        try:
            if options["stop"]:
                stop(options["number"], options["name"], last_day=day, at=now)
            elif options["annual_amount"] is None:
                raise CommandError("--annual-amount か --stop を指定してください")
            else:
                award(options["number"], options["name"], options["annual_amount"], paid_since=day, at=now)
        except CannotAward as problem:
            raise CommandError(str(problem)) from None
        try:
            sent = sum(send(this_node(), member) for member in members())
        except Refused as refused:
            self.stdout.write(f"決定しました。通知は後で送られます（{refused.reason.sentence_ja}）")
            return
        self.stdout.write(f"決定し、変更を {sent} 件通知しました。")
