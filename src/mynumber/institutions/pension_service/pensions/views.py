"""The public page of 日本年金機構: figures, never a person."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.institutions.pension_service.pensions.models import Enrolment, Insured
from mynumber.webkit.access import public

FIGURES_SECONDS = 10


@public
def home(request: HttpRequest) -> HttpResponse:
    """What this institution holds and provides."""
    return render(
        request, "pension_service/home.html", cache.get_or_set("figures", _figures, FIGURES_SECONDS)
    )


def _figures() -> dict[str, int]:
    """Counted over the whole table, so not for every visitor anew."""
    return {
        "people": Insured.objects.exclude(benefits=None).distinct().count(),
        "insured": Enrolment.objects.filter(until=None).count(),
        "identified": Insured.objects.exclude(individual_number=None).count(),
    }
