"""Headers that keep a page in its frame: no inline script or style, nothing from elsewhere, no embedding."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import response_for_exception
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def content_security_policy(form_actions: tuple[str, ...]) -> str:
    """The policy of every page; `form_actions` are origins of other faces that forms may post to."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            " ".join(("form-action 'self'", *form_actions)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeadersMiddleware:
    """What Django's SecurityMiddleware, XFrameOptionsMiddleware and CommonMiddleware do for these settings, and the two policies, in one step.

    A request for a host that is not this face's is refused (400).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._headers = {
            "Content-Security-Policy": content_security_policy(settings.MYNUMBER_FORM_ACTIONS),
            "Permissions-Policy": PERMISSIONS_POLICY,
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        self._transport = f"max-age={settings.SECURE_HSTS_SECONDS}" if settings.SECURE_HSTS_SECONDS else ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.get_host()
            response = self._get_response(request)
        except DisallowedHost as error:
            response = response_for_exception(request, error)
        for name, value in self._headers.items():
            response.headers[name] = value
        if self._transport and request.is_secure():
            response.headers["Strict-Transport-Security"] = self._transport
        if not response.streaming and "Content-Length" not in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        return response


def never_kept(view: View) -> View:
    """Of a page or an answer that nobody keeps: what Django's `never_cache` says, without the date."""

    @wraps(view)
    def unkept(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "max-age=0, no-cache, no-store, must-revalidate, private"
        return response

    return unkept
