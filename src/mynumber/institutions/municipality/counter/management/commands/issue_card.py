"""`issue_card --tenant CODE`: have the card of a named persona made, hand it over and write it for the holder's device."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from mynumber.institutions.municipality.counter.personas import ChosenPins, NoCard, issue_card
from mynumber.institutions.municipality.register.commands import TownCommand


class Command(TownCommand):
    """The command."""

    help = (
        "住民のカードを申請し、J-LIS に作らせ、暗証番号を設定して交付し、本人の端末に渡すファイルを書きます。"
        "暗証番号は標準入力の3行です: 利用者証明用 (数字4桁)、署名用パスワード (空なら署名用電子証明書なし)、"
        "券面事項入力補助用・住民基本台帳用 (数字4桁)。すでに渡したカードは作り直しません。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose card, where to. PINs come on standard input: others on the machine can read a command line."""
        super().add_arguments(parser)
        parser.add_argument("--persona", required=True, help="登場人物の名前 (hanako など)")
        parser.add_argument("--out", type=Path, required=True, help="カードを書くファイル")
        parser.add_argument("--note", default="", help="端末に表示するひとこと")
        parser.add_argument("--again", action="store_true", help="なくしたカードを作り直す")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Issue once. Raises CommandError."""
        try:
            issued = issue_card(
                code,
                options["persona"],
                ChosenPins.parse(*(sys.stdin.readline().strip() for _ in range(3))),
                options["out"],
                note=options["note"],
                now=timezone.now,
                again=options["again"],
            )
        except NoCard as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("カードを書きました" if issued else "このカードは、すでに渡してあります")
