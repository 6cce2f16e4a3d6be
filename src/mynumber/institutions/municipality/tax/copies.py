"""Copies (副本) of local tax at the municipality's gateway, from which it answers by itself (Order 85 art. 46)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from mynumber.foundation.facts import Period
from mynumber.foundation.law import InformationKind
from mynumber.institutions.municipality.register.batches import in_batches
from mynumber.institutions.municipality.systems import ask_gateway
from mynumber.institutions.municipality.tax.models import Assessment
from mynumber.protocols.copies import REGISTER_COPIES, Copy, CopyRefusal, RegisterCopies
from mynumber.webkit.tenancy import acting_as

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Registered:
    """Copies that the gateway holds now, and those it refused by reason."""

    registered: int
    refused: Counter[CopyRefusal]


def register_copies(code: str, *, at: datetime, progress: Progress = lambda done, total: None) -> Registered:
    """Register the tax of every fiscal year of everybody who has a code. May be repeated: a later copy of a year replaces the earlier.

    Of those too who have left: a town keeps what it levied. Raises Refused when a batch is refused.
    """
    with acting_as(code):
        assessments = list(
            Assessment.objects.filter(person__number__code_obtained_at__isnull=False)
            .select_related("person")
            .order_by("pk")
        )
    registered = done = 0
    refused: Counter[CopyRefusal] = Counter()
    for batch in in_batches(assessments):
        answer = ask_gateway(code, REGISTER_COPIES, RegisterCopies(copies=tuple(_copy(a, at) for a in batch)))
        registered += answer.registered
        refused.update(item.reason for item in answer.refused)
        done += len(batch)
        progress(done, len(assessments))
    return Registered(registered, refused)


def _copy(assessment: Assessment, at: datetime) -> Copy:
    return Copy(
        addressee=assessment.person.addressee,
        information=InformationKind.LOCAL_TAX.value,
        period=Period.fiscal_year(assessment.fiscal_year).text,
        as_of=at,
        fact=msgspec.Raw(msgspec.json.encode(assessment.fact())),
    )
