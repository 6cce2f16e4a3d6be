"""How a page of the portal is rendered: with the visit, if there is one."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.institutions.portal.account.sessions import Visit


def page(
    request: HttpRequest, template: str, visit: Visit | None, context: Mapping[str, object] | None = None
) -> HttpResponse:
    """Render a template with `visit` in its context."""
    return render(request, template, {"visit": visit, **(context or {})})
