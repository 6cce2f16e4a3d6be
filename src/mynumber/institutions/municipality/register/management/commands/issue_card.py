"""`issue_card --tenant CODE`: have the card of a named persona issued and write it for the holder's device."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from mynumber.institutions.municipality.register.cards import NoCard, issue_card
from mynumber.institutions.municipality.register.commands import TownCommand


class Command(TownCommand):
    """The command."""

    help = "住民のカードを J-LIS に作らせ、本人の端末に渡すファイルを書きます。すでに渡したカードは作り直しません。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose card, which PIN, where to."""
        super().add_arguments(parser)
        parser.add_argument("--persona", required=True, help="登場人物の名前 (hanako など)")
        # Others on the machine can read a command line: the platform gives the PIN on standard input.
        parser.add_argument("--pin", help="利用者証明用の暗証番号 (数字4桁)。指定しなければ標準入力の1行")
        parser.add_argument("--out", type=Path, required=True, help="カードを書くファイル")
        parser.add_argument("--note", default="", help="端末に表示するひとこと")
        parser.add_argument("--again", action="store_true", help="なくしたカードを作り直す")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Issue once. Raises CommandError."""
        try:
            issued = issue_card(
                code,
                options["persona"],
                options["pin"] or sys.stdin.readline().strip(),
                options["out"],
                note=options["note"],
                at=timezone.now(),
                again=options["again"],
            )
        except NoCard as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("カードを書きました" if issued else "このカードは、すでに渡してあります")
