"""One log line a request: what was asked for as a route, how it ended and how long it took. Never the path or the query."""

import sys
from collections.abc import Callable
from time import perf_counter

import structlog
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from mynumber.webkit import logs, metrics

REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID_VARIABLE = "HTTP_X_REQUEST_ID"
QUIET_ROUTES = frozenset({"healthz", "readyz", "metrics"})
"""Routes that a supervisor calls every second: logged only when they fail."""

_log = logs.get_logger(__name__)


class RequestLogMiddleware:
    """The outermost middleware. Sets `request.request_id` and the same on every log line of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = perf_counter()
        request_id = logs.request_id(request.META.get(REQUEST_ID_VARIABLE))
        request.request_id = request_id  # type: ignore[attr-defined]
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self._get_response(request)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
        response.headers[REQUEST_ID_HEADER] = request_id
        tenant = getattr(request, "tenant", None)
        match = request.resolver_match
        route = match.route if match else "(none)"
        method = str(request.method) if request.method in _METHODS else "(other)"
        took = perf_counter() - started
        metrics.REQUESTS.labels(route, method, response.status_code).observe(took)
        if response.status_code >= 400 or route not in QUIET_ROUTES:
            logs.say(
                __name__,
                "request",
                method=method,
                route=route,
                status=response.status_code,
                duration_ms=round(took * 1000, 2),
                request_id=request_id,
                **({"tenant": tenant} if tenant else {}),
            )
        return response


@receiver(got_request_exception)
def log_failure(sender: object, **_: object) -> None:
    """Log what nobody handled; Django then answers with the page of handler500."""
    _log.error("request failed", exc_info=sys.exc_info()[1])


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
