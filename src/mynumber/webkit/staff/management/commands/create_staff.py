"""`create_staff`: make a member of staff, or say that there is one already."""

import secrets
import sys
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from mynumber.webkit.staff.models import Role, StaffMember
from mynumber.webkit.tenancy import acting_as

SHORTEST_PASSWORD = 12


class Command(BaseCommand):
    """The command."""

    help = "職員を登録します。パスワードは標準入力から渡すか (--password-stdin)、指定しなければ作って一度だけ表示します。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options; a password is never one (others on the machine can read a command line)."""
        parser.add_argument("--tenant", help="団体 (市区町村コードなど)")
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True, help="表示名")
        parser.add_argument("--department", required=True, help="担当課")
        parser.add_argument("--role", choices=Role.values, default=Role.CASE_WORKER)
        parser.add_argument("--password-stdin", action="store_true", help="標準入力の1行をパスワードにする")
        parser.add_argument("--keep", action="store_true", help="すでに登録があればそのままにする")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the member. Raises CommandError saying what to give."""
        with self._place(options["tenant"]), transaction.atomic():
            self._create(options)

    @staticmethod
    def _place(tenant: str | None) -> AbstractContextManager[None]:
        if bool(tenant) != settings.MYNUMBER_TENANTED:
            raise CommandError(
                "この機関では --tenant を" + ("指定してください" if not tenant else "使いません")
            )
        return acting_as(tenant) if tenant else nullcontext()

    def _create(self, options: dict[str, Any]) -> None:
        if StaffMember.objects.filter(username=options["username"]).exists():
            if options["keep"]:
                return
            raise CommandError("この利用者名はすでに登録されています")
        given = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else None
        password = given if given is not None else secrets.token_urlsafe(15)
        if len(password) < SHORTEST_PASSWORD:
            raise CommandError(f"パスワードは{SHORTEST_PASSWORD}文字以上にしてください")
        member = StaffMember(
            username=options["username"],
            display_name=options["name"],
            department=options["department"],
            role=options["role"],
        )
        member.set_password(password)
        try:
            member.full_clean(exclude=["tenant"], validate_constraints=False)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        member.save()
        if given is None:
            self.stdout.write(f"利用者名 {member.username} パスワード {password} (この表示は一度だけです)")
