"""What was decided, by kind of relief. Queries, never counted by hand."""

from __future__ import annotations

from collections import Counter
from typing import Final

from mynumber.foundation.rules.national_pension import Kind
from mynumber.institutions.pension_service.exemptions.models import Decision
from mynumber.webkit.examination.states import DecisionState

REFUSED: Final = "承認しない"


def outcomes() -> dict[str, int]:
    """Approved decisions by what was given, the most frequent first."""
    kinds = Decision.objects.filter(state=DecisionState.APPROVED).values_list("kind", flat=True)
    return dict(Counter(Kind[kind].japanese if kind else REFUSED for kind in kinds).most_common())
