"""Pages of sign-in and of the account."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.portal.account import going_on, kiosk, signing_in
from mynumber.institutions.portal.account.acquisition import acquire_code
from mynumber.institutions.portal.account.going_on import CannotGoOn, Onward
from mynumber.institutions.portal.account.models import EventKind
from mynumber.institutions.portal.account.pages import device_url, onward, page
from mynumber.institutions.portal.account.sessions import (
    LONGEST,
    Level,
    SeeOther,
    browser_secret,
    close_visit,
    current_visit,
    forget_old_sessions,
    known_browser,
    open_visit,
    own_path,
    resident_of,
)
from mynumber.institutions.portal.account.signing_in import FinishReason, FinishRefused, Proof
from mynumber.institutions.portal.account.trust import TrustUnavailable, current_trust
from mynumber.institutions.portal.account.words import (
    EVENT_REASONS,
    FINISH,
    FINISH_STATUS,
    OTHER_REASON,
    UNCHECKABLE,
    why_no_code,
)
from mynumber.protocols import sign_in
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.environment import origin
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Kind, Table
from mynumber.webkit.headers import never_kept

EVENTS_A_PAGE = 30

_log = logs.get_logger(__name__)


@public  # whoever is not signed in is explained how to
@never_kept
@require_safe
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """What signing in is, what it needs, and the button."""
    next_path = own_path(request.GET.get("next", "/"))
    visit = current_visit(request, now=_now())
    needs_card = visit is not None and "card" in request.GET and not visit.by_card
    if visit is not None and not needs_card:
        return SeeOther(next_path)
    context = {
        "needs_card": needs_card,
        "at_kiosk": kiosk.is_one(request),
        "next": next_path,
        "goes_elsewhere": next_path != "/",
        "ended": "ended" in request.GET,
        "signed_out": "signed_out" in request.GET,
        "request_minutes": int(sign_in.REQUEST_VALIDITY.total_seconds()) // 60,
        "longest_minutes": int(LONGEST.total_seconds()) // 60,
    }
    response = page(request, "portal/sign_in.html", None, context)
    if kiosk.COOKIE in request.GET:
        kiosk.make_one(response, lasting=False)
    if context["ended"] and context["at_kiosk"]:
        kiosk.leave_nothing(response)
    return response


@public  # begins a sign-in for a browser that nobody knows yet
@transaction.non_atomic_requests  # J-LIS may have to be asked
@never_kept
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Bind a request to this browser and send it to the holder's device."""
    now = _now()
    try:
        # Before the holder takes the card out: an answer that cannot be checked is not worth a PIN.
        current_trust(now)
    except TrustUnavailable:
        raise UNCHECKABLE from None
    forget_old_sessions(now)
    asked = signing_in.begin(
        browser=browser_secret(request.session),
        portal=origin(settings.PUBLIC_URL),
        next_path=own_path(request.POST.get("next", "/")),
        now=now,
    )
    return SeeOther(device_url(asked))


@public  # the code and the browser's own session prove who comes back
@transaction.non_atomic_requests  # the code of a new account is asked from J-LIS
@never_kept
@require_safe
def finish(request: HttpRequest) -> HttpResponse:
    """Open the visit of a browser that comes back from the device, once; or go on with what the card was asked for."""
    now = _now()
    onwards: list[Onward] = []

    def use(proof_of: str, proof: Proof) -> bool:
        led = going_on.go_on(request, proof_of, proof, now=now)
        onwards.extend([led] if led else [])
        # The browser keeps what it was doing, under a key that nobody can have planted before the card was there.
        request.session.cycle_key()
        request.session.save()
        return led is not None

    try:
        request_id = _identifier(request.GET.get("request", ""))
        code = _identifier(request.GET.get("code", ""))
        browser = known_browser(request.session)
        try:
            finished = signing_in.finish(request_id, code, browser=browser, now=now, use=use)
        except CannotGoOn:
            finished = signing_in.finish(request_id, code, browser=browser, now=now)
            request.session.cycle_key()
    except FinishRefused as refused:
        stopped = FINISH[refused.reason]
        raise PageRefused(
            stopped.japanese.title,
            stopped.japanese.what,
            *stopped.japanese.advice,
            reason=refused.reason.value,
            status=FINISH_STATUS[refused.reason],
            english=stopped.english,
            easy=stopped.easy,
        ) from None
    if finished.proof_of is not None:
        led = onwards[0] if onwards else Onward(finished.next_path, "")
        return onward(led.address, to=led.to)
    open_visit(request, finished.account, now=now, by=request_id)
    _log.info("signed in", kind="new" if finished.is_new else "known")
    if finished.account.code is None:
        try:
            acquire_code(finished.account, now=_now())
        except Refused:
            # Signed in all the same: the pages say that the code is missing and offer to ask again.
            return SeeOther(finished.next_path)
    return SeeOther(finished.next_path)


@resident_only(level=Level.PASSKEY)
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the visit."""
    visit = resident_of(request)
    signing_in.record(visit.holder, EventKind.SIGNED_OUT, _now())
    close_visit(request)
    response = SeeOther(reverse("sign-in") + "?signed_out=1")
    if visit.at_kiosk:
        kiosk.leave_nothing(response)
    return response


@resident_only
@transaction.non_atomic_requests  # the acquisition number is committed before J-LIS is asked
@require_POST
def obtain_code(request: HttpRequest) -> HttpResponse:
    """Ask once more for the code of this account's person."""
    next_path = own_path(request.POST.get("next", "/"))
    try:
        acquire_code(resident_of(request).account, now=_now())
    except Refused as refused:
        raise PageRefused(
            "符号を受け取れませんでした",
            why_no_code(refused),
            "少し待ってから、もう一度試してください。",
            "続くときは、この模型の案内のページで各機関の状態を確かめてください。",
            reason=refused.reason.value,
            status=503,
            hop=refused.hop.label_ja,
            english=Said(
                "The code has not been delivered",
                why_no_code(refused),
                (
                    "Wait a little and try again.",
                    "If this goes on, see the guide for how the institutions are.",
                ),
            ),
            easy=Said(
                "しるしを もらえませんでした",
                why_no_code(refused),
                ("すこし まって、もう いちど して ください。",),
            ),
        ) from None
    return SeeOther(next_path)


@resident_only(level=Level.PASSKEY)
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """ログイン履歴: every sign-in with this card and every attempt that was stopped."""
    visit = resident_of(request)
    events = Paginator(visit.account.events.order_by("-at", "-pk"), EVENTS_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [
        [
            event.at,
            Chip(event.get_kind_display(), Kind.WARN if event.kind == EventKind.REFUSED else Kind.NEUTRAL),
            say(*EVENT_REASONS.get(event.reason, OTHER_REASON)) if event.kind == EventKind.REFUSED else None,
        ]
        for event in events
    ]
    table = Table.build(
        say("サインインの記録（新しい順）", "Sign-ins, newest first", "入った きろく（あたらしい ものから）"),
        [
            say("日時", "At", "とき"),
            say("できごと", "What happened", "あった こと"),
            say("説明", "Why", "せつめい"),
        ],
        rows,
    )
    refused = any(event.kind == EventKind.REFUSED for event in events)
    context = {"table": table, "page": events, "has_refused": refused}
    return page(request, "portal/history.html", visit, context)


def _identifier(text: str) -> str:
    if not sign_in.is_identifier(text):
        raise FinishRefused(FinishReason.UNKNOWN)
    return text


def _now() -> datetime:
    return datetime.now(UTC)
