"""The public pages of J-LIS."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mynumber.institutions.jlis.pages.certificates import USE_PERIOD, practice, register_of_verifiers
from mynumber.institutions.jlis.pages.figures import accepted_messages, figures
from mynumber.webkit.access import public


@public  # counts only; nobody signs in here
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What J-LIS does, how much of it there is, and whom it answers."""
    return render(
        request,
        "jlis/home.html",
        {"figures": figures(datetime.now(UTC)), "messages_table": accepted_messages()},
    )


@public  # the real register is published as well
@require_safe
def verifiers(request: HttpRequest) -> HttpResponse:
    """Who is a registered verifier, for what, and how often they asked."""
    register = register_of_verifiers(datetime.now(UTC))
    return render(request, "jlis/verifiers.html", {"register": register, "days": USE_PERIOD.days})


@public  # every certificate names its address
@require_safe
def practice_statement(request: HttpRequest) -> HttpResponse:
    """By which rules certificates are issued, suspended and revoked (CPS)."""
    return render(request, "jlis/practice_statement.html", {"practice": practice(datetime.now(UTC))})
