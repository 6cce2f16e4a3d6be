"""The portal's own staff: below /staff/ alone. Nobody else's request asks who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mynumber.webkit.staff.sign_in import member_of

BELOW: Final = "/staff/"


class PortalStaffMiddleware:
    """Sets `request.staff` to the signed-in StaffMember or None. Signing in as staff ends a resident's visit on this browser, and the other way round."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_theirs = request.path_info.startswith(BELOW) and request.session.session_key is not None
        request.staff = member_of(request, now=timezone.now()) if is_theirs else None  # type: ignore[attr-defined]
        return self._get_response(request)
