"""Pages of bills: what is open, one bill, a new one, refunds for two persons, the comparison of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import local_government
from mynumber.institutions.municipality.billing import issuing, reconciling, refunding
from mynumber.institutions.municipality.billing.forms import BillForm, DayForm, ReasonForm, RefundForm
from mynumber.institutions.municipality.billing.issuing import JAPAN, CannotBill
from mynumber.institutions.municipality.billing.models import (
    Bill,
    Kind,
    Payment,
    Refund,
    RefundState,
    Standing,
    State,
)
from mynumber.institutions.municipality.billing.reconciling import Finding
from mynumber.institutions.municipality.register.models import Person
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.parts import Cell, Chip, Column, Link, Table
from mynumber.webkit.face.parts import Kind as ChipKind
from mynumber.webkit.staff.models import Role, StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
REJECTED: Final = 422
ACTS: Final = {
    "issued": "納付書を作った",
    "cancelled": "納付書を取り消した",
    "refund_proposed": "還付を起案した",
    "refund_approved": "還付を決裁した",
    "refund_returned": "還付を差し戻した",
    **{f"payment_{each.value}": f"納付：{each.label}" for each in Standing},
}
_CHIPS: Final = {
    State.OPEN: ChipKind.INFO,
    State.PAID: ChipKind.SUCCESS,
    State.CANCELLED: ChipKind.NEUTRAL,
    State.REFUNDED: ChipKind.NEUTRAL,
}
_FINDINGS: Final = {
    Finding.MATCHED: ChipKind.SUCCESS,
    Finding.MISSING: ChipKind.WARN,
    Finding.SURPLUS: ChipKind.ERROR,
    Finding.WRONG_AMOUNT: ChipKind.ERROR,
}


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return _now().astimezone(JAPAN).date()


def _town(tenant: str) -> dict[str, Any]:
    town = local_government.find(tenant).name
    return {"town": town, "home_url": reverse("billing:home", args=[tenant])}


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember | None = getattr(request, "staff", None)
    assert staff is not None  # noqa: S101 - staff_only
    return staff


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _chip(bill: Bill) -> Chip:
    if bill.state == State.OPEN and bill.due < _today():
        return Chip("納期限を過ぎています", ChipKind.WARN)
    return Chip(bill.get_state_display(), _CHIPS[State(bill.state)])


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """What is open, what was paid, what waits for a second person."""
    counts = Bill.objects.values("state").annotate(number=Count("pk"), sum=Sum("amount")).order_by("state")
    figures = Table.build(
        "納付書の件数と金額",
        ["状態", Column("件数", number=True), Column("円", number=True)],
        [[State(row["state"]).label, row["number"], row["sum"]] for row in counts],
    )
    context = {
        **_town(tenant),
        "figures": figures if counts else None,
        "open": _table("未納の納付書", Bill.objects.filter(state=State.OPEN).order_by("due", "pk"), tenant),
        "done": _table(
            "さいきん動いた納付書",
            Bill.objects.exclude(state=State.OPEN).order_by("-paid_at", "-pk"),
            tenant,
        ),
        "waiting": Refund.objects.filter(state=RefundState.PROPOSED).count(),
        "may_work": _staff(request).role in WORKERS,
    }
    return render(request, "municipality/billing/home.html", context)


def _table(caption: str, rows: QuerySet[Bill], tenant: str) -> Table | None:
    listed = list(rows.select_related("person")[:MOST])
    if not listed:
        return None
    return Table.build(
        f"{caption}（{len(listed)}件）",
        ["納付番号", "内容", "宛名番号", Column("円", number=True), "納期限", "状態"],
        [
            [
                Link(row.number, reverse("billing:bill", args=[tenant, row.number])),
                row.title,
                row.person.addressee,
                row.amount,
                _day(row.due),
                _chip(row),
            ]
            for row in listed
        ],
    )


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, tenant: str) -> HttpResponse:
    """Make a bill."""
    form = BillForm(request.POST or None, initial={"once": str(uuid4())})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        person = Person.objects.filter(addressee=typed["addressee"], moved_out=None, died_on=None).first()
        try:
            if person is None:
                form.add_error("addressee", "この宛名番号の住民はいません。番号を確かめてください。")
            else:
                bill = issuing.issue(
                    tenant,
                    person,
                    Kind(typed["kind"]),
                    typed["title"],
                    [(typed["title"], int(typed["amount"]))],
                    typed["due"],
                    key=f"desk-{UUID(typed['once'])}",
                    at=_now(),
                    by=_staff(request),
                )
                return HttpResponseRedirect(reverse("billing:bill", args=[tenant, bill.number]))
        except CannotBill as cannot:
            form.add_error("amount", str(cannot))
        except ValueError:
            form.add_error(None, "ページを開き直して、もう一度入力してください。")
    return render(
        request,
        "municipality/billing/new.html",
        {**_town(tenant), "form": form},
        status=REJECTED if form.errors else 200,
    )


@staff_only
@require_safe
def bill(request: HttpRequest, tenant: str, number: str) -> HttpResponse:
    """One bill."""
    return _bill_page(request, tenant, get_object_or_404(Bill, number=number))


def _bill_page(
    request: HttpRequest,
    tenant: str,
    row: Bill,
    *,
    cancel: ReasonForm | None = None,
    problem: str = "",
) -> HttpResponse:
    staff = _staff(request)
    payments = list(row.payments.order_by("paid_at", "pk"))
    rejected = bool(problem or (cancel and cancel.errors))
    context = {
        **_town(tenant),
        "bill": row,
        "chip": _chip(row),
        "collector": issuing.collector_of(tenant),
        "payments": _payments(payments) if payments else None,
        "refundable": [each for each in payments if each.left > 0] if staff.role in WORKERS else [],
        "refunds": _refunds(Refund.objects.filter(payment__bill=row)),
        "cancel_form": cancel or ReasonForm(auto_id="cancel_%s"),
        "may_cancel": staff.role in WORKERS and row.state == State.OPEN,
        "entries": [(each, ACTS.get(each.act, each.act)) for each in row.entries.order_by("-pk")[:MOST]],
        "problem": problem,
    }
    return render(request, "municipality/billing/bill.html", context, status=REJECTED if rejected else 200)


def _payments(rows: list[Payment]) -> Table:
    return Table.build(
        "この納付書への納付",
        ["日時", "方法", Column("円", number=True), Column("うち返金", number=True), "充当", "速報", "確報"],
        [
            [
                row.paid_at,
                row.method_words,
                row.amount,
                row.refunded,
                Chip(
                    row.get_standing_display(),
                    ChipKind.SUCCESS if row.standing == Standing.COUNTED else ChipKind.WARN,
                ),
                "受信" if row.heard_at else "なし",
                "受信" if row.settled_at else "まだ",
            ]
            for row in rows
        ],
    )


def _refunds(rows: QuerySet[Refund]) -> Table | None:
    listed = list(rows.select_related("proposed_by", "second").order_by("-pk")[:MOST])
    if not listed:
        return None
    return Table.build(
        "還付",
        [Column("円", number=True), "理由", "状態", "起案", "決裁"],
        [
            [
                row.amount,
                row.reason,
                row.get_state_display(),
                row.proposed_by.display_name if row.proposed_by else "自動",
                row.second.display_name if row.second else None,
            ]
            for row in listed
        ],
    )


@staff_only(*WORKERS)
@require_POST
def cancel(request: HttpRequest, tenant: str, number: str) -> HttpResponse:
    """Take a bill back."""
    row = get_object_or_404(Bill, number=number)
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return _bill_page(request, tenant, row, cancel=form)
    return _do(
        request,
        tenant,
        row,
        lambda: issuing.cancel(tenant, row, form.cleaned_data["reason"], by=_staff(request), at=_now()),
    )


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, tenant: str, payment: UUID) -> HttpResponse:
    """Propose to give money back, also of a payment that belongs to no bill."""
    paid = get_object_or_404(Payment.objects.select_related("bill"), payment=payment)
    form = RefundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            refunding.propose(paid, int(typed["amount"]), typed["reason"], by=_staff(request), at=_now())
        except CannotBill as cannot:
            form.add_error("amount", str(cannot))
        else:
            return HttpResponseRedirect(reverse("billing:refunds", args=[tenant]))
    context = {**_town(tenant), "payment": paid, "form": form}
    status = REJECTED if form.errors else 200
    return render(request, "municipality/billing/refund.html", context, status=status)


def _do(request: HttpRequest, tenant: str, row: Bill, work: Callable[[], object]) -> HttpResponse:
    try:
        work()
    except CannotBill as cannot:
        row.refresh_from_db()
        return _bill_page(request, tenant, row, problem=str(cannot))
    return HttpResponseRedirect(reverse("billing:bill", args=[tenant, row.number]))


@staff_only
@require_safe
def refunds(request: HttpRequest, tenant: str) -> HttpResponse:
    """What waits for a second person."""
    return _refunds_page(request, tenant)


def _refunds_page(request: HttpRequest, tenant: str, problem: str = "") -> HttpResponse:
    staff = _staff(request)
    waiting = (
        Refund.objects.filter(state=RefundState.PROPOSED)
        .select_related("payment__bill", "proposed_by")
        .order_by("pk")
    )
    context = {
        **_town(tenant),
        "waiting": [
            (row, staff.role == Role.SUPERVISOR and row.proposed_by_id != staff.pk) for row in waiting
        ],
        "done": _refunds(Refund.objects.exclude(state=RefundState.PROPOSED)),
        "problem": problem,
    }
    return render(request, "municipality/billing/refunds.html", context, status=409 if problem else 200)


@staff_only("supervisor")
@require_POST
def second(request: HttpRequest, tenant: str, refund: int, what: str) -> HttpResponse:
    """The second person approves or sends back."""
    if what not in ("approve", "return"):
        raise Http404
    get_object_or_404(Refund, pk=refund)
    try:
        refunding.decide(refund, approve=what == "approve", by=_staff(request), at=_now())
    except CannotBill as cannot:
        return _refunds_page(request, tenant, str(cannot))
    return HttpResponseRedirect(reverse("billing:refunds", args=[tenant]))


@staff_only
@require_safe
def day(request: HttpRequest, tenant: str) -> HttpResponse:
    """The comparison of a day: matched, missing, too much, wrong amount."""
    form = DayForm(request.GET or None, initial={"day": _today()})
    chosen = form.cleaned_data["day"] if form.is_bound and form.is_valid() else _today()
    return _day_page(request, tenant, chosen, form=form)


def _day_page(
    request: HttpRequest, tenant: str, chosen: date, *, form: DayForm | None = None, problem: str = ""
) -> HttpResponse:
    lines = reconciling.lines_of(chosen)
    files = reconciling.files_of(chosen)
    tables = [
        _lines(finding, [line for line in lines if line.finding is finding], tenant)
        for finding in (Finding.WRONG_AMOUNT, Finding.SURPLUS, Finding.MISSING, Finding.MATCHED)
        if any(line.finding is finding for line in lines)
    ]
    totals = Table.build(
        "確報の合計",
        [
            "ファイル",
            Column("件数", number=True),
            Column("納付（円）", number=True),
            Column("返金（円）", number=True),
            "受信",
            "締め",
        ],
        [
            [
                each.get_source_display(),
                each.entries,
                each.paid,
                each.refunded,
                each.taken_at,
                "確定" if each.is_final else "途中",
            ]
            for each in files
        ],
    )
    context = {
        **_town(tenant),
        "day": chosen,
        "form": form or DayForm(initial={"day": chosen}),
        "tables": tables,
        "totals": totals if files else None,
        "counts": [(finding.label_ja, sum(line.finding is finding for line in lines)) for finding in Finding],
        "problem": problem,
        "may_work": _staff(request).role in WORKERS,
    }
    rejected = problem or (form is not None and form.is_bound and form.errors)
    return render(request, "municipality/billing/day.html", context, status=REJECTED if rejected else 200)


def _lines(finding: Finding, lines: list[reconciling.Line], tenant: str) -> Table:
    rows: list[list[Cell]] = [
        [
            Link(line.known.number, reverse("billing:bill", args=[tenant, line.known.number]))
            if line.known.bill_amount is not None
            else line.known.number,
            line.known.method.label_ja,
            line.known.bill_amount,
            line.known.amount,
            line.settled,
            Chip(finding.label_ja, _FINDINGS[finding]),
            Link("還付", reverse("billing:propose", args=[tenant, line.known.payment]))
            if finding in (Finding.SURPLUS, Finding.WRONG_AMOUNT)
            else None,
        ]
        for line in lines
    ]
    return Table.build(
        f"{finding.label_ja}（{len(rows)}件）",
        [
            "納付番号",
            "方法",
            Column("納付書（円）", number=True),
            Column("納付（円）", number=True),
            Column("確報（円）", number=True),
            "結果",
            "できること",
        ],
        rows,
    )


@staff_only(*WORKERS)
@require_POST
def fetch(request: HttpRequest, tenant: str) -> HttpResponse:
    """Get the files of a day."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return _day_page(request, tenant, _today(), form=form)
    chosen: date = form.cleaned_data["day"]
    problem = ""
    try:
        reconciling.fetch(tenant, chosen, now=_now())
    except CannotBill as cannot:
        problem = str(cannot)
    except Refused as refused:
        problem = f"{refused.hop.label_ja}：{refused.reason.sentence_ja}"
    if problem:
        return _day_page(request, tenant, chosen, problem=problem)
    return HttpResponseRedirect(f"{reverse('billing:day', args=[tenant])}?day={chosen.isoformat()}")
