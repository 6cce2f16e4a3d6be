"""`open_demo_case --tenant CODE`: receive the allowance application of the story."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from mynumber.institutions.municipality.casework.models import ALLOWANCE_AFFAIR, Case
from mynumber.institutions.municipality.casework.opening import children_of, open_case
from mynumber.institutions.municipality.register.commands import TownCommand
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import acting_as


class Command(TownCommand):
    """The command."""

    help = "案内の物語の人の児童扶養手当の申請を受け付けます。すでにあればそのままにします。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose case, and who works on it."""
        super().add_arguments(parser)
        parser.add_argument("--persona", default="hanako", help="登場人物の名前")
        parser.add_argument("--username", help="担当する職員の利用者名")
        parser.add_argument("--department", default="子育て支援課", help="担当課")

    def work(self, code: str, options: dict[str, Any]) -> None:
        """Open the case once. Raises CommandError."""
        today, now = timezone.localdate(), timezone.now()
        with acting_as(code):
            applicant = Person.objects.filter(persona=options["persona"], moved_out=None).first()
            if applicant is None:
                raise CommandError("この人は、この市区町村の住民にいません")
            if Case.objects.filter(applicant=applicant, affair=ALLOWANCE_AFFAIR).exists():
                self.stdout.write("この申請は、すでに受け付けてあります")
                return
            case = open_case(
                applicant,
                ALLOWANCE_AFFAIR,
                received_on=today,
                organisation=options["department"],
                opened_by=StaffMember.objects.filter(username=options["username"] or "").first(),
                at=now,
                children=children_of(applicant, ALLOWANCE_AFFAIR, on=today),
            )
        self.stdout.write(f"申請を受け付けました: {case.label}")
