"""Pages of the payment agent: the hosted card page, the holder's confirmation, and an ATM and a bank's counter to try Pay-easy with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.acquirer.payments import taking, telling
from mynumber.institutions.acquirer.payments.cards import CHALLENGE_CODE, TEST_CARDS
from mynumber.institutions.acquirer.payments.forms import CardForm, ChallengeForm, NumbersForm, SlipForm
from mynumber.institutions.acquirer.payments.models import Payment
from mynumber.institutions.acquirer.payments.settling import JAPAN
from mynumber.protocols.payments import BillFound, BillNumbers, Method, PaymentState, WhyNotPayable
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import public
from mynumber.webkit.environment import default_public_url, origin
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Table

REJECTED: Final = 422
LOOKED_UP_FOR: Final = timedelta(minutes=10)
_SALT: Final = "acquirer.atm"
_WHY_NOT: Final = {
    WhyNotPayable.UNKNOWN: "この番号の納付書はありません。四つの番号を確かめてください。",
    WhyNotPayable.PAID: "この納付書は、すでに払われています。お金はいただきません。",
    WhyNotPayable.CANCELLED: "この納付書は取り消されています。納付先に問い合わせてください。",
    WhyNotPayable.LOCKED: "番号の間違いが続いたため、しばらく払えません。15分ほど待ってください。",
}


def _now() -> datetime:
    return datetime.now(UTC)


class _SeeOther(HttpResponseRedirect):
    status_code = 303


def _test_cards() -> Table:
    return Table.build(
        "試すためのカード番号（有効期限は先の年月、セキュリティコードは何でもよい）",
        ["カード番号", "何が起きるか"],
        [
            [" ".join(number[at : at + 4] for at in range(0, len(number), 4)), words]
            for number, (_, words) in TEST_CARDS.items()
        ],
    )


@public  # what this house is
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What can be tried here."""
    return render(request, "acquirer/home.html", {"table": _test_cards()})


# --- the hosted card page: whoever has its address may pay somebody's bill, and learns nothing but title and amount ----


def _payment(page: str) -> Payment:
    row = Payment.objects.filter(page=page).first()
    if row is None:
        raise Http404
    return taking.expired(row.pk, at=_now())


def _onward(row: Payment) -> HttpResponse:
    """Back to the site, with the reference that is used once."""
    site = origin(settings.PUBLIC_URLS.get("portal", default_public_url("portal")))
    return _SeeOther(f"{site}{row.back}?result={taking.result_of(row.pk)}")


def _next(row: Payment) -> HttpResponse:
    if row.state == PaymentState.CREATED and row.challenged_at is not None:
        return _SeeOther(reverse("confirm", args=[row.page]))
    return _onward(row)


@public
@transaction.non_atomic_requests  # the collector is asked
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, page: str) -> HttpResponse:
    """Take a card."""
    row = _payment(page)
    if row.state != PaymentState.CREATED or row.challenged_at is not None:
        return _next(row)
    today = _now().astimezone(JAPAN).date()
    form = CardForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        row = taking.authorise(row.pk, form.card, at=_now())
        return _next(_captured(row))
    context = {"form": form, "payment": row, "table": _test_cards()}
    return render(request, "acquirer/pay.html", context, status=REJECTED if form.is_bound else 200)


@public
@transaction.non_atomic_requests  # the collector is asked
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, page: str) -> HttpResponse:
    """The holder confirms (3-D Secure)."""
    row = _payment(page)
    if row.state != PaymentState.CREATED or row.challenged_at is None:
        return _next(row) if row.state != PaymentState.CREATED else _SeeOther(reverse("pay", args=[page]))
    form = ChallengeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = taking.confirm(row.pk, form.cleaned_data["code"], at=_now())
        if row.state != PaymentState.CREATED:
            return _next(_captured(row))
        form.add_error("code", "確認コードが違います。もう一度入力してください。")
    context = {"form": form, "payment": row, "code": CHALLENGE_CODE}
    return render(request, "acquirer/confirm.html", context, status=REJECTED if form.is_bound else 200)


@public
@transaction.non_atomic_requests
@require_POST
def leave(request: HttpRequest, page: str) -> HttpResponse:
    """Go back without paying."""
    return _onward(taking.give_up(_payment(page).pk, at=_now()))


def _captured(row: Payment) -> Payment:
    """Captured at once where the collector answers; else the worker goes on."""
    return taking.capture(row.pk, now=_now()) if row.state == PaymentState.AUTHORISED else row


# --- a bank to try Pay-easy with: whoever has the four numbers may pay ------------------------------------------------


@public
@transaction.non_atomic_requests  # the collector is asked
@require_http_methods(["GET", "HEAD", "POST"])
def atm(request: HttpRequest) -> HttpResponse:
    """Type the four numbers, look at the amount."""
    form = NumbersForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "acquirer/atm.html", {"form": form}, status=REJECTED if form.is_bound else 200)
    numbers = form.numbers
    try:
        payee = telling.payee_of(numbers.collector)
        found = telling.look_up_bill(payee, numbers)
    except Refused as refused:
        raise PageRefused(
            "いま払えません",
            refused.reason.sentence_ja,
            "番号を確かめるか、時間をおいて、もう一度試してください。お金は動いていません。",
            reason=refused.reason.value,
            status=503,
            hop=refused.hop.label_ja,
        ) from None
    if found.why_not is not None:
        return render(
            request, "acquirer/atm.html", {"form": form, "problem": _WHY_NOT[found.why_not]}, status=REJECTED
        )
    return render(
        request,
        "acquirer/atm_pay.html",
        {"found": found, "numbers": numbers, "order": _order(numbers, found, payee)},
    )


def _order(numbers: BillNumbers, found: BillFound, payee: str) -> str:
    """What the machine has found, to be paid by one press of a button: signed, since the browser carries it."""
    return signing.dumps(
        {
            "payment": str(uuid4()),
            "numbers": [getattr(numbers, name) for name in BillNumbers.__struct_fields__],
            "bill": str(found.bill),
            "title": found.title,
            "amount": found.amount,
            "payee": payee,
        },
        salt=_SALT,
    )


@public
@transaction.non_atomic_requests
@require_POST
def atm_pay(request: HttpRequest) -> HttpResponse:
    """Put the money in. The same press twice is one payment."""
    try:
        order = signing.loads(request.POST.get("order", ""), salt=_SALT, max_age=LOOKED_UP_FOR)
    except signing.BadSignature:
        raise PageRefused(
            "はじめからやり直してください",
            "画面を開いてから時間がたちました。お金は動いていません。",
            "四つの番号の入力から、もう一度はじめてください。",
            reason="order",
            status=409,
        ) from None
    paid = taking.take_at_bank(
        UUID(order["payment"]),
        BillNumbers(**dict(zip(BillNumbers.__struct_fields__, order["numbers"], strict=True))),
        payee=order["payee"],
        method=Method.PAY_EASY,
        amount=order["amount"],
        title=order["title"],
        bill=UUID(order["bill"]),
        at=_now(),
    )
    if paid is None:
        raise PageRefused(
            "お金をお返ししました",
            _WHY_NOT[WhyNotPayable.PAID],
            "マイナポータルの「納付」で、領収証書を見ることができます。",
            reason="already_paid",
            status=409,
        )
    return _SeeOther(reverse("atm-slip", args=[paid.pk]))


@public
@require_safe
def slip(request: HttpRequest, payment: UUID) -> HttpResponse:
    """The paper that the machine prints. Its address cannot be guessed."""
    row = Payment.objects.filter(pk=payment, page=None).first()
    if row is None:
        raise Http404
    return render(request, "acquirer/slip.html", {"payment": row, "method": Method(row.method).label_ja})


@public
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """A teller types in a paper slip; the collector hears of it with the file of the day."""
    form = SlipForm(request.POST or None, initial={"payment": uuid4()})
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "acquirer/counter.html",
            {"form": form, "payment": uuid4()},
            status=REJECTED if form.is_bound else 200,
        )
    try:
        payee = telling.payee_of(form.numbers.collector)
        payment = UUID(request.POST.get("payment", ""))
    except Refused:
        form.add_error("collector", "この収納機関番号の納付先はありません。")
    except ValueError:
        form.add_error(None, "もう一度はじめから入力してください。")
    else:
        paid = taking.take_at_bank(
            payment,
            form.numbers,
            payee=payee,
            method=Method.COUNTER,
            amount=int(form.cleaned_data["amount"]),
            at=_now(),
        )
        assert paid is not None  # noqa: S101 - slips are taken twice
        return _SeeOther(reverse("atm-slip", args=[paid.pk]))
    return render(request, "acquirer/counter.html", {"form": form, "payment": uuid4()}, status=REJECTED)
