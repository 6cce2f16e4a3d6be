"""The public page of J-LIS."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

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
