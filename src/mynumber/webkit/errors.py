"""How a page says no: a domain refusal is an exception with words for the reader.

In the root URLconf of an institution:

    from mynumber.webkit.errors import handler400, handler403, handler404, handler500
"""

from collections.abc import Callable
from dataclasses import replace

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from mynumber.webkit import logs
from mynumber.webkit.face.errors import (
    UNAVAILABLE,
    Problem,
    Said,
    csrf_failure,
    problem_page,
)
from mynumber.webkit.face.errors import (
    bad_request as handler400,
)
from mynumber.webkit.face.errors import (
    forbidden as handler403,
)
from mynumber.webkit.face.errors import (
    not_found as handler404,
)
from mynumber.webkit.face.errors import (
    server_error as handler500,
)

__all__ = [
    "PageRefused",
    "RefusalMiddleware",
    "Said",
    "csrf_failure",
    "handler400",
    "handler403",
    "handler404",
    "handler500",
]

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What a lost connection, a full disk or a restarting server look like."""

_log = logs.get_logger(__name__)


class PageRefused(Exception):
    """Raise it from a view or a service: the reader gets a page that says what is wrong and what to do.

    title, what, advice: Japanese sentences, without personal values; english, easy: the same for who reads those. reason: a machine-readable word for the log alone.
    hop: the Japanese name of who refused, if another institution did (`Hop.label_ja`).
    The view's transaction is rolled back; what must stay (a record of the refusal) is committed before raising.
    """

    def __init__(
        self,
        title: str,
        what: str,
        *advice: str,
        reason: str,
        status: int = 409,
        hop: str = "",
        title_en: str = "",
        english: Said | None = None,
        easy: Said | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hop = hop
        self.problem = Problem(
            title=title,
            what=what,
            advice=advice,
            status=status,
            title_en=title_en or (english.title if english else "This cannot be done"),
            hop=hop,
            english=english,
            easy=easy,
        )


class RefusalMiddleware:
    """Turns PageRefused, and a database that does not answer, into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a refusal; None leaves other exceptions to Django."""
        if isinstance(exception, PageRefused):
            _log.info("refused", reason=exception.reason, status=exception.problem.status)
            return _page(request, exception.problem)
        if isinstance(exception, DATABASE_AWAY):
            return database_away(request, exception)
        return None


def database_away(request: HttpRequest, exception: Exception) -> HttpResponse:
    """503: no record, no exchange (HOUSE rule 4). A full disk and a lost connection both arrive here."""
    _log.error("database does not answer", exc_info=exception)
    return _page(request, UNAVAILABLE)


def _page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The page with the request's id, so that an operator finds the log lines that belong to it."""
    return problem_page(request, replace(problem, reference=getattr(request, "request_id", "")))
