"""Acting for somebody (代理での操作): chosen anew in each visit, shown on every page, within the scope, each page written down before it opens.

`PAGES` says which function a page belongs to. On such a page `resident_of(request).account` is the represented person's and `.actor` the proxy's own; so
a view that only asks for `account` serves both. A page that is not in the table does not open while somebody acts: nothing of the proxy's own affairs
mixes in, and no proxy makes another proxy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.account.sessions import ACTING, Visit
from mynumber.institutions.portal.proxies import granting
from mynumber.institutions.portal.proxies.granting import Fault, NotGranted
from mynumber.institutions.portal.proxies.models import Deed, Function, Kind, Party, Proxy
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Problem, Said, problem_page

ANY: Final = None
"""Pages that hold nothing of anybody: leaving, the overview."""
PAGES: Final[Mapping[str, Function | None]] = {
    "sign-out": ANY,
    "sessions-stay": ANY,
    "proxies-acting": ANY,
    "proxies-stop": ANY,
    "support-end": ANY,
    "records": Function.RECORDS,
    "record": Function.RECORDS,
    "change": Function.RECORDS,
    "receipt": Function.RECORDS,
    "receipt-of-core": Function.RECORDS,
    "coverage": Function.RECORDS,
    "notices": Function.NOTICES,
    "notice": Function.NOTICES,
    "notice-letter": Function.NOTICES,
    "payments": Function.PAYMENTS,
    "payment": Function.PAYMENTS,
    "payment-card": Function.PAYMENTS,
    "payment-returned": Function.PAYMENTS,
    "payment-receipt": Function.PAYMENTS,
    "procedure-begin": Function.APPLY,
    "applications": Function.APPLY,
    "applications-refresh": Function.APPLY,
    "application": Function.APPLY,
    "application-consent": Function.APPLY,
    "application-prefill": Function.APPLY,
    "application-section": Function.APPLY,
    "application-documents": Function.APPLY,
    "application-paper": Function.APPLY,
    "application-check": Function.APPLY,
    "application-sign": Function.APPLY,
    "application-receipt": Function.APPLY,
    "application-receipt-paper": Function.APPLY,
    "application-letter": Function.APPLY,
    "application-amend": Function.APPLY,
    "application-withdraw": Function.APPLY,
    "application-question": Function.APPLY,
}
"""By the name of the page. Of applications a proxy sees those that they make themself (`filing`), never the person's own."""
_NOT_IN: Final = "not in the table"


def begin(request: HttpRequest, visit: Visit, proxy_id: UUID, *, now: datetime) -> Proxy:
    """Act for somebody from now on, until the visit ends or `stop`. Raises NotGranted(NOT_THERE).

    Forms that stand open in another tab are worth nothing any more: they were about somebody else's affairs.
    """
    proxy = _live(proxy_id, visit.holder, now)
    if proxy is None:
        raise NotGranted(Fault.NOT_THERE)
    granting.note(proxy, Party.PROXY, Deed.BEGUN, now)
    request.session[ACTING] = str(proxy.pk)
    rotate_token(request)
    return proxy


def stop(request: HttpRequest, visit: Visit, *, now: datetime) -> None:
    """Back to one's own affairs."""
    proxy = _live(request.session.pop(ACTING, None), visit.holder, now)
    if proxy is not None:
        granting.note(proxy, Party.PROXY, Deed.STOPPED, now)
    rotate_token(request)


def words(session: SessionBase, visit: Visit, *, now: datetime) -> str:
    """For whom the visitor acts, for the head of the page; empty when that is over."""
    proxy = _live(session.get(ACTING), visit.account, now)
    return granting.person_called(proxy) if proxy is not None else ""


def enter(request: HttpRequest, visit: Visit) -> Visit | HttpResponse:
    """Of a page that is about to open: the visit in the represented person's place, or why not. It is written down before it opens."""
    now = datetime.now(UTC)
    proxy = _live(request.session.get(ACTING), visit.account, now)
    if proxy is None or proxy.account is None:
        del request.session[ACTING]
        rotate_token(request)
        return problem_page(request, over())
    match = request.resolver_match
    page = (match.url_name or "") if match else ""
    wanted = PAGES.get(page, _NOT_IN)
    if wanted is ANY:
        return visit
    if wanted not in proxy.functions:
        granting.note(proxy, Party.PROXY, Deed.REFUSED, now, page)
        return problem_page(request, beyond())
    read = request.method in {"GET", "HEAD"}
    granting.note(proxy, Party.PROXY, Deed.OPENED if read else Deed.SENT, now, page)
    return replace(visit, account=proxy.account, actor=visit.account)


def subject(
    request: HttpRequest, visit: Visit, function: Function, *, now: datetime
) -> tuple[Account, Proxy | None]:
    """Whose affairs a step is about that is no page of `resident_only` (the browser comes back from the device). Raises PageRefused.

    Returns the visitor's own account and None, or the represented person's and the proxy.
    """
    if ACTING not in request.session:
        return visit.account, None
    proxy = _live(request.session.get(ACTING), visit.holder, now)
    if proxy is None or proxy.account is None or function.value not in proxy.functions:
        raise _refused(beyond() if proxy else over())
    return proxy.account, proxy


def current(request: HttpRequest, visit: Visit, *, now: datetime) -> Proxy | None:
    """Under which proxy the visitor acts, or None."""
    return _live(request.session.get(ACTING), visit.holder, now) if ACTING in request.session else None


def may_apply(proxy: Proxy, procedure: str) -> bool:
    """Whether this procedure is within the scope: a voluntary proxy has the named ones, a legal representative all."""
    if Function.APPLY.value not in proxy.functions:
        return False
    return proxy.kind != Kind.VOLUNTARY or procedure in proxy.procedures


def _live(proxy_id: Any, actor: Account, now: datetime) -> Proxy | None:
    try:
        ident = UUID(str(proxy_id))
    except ValueError:
        return None
    proxy = Proxy.objects.select_related("account").filter(pk=ident, proxy=actor).first()
    return proxy if proxy is not None and granting.is_live(proxy, now) else None


def beyond() -> Problem:
    """What was asked for is not within the scope."""
    return Problem(
        title="代理ではできないことです",
        what="いまは、ほかの人の代わりに操作しています。このページは、まかされた範囲に入っていません。",
        advice=(
            "自分のことをするときは、先に「代わりの操作を終える」を押してください。",
            "範囲を広げるには、本人が代理の登録を変えます。",
        ),
        status=403,
        title_en="Beyond what a proxy may do",
        reason="beyond_proxy",
        english=Said(
            "Beyond what a proxy may do",
            "You are acting for somebody else. This page is not within what you were entrusted with.",
            (
                "For your own matters choose 'Stop acting for them' first.",
                "To entrust you with more, the person changes the registration.",
            ),
        ),
        easy=Said(
            "かわりの 人は できません",
            "いま ほかの 人の かわりに して います。この ページは つかえません。",
            ("じぶんの ことは、「おわる」を おしてから して ください。",),
        ),
    )


def over() -> Problem:
    """The grant ended, or its time is up."""
    return Problem(
        title="代理は終わっています",
        what="この代理は、期間が過ぎたか、本人または代理人が終わらせました。いまは、あなた自身としてサインインしています。",
        advice=("ホームから続けてください。", "続けて代理をするには、本人に登録してもらってください。"),
        status=403,
        title_en="This proxy has ended",
        reason="proxy_ended",
        english=Said(
            "This proxy has ended",
            "Its time is up, or the person or the proxy ended it. You are signed in as yourself now.",
            (
                "Go on from the first page.",
                "To go on acting, ask the person to register you.",
            ),
        ),
        easy=Said(
            "かわりは おわりました",
            "時間が すぎたか、だれかが おわらせました。いまは あなたの ページです。",
            ("ホームから つづけて ください。",),
        ),
    )


def _refused(problem: Problem) -> PageRefused:
    return PageRefused(
        problem.title,
        problem.what,
        *problem.advice,
        reason=problem.reason,
        status=problem.status,
        english=problem.english,
        easy=problem.easy,
    )
