"""`change_resident --tenant CODE --persona P`: change the entry of a named persona, as a notification at the counter would, and tell J-LIS."""

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from mynumber.foundation.procedures.values import day_bound
from mynumber.institutions.municipality.register.changes import CannotChange, Change, change_entry, tell
from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.tenancy import acting_as


def _day(text: str) -> date:
    return day_bound(text, timezone.localdate())


class Command(TownCommand):
    """The command."""

    help = "登場人物の住民票を変更し、J-LIS に通知します (住所、氏、死亡、国外転出)。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and what changes."""
        super().add_arguments(parser)
        parser.add_argument("--persona", required=True, help="登場人物の名前 (hanako など)")
        parser.add_argument("--relation", help="登場人物の世帯の、この続柄の人を変更する (世帯主 など)")
        parser.add_argument("--address", help="市区町村名のあとの住所 (亀有三丁目1番1号 など)")
        parser.add_argument("--surname", help="新しい氏")
        parser.add_argument("--surname-kana", help="新しい氏の振り仮名")
        parser.add_argument("--keep-former-name", action="store_true", help="いまの氏を旧氏として残す")
        parser.add_argument("--died", type=_day, metavar="YYYY-MM-DD", help="死亡の日 (today-20 なども)")
        parser.add_argument("--abroad", type=_day, metavar="YYYY-MM-DD", help="国外転出の日")
        parser.add_argument("--country", default="", help="転出先の国")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Change, tell, say what J-LIS made of it. Raises CommandError."""
        change = Change(
            address=options["address"],
            surname=options["surname"],
            surname_kana=options["surname_kana"],
            keep_former_name=options["keep_former_name"],
            died_on=options["died"],
            moved_abroad_on=options["abroad"],
            country=options["country"],
        )
        if change == Change():
            raise CommandError("変更することを一つ以上指定してください")
        with acting_as(code):
            person = Person.objects.filter(persona=options["persona"]).exclude(persona="").first()
            if person is not None and options["relation"]:
                person = Person.objects.filter(
                    household=person.household_id, relation=options["relation"]
                ).first()
        if person is None:
            raise CommandError("この人は、この市区町村の住民にいません")
        try:
            changed = change_entry(code, person.pk, change, today=timezone.localdate())
        except CannotChange as problem:
            raise CommandError(str(problem)) from None
        state = tell(code, changed)
        self.stdout.write(f"住民票を変更し、J-LIS に通知しました ({state.value})")
