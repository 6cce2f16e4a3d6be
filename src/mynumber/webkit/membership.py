"""What an institution that knows people by their attributes needs to join the network: their numbers, codes and copies.

The institution's table of people derives from :class:`KnownPerson`; its command derives from :class:`JoinNetworkCommand`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import models

from mynumber.protocols.copies import Copy
from mynumber.protocols.member import Member, batches
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Refused
from mynumber.protocols.residents import FourAttributes, LookUpState

SEX_CODES = {"male": "1", "female": "2"}
"""Sex as the synthetic population words it, and as the card and the residents network do."""


class KnownPerson(models.Model):
    """A person as the institution knows them. The primary key is its own number for the person (宛名番号)."""

    name = models.CharField(max_length=200)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1)
    address = models.CharField(max_length=300)
    individual_number = models.CharField(max_length=12, null=True, unique=True)
    """Null until the look-up by the four attributes found exactly one person."""
    look_up = models.CharField(max_length=10, default="")
    """How the last look-up ended: found, none, several; empty before."""

    class Meta:
        abstract = True


def identify(people: type[KnownPerson], member: Member) -> Counter[str]:
    """Look up everybody without an individual number by exactly the four attributes (Act art. 14(2)); several hits give none.

    A number that another entry holds already is not taken twice: two entries for one person are for a clerk to join.
    Returns how many were found, how many not, how many were ambiguous.
    """
    counts: Counter[str] = Counter()
    for batch in batches(people._default_manager.filter(individual_number=None).order_by("pk")):
        answers = member.look_up(
            [
                FourAttributes(
                    name=person.name, address=person.address, birth_date=person.birth_date, sex=person.sex
                )
                for person in batch
            ]
        )
        taken = set(
            people._default_manager.exclude(individual_number=None).values_list(
                "individual_number", flat=True
            )
        )
        for person, answer in zip(batch, answers, strict=True):
            state = answer.state
            if state is LookUpState.FOUND and answer.individual_number in taken:
                state = LookUpState.SEVERAL
            elif state is LookUpState.FOUND and answer.individual_number is not None:
                person.individual_number = answer.individual_number
                taken.add(answer.individual_number)
            person.look_up = state.value
            counts[state.value] += 1
        people._default_manager.bulk_update(batch, ["individual_number", "look_up"])
    return counts


class JoinNetworkCommand(BaseCommand):
    """Find individual numbers, obtain codes, register copies; doing it again changes nothing."""

    help = "個人番号を4情報で照会し、符号を取得し、副本を登録します（何度行っても同じ結果になります）。"
    member: ClassVar[str]
    """Member id."""
    people: ClassVar[type[KnownPerson]]

    def copies(self, as_of: datetime) -> Iterator[Copy]:
        """The copies to register."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Do all three. Raises CommandError naming hop and reason."""
        member = Member(Node.from_environment(), self.member, lambda: datetime.now(UTC))
        try:
            found = identify(self.people, member)
            self.stdout.write(
                f"個人番号：{found['found']} 人を特定、該当なし {found['none']} 人、特定できず {found['several']} 人。"
            )
            identified = self.people._default_manager.exclude(individual_number=None).order_by("pk")
            codes = member.acquire_codes(
                [(person.pk, person.individual_number or "") for person in identified]
            )
            self.stdout.write(f"符号：{codes.obtained} 人分を取得、取得済み {codes.held_before} 人。")
            stored, refused = member.register_copies(self.copies(datetime.now(UTC)))
            self.stdout.write(f"副本：{stored} 件を登録、登録できず {len(refused)} 件。")
        except Refused as no:
            raise CommandError(f"{no.hop.label_ja}：{no.reason.sentence_ja}") from None
