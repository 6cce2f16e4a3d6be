"""`issue_bills --tenant CODE --demo`, or `--addressee NUMBER --kind KIND --title TITLE --amount YEN --due DAY --key KEY`: make bills and send them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.core.management.base import CommandError, CommandParser

from mynumber.institutions.municipality.billing.issuing import JAPAN, CannotBill, fiscal_year, issue
from mynumber.institutions.municipality.billing.models import Kind
from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.tenancy import acting_as

CHILD_CARE_UNTIL: Final = 3
"""Years: under it nursery costs a fee (幼児教育・保育の無償化 from three on)."""


class Command(TownCommand):
    """The command."""

    help = "納付書を作り、本人に送ります。"

    def add_arguments(self, parser: CommandParser) -> None:
        """For whom and what."""
        super().add_arguments(parser)
        parser.add_argument(
            "--demo", action="store_true", help="登場人物に、納付書を一つか二つずつ作ります。"
        )
        parser.add_argument("--addressee", help="宛名番号")
        parser.add_argument("--kind", choices=[kind.value for kind in Kind])
        parser.add_argument("--title", help="納付書の名前")
        parser.add_argument("--amount", type=int, help="円")
        parser.add_argument("--due", type=date.fromisoformat, help="納期限 (2026-12-25)")
        parser.add_argument("--key", help="同じ鍵では一度だけ作ります。")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Make them, all or none."""
        now = datetime.now(UTC)
        with acting_as(code):
            made = _demo(code, now) if options["demo"] else _one(code, options, now)
        self.stdout.write(f"納付書: {made} 件")


def _one(code: str, options: dict[str, Any], now: datetime) -> int:
    needed = ("addressee", "kind", "title", "amount", "due", "key")
    missing = [f"--{name}" for name in needed if options[name] is None]
    if missing:
        raise CommandError(f"{' '.join(missing)} を付けてください")
    person = Person.objects.filter(addressee=options["addressee"]).first()
    if person is None:
        raise CommandError("この宛名番号の住民はいません")
    title, amount = options["title"], options["amount"]
    try:
        issue(
            code,
            person,
            Kind(options["kind"]),
            title,
            [(title, amount)],
            options["due"],
            key=options["key"],
            at=now,
        )
    except CannotBill as cannot:
        raise CommandError(str(cannot)) from None
    return 1


def _demo(code: str, now: datetime) -> int:
    """Each persona: the resident tax of the year; who has no tax to pay by age or has small children something else."""
    today = now.astimezone(JAPAN).date()
    year = fiscal_year(today)
    words = f"令和{year - 2018}年度"
    due = today + timedelta(days=30)
    made = 0
    for person in Person.objects.exclude(persona="").filter(moved_out=None, died_on=None).order_by("pk"):
        if person.birth > today.replace(year=today.year - 18, day=min(today.day, 28)):
            continue
        issue(
            code,
            person,
            Kind.INSURANCE,
            f"{words} 国民健康保険料 第6期",
            [("医療分", 9_800), ("後期高齢者支援金分", 3_400), ("子ども・子育て支援納付金分", 600)],
            due,
            key=f"demo-{year}-insurance-{person.persona}",
            at=now,
        )
        made += 1
        small = person.household.members.filter(
            birth__gt=today.replace(year=today.year - CHILD_CARE_UNTIL, day=min(today.day, 28)),
            moved_out=None,
        )
        kind, title, lines = (
            (Kind.NURSERY, f"{words} 保育料 11月分", [("保育料", 21_000), ("延長保育料", 2_500)])
            if small.exists()
            else (Kind.TAX, f"{words} 市区町村民税・都道府県民税 第3期", [("普通徴収", 18_200)])
        )
        issue(
            code,
            person,
            kind,
            title,
            lines,
            today - timedelta(days=5) if kind is Kind.TAX else due,
            key=f"demo-{year}-{kind.value}-{person.persona}",
            at=now,
        )
        made += 1
    return made
