"""Test with the commission whether two persons are one; docs/protocols/blind.md."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mynumber.foundation.codes import BadCode, Code
from mynumber.institutions.network.blind.sameness import CannotTest, Holder, Place, ask_whether_same
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Refused


class Command(BaseCommand):
    help = (
        "二つの情報連携が同じ人についてのものか、個人情報保護委員会と共同で確かめます。双方に記録が残ります。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("inquirer", help="of the first exchange, e.g. municipality.131229")
        parser.add_argument("request_id", type=UUID)
        parser.add_argument("--purpose", required=True, help="why: part of both records")
        parser.add_argument(
            "--exchange", nargs=2, metavar=("INQUIRER", "REQUEST_ID"), help="the second exchange"
        )
        parser.add_argument(
            "--holder", help="or a member whose code for a person is read from the standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        one = Place(options["inquirer"], options["request_id"])
        if bool(options["exchange"]) is bool(options["holder"]):
            raise CommandError("name --exchange or --holder")
        try:
            other = (
                Holder(options["holder"], Code.parse(sys.stdin.readline().strip()))
                if options["holder"]
                else Place(options["exchange"][0], UUID(options["exchange"][1]))
            )
            is_same = ask_whether_same(
                Node.from_environment(), one, other, purpose=options["purpose"], now=lambda: datetime.now(UTC)
            )
        except (CannotTest, Refused) as error:
            raise CommandError(str(error)) from None
        except (BadCode, ValueError):
            raise CommandError("not a code, or not a request id") from None
        self.stdout.write("同じ人です。" if is_same else "別の人です。")
