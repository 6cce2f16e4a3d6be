"""Pages of paying: my bills, one bill, on to the payment agent and back, the receipt."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.payments import paying, receipts
from mynumber.institutions.portal.payments.models import Checkout
from mynumber.institutions.portal.payments.paying import AlreadyPaid, BillState, MyBill
from mynumber.protocols.payments import PaymentState
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.access import resident_only
from mynumber.webkit.environment import default_public_url, origin
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table
from mynumber.webkit.paper import WrongPaper

RETURNED: Final = "back"
_RESULT: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_KINDS: Final = {
    BillState.OPEN: Kind.INFO,
    BillState.OVERDUE: Kind.WARN,
    BillState.CONFIRMING: Kind.INFO,
    BillState.PAID: Kind.SUCCESS,
    BillState.REFUNDED_IN_PART: Kind.NEUTRAL,
    BillState.REFUNDED: Kind.NEUTRAL,
    BillState.CANCELLED: Kind.NEUTRAL,
}
_ENGLISH: Final = {
    BillState.OPEN: "To pay",
    BillState.OVERDUE: "Overdue",
    BillState.CONFIRMING: "Being confirmed",
    BillState.PAID: "Paid",
    BillState.REFUNDED_IN_PART: "Refunded in part",
    BillState.REFUNDED: "Refunded",
    BillState.CANCELLED: "Cancelled",
}
_EASY: Final = {
    BillState.OPEN: "まだ はらって いません",
    BillState.OVERDUE: "はらう 日を すぎました",
    BillState.CONFIRMING: "たしかめて います",
    BillState.PAID: "はらいました",
    BillState.REFUNDED_IN_PART: "すこし かえしました",
    BillState.REFUNDED: "かえしました",
    BillState.CANCELLED: "とりけしに なりました",
}
_log = logs.get_logger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


def _chip(state: BillState) -> Chip:
    return Chip(say(state.value, _ENGLISH[state], _EASY[state]), _KINDS[state])


def _own(request: HttpRequest, notice: UUID) -> MyBill:
    found = paying.find(resident_of(request).account, notice, now=_now())
    if found is None:
        raise Http404
    return found


@resident_only(level="aal2")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """納付: what I owe, what is being confirmed, what is over."""
    visit = resident_of(request)
    bills = paying.mine(visit.account, now=_now())
    owed = [each for each in bills if each.state.is_owed or each.state is BillState.CONFIRMING]
    done = [each for each in bills if each not in owed]
    context = {
        "owed": _table(say("払うもの", "To pay", "はらう もの"), sorted(owed, key=lambda b: b.bill.due)),
        "done": _table(say("終わったもの", "Done", "おわった もの"), done),
    }
    return page(request, "portal/payments/mine.html", visit, context)


def _table(caption: str, bills: list[MyBill]) -> Table | None:
    if not bills:
        return None
    return Table.build(
        caption,
        [
            say("内容", "For", "なに"),
            Column(say("円", "Yen"), number=True),
            say("納期限", "Due", "いつまで"),
            say("状態", "State", "いま"),
            say("納付先", "Office", "どこに"),
        ],
        [
            [
                Link(each.bill.title, reverse("payment", args=[each.notice])),
                each.bill.amount,
                each.bill.due,
                _chip(each.state),
                each.office,
            ]
            for each in bills
        ],
    )


@resident_only(level="aal2")
@transaction.non_atomic_requests  # the payment agent is asked
@require_safe
def bill(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One bill: lines, due date, the four numbers, the way to pay by card."""
    visit = resident_of(request)
    found = _own(request, ident)
    checkout = found.checkout
    if checkout is not None and checkout.version and PaymentState(checkout.state).is_live:
        # News may be on their way or lost: ask.
        _refresh(checkout)
        found = _own(request, ident)
    context = {
        "mine": found,
        "bill": found.bill,
        "chip": _chip(found.state),
        "confirming": found.state is BillState.CONFIRMING,
        "is_back": request.GET.get(RETURNED) == "1",
        "has_receipt": bool(found.word and found.word.receipt),
        "double": checkout is not None and checkout.refunded > 0 and found.state is BillState.PAID,
    }
    return page(request, "portal/payments/bill.html", visit, context)


def _refresh(checkout: Checkout, result: str | None = None) -> bool:
    """Ask the agent; where it does not answer, the page says what is known."""
    try:
        return paying.refresh(checkout, result=result)
    except Refused as refused:
        _log.info("the payment agent does not answer", reason=refused.reason.value, hop=refused.hop.value)
        return False


@resident_only(level="aal2")
@transaction.non_atomic_requests  # the intent is committed, then the payment agent is asked
@require_POST
def card(request: HttpRequest, ident: UUID) -> HttpResponse:
    """On to the page that takes the card."""
    found = _own(request, ident)
    try:
        status = paying.begin(resident_of(request).account, found, now=_now())
    except AlreadyPaid:
        return SeeOther(reverse("payment", args=[ident]))
    except Refused as refused:
        raise PageRefused(
            "いまカードで払えません",
            refused.reason.sentence_ja,
            "少し待ってから、もう一度試してください。ペイジーの番号では、いまも払えます。",
            reason=refused.reason.value,
            status=503,
            hop=refused.hop.label_ja,
            english=Said(
                "You cannot pay by card now",
                "The payment agent does not answer, or does not take it.",
                ("Try again in a little while. The Pay-easy numbers work now.",),
            ),
            easy=Said(
                "いまは カードで はらえません",
                "いまは できません。",
                ("あとで もう いちど して ください。ペイジーなら はらえます。",),
            ),
        ) from None
    return SeeOther(f"{_agent()}{status.page}")


def _agent() -> str:
    """Origin of the payment agent, from this portal's own settings: an answer cannot send the browser elsewhere."""
    return origin(settings.PUBLIC_URLS.get("acquirer", default_public_url("acquirer")))


@resident_only(level="aal2")
@transaction.non_atomic_requests  # the payment agent is asked
@require_safe
def returned(request: HttpRequest, checkout: UUID) -> HttpResponse:
    """Back from the payment agent. What the browser says is not believed: the agent is asked."""
    row = Checkout.objects.filter(pk=checkout, account=resident_of(request).account).first()
    if row is None:
        raise Http404
    given = request.GET.get("result", "")
    is_back = _refresh(row, given if _RESULT.fullmatch(given) else None)
    return SeeOther(reverse("payment", args=[row.notice]) + (f"?{RETURNED}=1" if is_back else ""))


@resident_only(level="aal2")
@require_safe
def receipt(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The receipt (領収証書) as PDF."""
    try:
        content = receipts.receipt(resident_of(request).account, _own(request, ident))
    except receipts.NoReceipt:
        raise Http404 from None
    except WrongPaper:
        _log.error("a paper was withheld at the gate", kind="wrong_paper")
        raise PageRefused(
            "この書面はお渡しできません",
            "書面の確認で、食い違いが見つかりました。",
            "納付先に問い合わせてください。",
            reason="withheld",
            status=500,
            english=Said(
                "This paper is withheld",
                "The paper did not pass its check.",
                ("Ask the body that is paid.",),
            ),
            easy=Said(
                "この 紙は わたせません",
                "紙に まちがいが ありました。",
                ("はらう ところに きいて ください。",),
            ),
        ) from None
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, "receipt.pdf") or "attachment"
    return response
