"""Nothing runs without an explicit mark: the middleware that enforces the marks, and the walk that proves them.

A route that nobody thought about is the hole; so a forgotten mark closes the route instead of opening it.
`walk_routes` lets one test prove it for every route of every institution.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from mynumber.webkit.marks import (
    Access,
    Mark,
    Route,
    RouteTable,
    mark_of,
    public,
    resident_only,
    signed_message,
    staff_only,
)

__all__ = [
    "Access",
    "AccessMiddleware",
    "Mark",
    "Route",
    "RouteTable",
    "UnmarkedView",
    "mark_of",
    "public",
    "resident_only",
    "signed_message",
    "staff_only",
    "walk_routes",
]


class UnmarkedView(RuntimeError):
    """A route led to a view without an access mark; it did not run."""


class SignedInStaff(Protocol):
    """What the marks need to know of a signed-in member of staff (`request.staff`)."""

    role: str


GetResponse = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Enforces the mark of each view before it runs. Last of the middlewares."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        checker = settings.MYNUMBER_RESIDENT_CHECKER
        self._check_resident: Callable[[HttpRequest], HttpResponse | None] | None = (
            import_string(checker) if checker else None
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not getattr(request, "mynumber_public_view", False) and not response.has_header("Cache-Control"):
            # Pages about a person must not stay in a shared computer's cache or come back with the back button.
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse, redirect to sign in, or let the view run (None). Raises UnmarkedView, PermissionDenied."""
        mark = mark_of(view)
        if mark is None:
            raise UnmarkedView(f"{view.__module__}.{getattr(view, '__qualname__', '?')} has no access mark")
        match mark.access:
            case Access.PUBLIC:
                request.mynumber_public_view = True  # type: ignore[attr-defined]
                return None
            case Access.SIGNED_MESSAGE:
                return None
            case Access.STAFF:
                return self._staff(request, mark, kwargs)
            case Access.RESIDENT:
                if self._check_resident is None:
                    raise UnmarkedView(
                        "resident_only needs MYNUMBER_RESIDENT_CHECKER in the settings of this face"
                    )
                request.mynumber_level = mark.level  # type: ignore[attr-defined]
                return self._check_resident(request)
            case Access.REGISTERED:
                raise UnmarkedView("registered parties are served by raw ASGI apps, which check their keys")

    @staticmethod
    def _staff(request: HttpRequest, mark: Mark, kwargs: dict[str, Any]) -> HttpResponse | None:
        staff = cast(SignedInStaff | None, getattr(request, "staff", None))
        if staff is None:
            tenant = {"tenant": kwargs["tenant"]} if "tenant" in kwargs else {}
            sign_in = reverse("staff:sign-in", kwargs=tenant)
            # Only a page can be come back to; a form that was being sent is not repeated.
            come_back = "?" + urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
            return HttpResponseRedirect(sign_in + come_back)
        if mark.roles and staff.role not in mark.roles:
            raise PermissionDenied
        return None


def walk_routes(urlconf: str) -> list[Route]:
    """Every route of a Django URL module with its mark, in order; `mark` is None where it is missing."""
    import_module(urlconf)
    return list(_walk(get_resolver(urlconf), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern)
        elif isinstance(entry, URLPattern):
            view = entry.callback
            name = f"{view.__module__}.{getattr(view, '__qualname__', '?')}"
            yield Route(pattern, name, mark_of(view), view)
