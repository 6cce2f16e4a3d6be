"""The public page of 日本年金機構: figures, never a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.institutions.pension_service.pensions.models import Insured
from mynumber.webkit.access import public


@public
def home(request: HttpRequest) -> HttpResponse:
    """What this institution holds and provides."""
    people = Insured.objects.count()
    identified = Insured.objects.exclude(individual_number=None).count()
    return render(request, "pension_service/home.html", {"people": people, "identified": identified})
