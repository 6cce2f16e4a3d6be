"""Pages of links with other sites (つながり): what there is, link, come back, unlink."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.portal.account.pages import onward, page
from mynumber.institutions.portal.account.sessions import (
    Level,
    SeeOther,
    current_visit,
    own_path,
    resident_of,
)
from mynumber.institutions.portal.identity import linking
from mynumber.institutions.portal.identity.linking import NotLinked, Taken
from mynumber.institutions.portal.identity.models import Site
from mynumber.protocols.deliveries import LINK_ENDED
from mynumber.protocols.refusal import Hop
from mynumber.protocols.relying_party import Fault, SignInElsewhereRefused
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.headers import never_kept
from mynumber.webkit.messages import message_routes

LINKED_FOR = "linked_for"
"""In the session: the page that a link was begun from."""

_log = logs.get_logger(__name__)

routes = message_routes(
    LINK_ENDED,
    linking.ended_there,
    hop=Hop.PORTAL,
    may_ask=lambda sender, _: Site.objects.filter(system=sender).exists(),
)


@resident_only(level=Level.PASSKEY)
@require_safe
def links(request: HttpRequest) -> HttpResponse:
    """つながっているサイト, and those one can link."""
    visit = resident_of(request)
    held = {each.site_id: each for each in linking.of_account(visit.account)}
    context = {
        "held": list(held.values()),
        "others": Site.objects.exclude(pk__in=held).order_by("name"),
        "done": request.GET.get("done", ""),
    }
    return page(request, "portal/identity/links.html", visit, context)


@resident_only
@transaction.non_atomic_requests  # the site is asked what it is
@never_kept
@require_POST
def begin(request: HttpRequest, site_key: str) -> HttpResponse:
    """Send the browser to the site."""
    site, visit = _site(site_key), resident_of(request)
    try:
        address = linking.begin(site, visit.account, request.session, now=_now())
    except SignInElsewhereRefused as refused:
        raise _refusal(refused.fault, site) from None
    request.session[LINKED_FOR] = own_path(request.POST.get("next", ""))
    return onward(address, to=site.name)


@public  # coming back: without the visit that began there is nothing to come back to
@transaction.non_atomic_requests  # the site is asked who was there
@never_kept
@require_safe
def back(request: HttpRequest, site_key: str) -> HttpResponse:
    """The browser is back from the site."""
    site, now = _site(site_key), _now()
    visit = current_visit(request, now=now)
    try:
        if visit is None or not visit.by_card:
            raise SignInElsewhereRefused(Fault.STATE)
        if any(len(request.GET.getlist(name)) != 1 for name in request.GET):
            raise SignInElsewhereRefused(Fault.STATE)
        linking.finish(site, visit.account, request.session, request.GET.dict(), now=now)
    except SignInElsewhereRefused as refused:
        _log.info("no link", reason=refused.fault.value)
        raise _refusal(refused.fault, site) from None
    except NotLinked as refused:
        raise _taken(refused.reason, site) from None
    began_from = own_path(request.session.pop(LINKED_FOR, ""))
    return SeeOther(began_from if began_from != "/" else reverse("links") + "?done=linked")


@resident_only(level=Level.PASSKEY)
@require_POST
def end(request: HttpRequest, site_key: str) -> HttpResponse:
    """つながりを外す."""
    linking.end(resident_of(request).account, _site(site_key), now=_now())
    return SeeOther(reverse("links") + "?done=ended")


def _site(key: str) -> Site:
    found = Site.objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


_FAULTS: Final = {
    Fault.STATE: (
        "このブラウザーのいまのサインインではじめた依頼ではないか、もう使われた依頼です。",
        "It was not begun in this visit, or was used already.",
        "この ブラウザーで はじめて いないか、もう おわりました。",
    ),
    Fault.MIX_UP: (
        "頼んだサイトとは別のところから返事が来ました。",
        "The answer came from elsewhere than the site that was asked.",
        "ちがう サイトから こたえが 来ました。",
    ),
    Fault.DECLINED: (
        "サイトが、つなぐことを認めませんでした。やめた場合も、ここに来ます。",
        "The site did not agree, or you cancelled there.",
        "サイトが よいと 言いませんでした。",
    ),
    Fault.UNREACHABLE: (
        "サイトにつながりません。",
        "The site cannot be reached.",
        "サイトに つながりません。",
    ),
}
_UNPROVEN: Final = (
    "サイトからの返事を確かめられませんでした。",
    "The site's answer could not be checked.",
    "サイトの こたえが たしかめられませんでした。",
)


def _refusal(fault: Fault, site: Site) -> PageRefused:
    what, english, easy = _FAULTS.get(fault, _UNPROVEN)
    return PageRefused(
        "つながりを作りませんでした",
        f"{site.name}：{what}何も変わっていません。",
        "つながりのページに戻って、はじめからやり直してください。",
        reason=fault.value,
        status=503 if fault is Fault.UNREACHABLE else 400,
        english=Said(
            "The accounts were not linked",
            f"{site.name}: {english} Nothing has changed.",
            ("Go back to the page of links and begin again.",),
        ),
        easy=Said(
            "つなぎませんでした",
            f"{site.name}：{easy}",
            ("もどって、はじめから して ください。",),
        ),
    )


def _taken(reason: Taken, site: Site) -> PageRefused:
    others = reason is Taken.OTHER_ACCOUNT
    what = (
        f"その{site.name}のアカウントは、ほかの人の利用者フォルダとつながっています。"
        if others
        else f"あなたは、{site.name}の別のアカウントとつながっています。"
    )
    english = (
        f"That account of {site.name} is linked with somebody else."
        if others
        else f"You are linked with another account of {site.name}."
    )
    easy = "ほかの 人と つながって います。" if others else "べつの アカウントと つながって います。"
    return PageRefused(
        "つながりを作りませんでした",
        f"{what}何も変わっていません。",
        "心あたりのないときは、そのサイトの窓口に問い合わせてください。",
        reason=reason.value,
        status=409,
        english=Said(
            "The accounts were not linked",
            f"{english} Nothing has changed.",
            ("If you do not know why, ask the site.",),
        ),
        easy=Said("つなぎませんでした", easy, ("わからない ときは、サイトに きいて ください。",)),
    )


def _now() -> datetime:
    return datetime.now(UTC)
