"""Loading pensions from the synthetic population (``pensions.ndjson``): stands for what the service knows from its own history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec
from django.db import transaction

from mynumber.institutions.pension_service.pensions.models import Benefit, Insured
from mynumber.webkit.membership import SEX_CODES


class Line(msgspec.Struct, frozen=True):
    """What of a line is read; see the description of the file in ``mynumber.population.records``."""

    name: str
    birth: date
    sex: Literal["male", "female"]
    address: str
    basic_pension_number: str
    name_of_pension: str
    annual_amount: int
    entitled_from: date


_decode = msgspec.json.Decoder(Line).decode


def load(lines: Iterable[bytes]) -> int:
    """Store the insured and their benefits; a line that was loaded before changes nothing. Returns the number of lines."""
    insured: dict[str, Insured] = {}
    benefits: list[Benefit] = []
    for text in lines:
        line = _decode(text)
        insured.setdefault(
            line.basic_pension_number,
            Insured(
                basic_pension_number=line.basic_pension_number,
                name=line.name,
                birth_date=line.birth,
                sex=SEX_CODES[line.sex],
                address=line.address,
            ),
        )
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
