"""Loading the synthetic population: stands for what the service knows from its own history.

``pensions.ndjson`` tells who receives a pension, ``insured.ndjson`` who owes premiums of the national pension.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec
from django.db import transaction

from mynumber.institutions.pension_service.pensions.models import (
    Benefit,
    Enrolment,
    Insured,
    PremiumMonth,
    PremiumState,
)
from mynumber.webkit.membership import SEX_CODES


class _Person(msgspec.Struct, frozen=True):
    """What of a line is read; see the descriptions of the files in ``mynumber.population.records``."""

    name: str
    birth: date
    sex: Literal["male", "female"]
    address: str
    basic_pension_number: str

    def insured(self) -> Insured:
        """The entry of this person."""
        return Insured(
            basic_pension_number=self.basic_pension_number,
            name=self.name,
            birth_date=self.birth,
            sex=SEX_CODES[self.sex],
            address=self.address,
        )


class Line(_Person, frozen=True):
    """One pension of one person."""

    name_of_pension: str
    annual_amount: int
    entitled_from: date


class InsuredLine(_Person, frozen=True):
    """One 第1号被保険者."""

    since: date
    unpaid: list[str]


_decode = msgspec.json.Decoder(Line).decode
_decode_insured = msgspec.json.Decoder(InsuredLine).decode


def load(lines: Iterable[bytes]) -> int:
    """Store those who receive pensions; a line that was loaded before changes nothing. Returns the number of lines."""
    insured: dict[str, Insured] = {}
    benefits: list[Benefit] = []
    for text in lines:
        line = _decode(text)
        insured.setdefault(line.basic_pension_number, line.insured())
        benefits.append(
            Benefit(
                insured_id=line.basic_pension_number,
                name=line.name_of_pension,
                annual_amount=line.annual_amount,
                paid_since=line.entitled_from,
            )
        )
    with transaction.atomic():
        Insured.objects.bulk_create(insured.values(), batch_size=2000, ignore_conflicts=True)
        Benefit.objects.bulk_create(benefits, batch_size=2000, ignore_conflicts=True)
    return len(benefits)


def load_insured(lines: Iterable[bytes]) -> int:
    """Store those who owe premiums; a line that was loaded before changes nothing. Returns the number of lines."""
    read = [_decode_insured(text) for text in lines]
    with transaction.atomic():
        Insured.objects.bulk_create([line.insured() for line in read], batch_size=2000, ignore_conflicts=True)
        Enrolment.objects.bulk_create(
            [Enrolment(insured_id=line.basic_pension_number, since=line.since) for line in read],
            batch_size=2000,
            ignore_conflicts=True,
        )
        PremiumMonth.objects.bulk_create(
            [
                PremiumMonth(insured_id=line.basic_pension_number, month=month, state=PremiumState.UNPAID)
                for line in read
                for month in line.unpaid
            ],
            batch_size=2000,
            ignore_conflicts=True,
        )
    return len(read)
