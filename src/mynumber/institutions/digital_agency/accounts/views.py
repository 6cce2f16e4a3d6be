"""The public page of デジタル庁（公金受取口座登録簿）: figures, never a person."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.institutions.digital_agency.accounts.models import ReceivingAccount
from mynumber.webkit.access import public


@public
def home(request: HttpRequest) -> HttpResponse:
    """What this institution holds and provides."""
    people = ReceivingAccount.objects.count()
    identified = ReceivingAccount.objects.exclude(individual_number=None).count()
    return render(request, "digital_agency/home.html", {"people": people, "identified": identified})
