"""The first page and the menu."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import JAPAN, Visit, current_visit
from mynumber.institutions.portal.account.words import no_code_yet
from mynumber.institutions.portal.home import menu
from mynumber.institutions.portal.home.collecting import collect
from mynumber.institutions.portal.records.telling import tell
from mynumber.institutions.portal.records.views import NeedsCode, latest
from mynumber.webkit import logs
from mynumber.webkit.access import public
from mynumber.webkit.errors import PageRefused

_log = logs.get_logger(__name__)


@public  # the landing page; a signed-in resident gets their own home
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where a resident starts: what to do, what is under way, what is new; then the latest exchanges."""
    now = datetime.now(UTC)
    visit = current_visit(request, now=now)
    if visit is None:
        return page(request, "portal/home/landing.html", None)
    if visit.proxy_for:
        # The first page is one's own; whoever acts for somebody starts at what they may do for them.
        return HttpResponseRedirect(reverse("proxies-acting"))
    context: dict[str, object] = {}
    if visit.by_card:
        today = now.astimezone(JAPAN).date()
        context |= {"lists": collect(visit.account, now=now), "today": today} | _records(visit)
    return page(request, "portal/home/home.html", visit, context)


def _records(visit: Visit) -> dict[str, object]:
    try:
        records = latest(visit)
    except NeedsCode:
        return {"needs_code": no_code_yet()}
    except PageRefused as refused:
        # The rest of the page is of use without the network.
        _log.info("home without records", reason=refused.reason)
        return {"trouble": refused.problem}
    return {
        "latest": [tell(record) for record in records.records],
        "total": records.total,
        "records": records,
    }


@public  # what the portal has is no secret; what is for residents is shown to residents
@never_cache
@require_safe
def menu_page(request: HttpRequest) -> HttpResponse:
    """Everything the portal has."""
    visit = current_visit(request, now=datetime.now(UTC))
    return page(request, "portal/home/menu.html", visit, {"groups": menu.groups(signed_in=visit is not None)})
