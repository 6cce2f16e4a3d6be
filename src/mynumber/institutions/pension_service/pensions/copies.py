"""Copies (副本) of the pension service: 公的年金給付の支給に関する情報."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from mynumber.foundation.law import InformationKind
from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.protocols.copies import Copy
from mynumber.protocols.facts import PensionBenefitFact, PensionBenefitsFact


def copies(as_of: datetime, people: Sequence[str] | None = None) -> Iterator[Copy]:
    """One copy for each person whose individual number is known; of all who receive a pension, or of these basic pension numbers."""
    identified = Insured.objects.exclude(individual_number=None).order_by("pk").prefetch_related("benefits")
    if people is None:
        identified = identified.exclude(benefits=None).distinct()
    else:
        identified = identified.filter(pk__in=people)
    for person in identified.iterator(chunk_size=1000):
        fact = PensionBenefitsFact(
            benefits=tuple(
                PensionBenefitFact(
                    kind=benefit.name, annual_amount=benefit.annual_amount, paid_since=benefit.paid_since
                )
                for benefit in person.benefits.all()
            )
        )
        yield Copy(
            addressee=person.pk,
            information=InformationKind.PUBLIC_PENSION_BENEFIT.value,
            as_of=as_of,
            fact=msgspec.Raw(msgspec.json.encode(fact)),
        )
