"""What was refused, by reason, hour, member or kind of message (counted table ``refused_message``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Sum

from mynumber.institutions.network.core.models import RefusedMessage


class By(StrEnum):
    """What refusals are counted by."""

    REASON = "reason"
    HOUR = "hour"
    MEMBER = "sender"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Refusals:
    """A count, and what it is of: the values of the columns asked for, in their order."""

    of: tuple[Any, ...]
    count: int


def count_refusals(
    by: Sequence[By], *, since: datetime, until: datetime, sender: str | None = None
) -> list[Refusals]:
    """Refusals of whole hours from ``since`` to before ``until``, most first; of one sender (``""``: not proven) when named."""
    found = RefusedMessage.objects.filter(hour__gte=since, hour__lt=until)
    if sender is not None:
        found = found.filter(sender=sender)
    columns = [one.value for one in by]
    rows = found.values_list(*columns).annotate(total=Sum("count")).order_by("-total", *columns)
    return [Refusals(tuple(row[:-1]), row[-1]) for row in rows]
