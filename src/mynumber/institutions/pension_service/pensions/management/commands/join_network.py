"""Find the individual numbers of the register's people, obtain codes for them and register the copies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mynumber.institutions.pension_service.pensions.copies import copies
from mynumber.institutions.pension_service.pensions.identification import identify
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.protocols.member import Member
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Refused


class Command(BaseCommand):
    help = "個人番号を4情報で照会し、符号を取得し、副本を登録します（何度行っても同じ結果になります）。"

    def handle(self, *args: Any, **options: Any) -> None:
        member = Member(Node.from_environment(), "pension_service", lambda: datetime.now(UTC))
        try:
            found = identify(member)
            self.stdout.write(
                f"個人番号：{found['found']} 人を特定、該当なし {found['none']} 人、特定できず {found['several']} 人。"
            )
            people = Insured.objects.exclude(individual_number=None).order_by("pk")
            codes = member.acquire_codes([(person.pk, person.individual_number or "") for person in people])
            self.stdout.write(f"符号：{codes.obtained} 人分を取得、取得済み {codes.held_before} 人。")
            stored, refused = member.register_copies(copies(datetime.now(UTC)))
            self.stdout.write(f"副本：{stored} 件を登録、登録できず {len(refused)} 件。")
        except Refused as refused_message:
            raise CommandError(
                f"{refused_message.hop.label_ja}：{refused_message.reason.sentence_ja}"
            ) from None
