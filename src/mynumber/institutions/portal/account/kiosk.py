"""Devices that many use (キオスク): the visit ends when the card leaves the reader or after a minute, and nothing stays behind.

A device is one when whoever set it up opened /kiosk and said so (a cookie of the device), or until its browser closes when it begins at /sign-in/?kiosk.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

ON: Final = "1"
COOKIE: Final = "kiosk"
"""Also the word under which a session says that it is of such a device."""
_YEARS: Final = 5
NOTHING_STAYS: Final = '"cache", "storage"'
"""Clear-Site-Data; not "cookies", which would make the device forget what it is. The session's own cookie is deleted by name."""


def cookie_name() -> str:
    """Name of the device's cookie."""
    return f"{settings.INSTITUTION}_{COOKIE}"


def is_one(request: HttpRequest) -> bool:
    """Whether this device is one that many use."""
    return request.COOKIES.get(cookie_name()) == ON or COOKIE in request.GET


def make_one(response: HttpResponse, *, lasting: bool = True) -> None:
    """Let the device be one from now on; unless lasting, until its browser closes."""
    response.set_cookie(
        cookie_name(),
        ON,
        max_age=_YEARS * 365 * 24 * 3600 if lasting else None,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def make_none(response: HttpResponse) -> None:
    """Let the device be somebody's own again."""
    response.delete_cookie(cookie_name(), samesite="Lax")


def leave_nothing(response: HttpResponse) -> None:
    """Make the browser forget what it kept of this site, choices of language included."""
    response["Clear-Site-Data"] = NOTHING_STAYS
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    response.delete_cookie(
        settings.LANGUAGE_COOKIE_NAME.removesuffix("language") + "furigana", samesite="Lax"
    )
