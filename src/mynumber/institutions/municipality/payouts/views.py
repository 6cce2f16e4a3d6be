"""Pages of payouts: what is to be paid, what came back, the files; one file for two persons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import local_government
from mynumber.foundation.procedures.calendar import next_open
from mynumber.institutions.municipality.applications.models import PayoutOrder, PayoutState
from mynumber.institutions.municipality.applications.words import title_of
from mynumber.institutions.municipality.payouts import asking, gathering, registered, sending
from mynumber.institutions.municipality.payouts.accounts import payer_of, words_of
from mynumber.institutions.municipality.payouts.forms import DayForm
from mynumber.institutions.municipality.payouts.gathering import CannotPay
from mynumber.institutions.municipality.payouts.models import (
    FileState,
    Hold,
    Transfer,
    TransferFile,
    TransferState,
)
from mynumber.protocols.refusal import Reason, Refused
from mynumber.protocols.transfers import FileStanding
from mynumber.webkit.access import staff_only
from mynumber.webkit.examination.refusals import CannotDo
from mynumber.webkit.examination.sheets import day
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table
from mynumber.webkit.staff.models import StaffMember

WORKERS: Final = ("case_worker", "supervisor")
MOST: Final = 100
REJECTED: Final = 422
ACTS: Final = {
    "made": "ファイルを作った",
    "approved": "決裁した",
    "sent_back": "差し戻した",
    "dropped": "取りやめた",
    "downloaded": "ファイルを書き出した",
    "taken": "銀行が受け付けた",
    "refused": "銀行が受け付けなかった",
    "done": "結果がそろった",
}
_CHIPS: Final = {
    FileState.MADE: Kind.INFO,
    FileState.SENT_BACK: Kind.NEUTRAL,
    FileState.APPROVED: Kind.HOUSE,
    FileState.TAKEN: Kind.HOUSE,
    FileState.REFUSED: Kind.ERROR,
    FileState.DONE: Kind.SUCCESS,
}
_TRANSFER_CHIPS: Final = {
    TransferState.WAITING: Kind.INFO,
    TransferState.PAID: Kind.SUCCESS,
    TransferState.RETURNED: Kind.WARN,
    TransferState.DROPPED: Kind.NEUTRAL,
}


def _now() -> datetime:
    return datetime.now(UTC)


def _town(tenant: str) -> dict[str, Any]:
    return {
        "town": local_government.find(tenant).name,
        "home_url": reverse("payouts:home", args=[tenant]),
    }


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember | None = getattr(request, "staff", None)
    assert staff is not None  # noqa: S101 - staff_only
    return staff


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """What is to be paid; POST gathers what is due by a day into a file."""
    staff = _staff(request)
    now = _now()
    form = DayForm(request.POST or None, initial={"pay_on": next_open(day(now))})
    if request.method == "POST":
        if staff.role not in WORKERS:
            raise Http404
        if form.is_valid():
            try:
                made = gathering.gather(tenant, form.cleaned_data["pay_on"], staff, at=now)
            except CannotPay as cannot:
                form.add_error("pay_on", cannot.why.value)
            else:
                return HttpResponseRedirect(reverse("payouts:file", args=[tenant, made.pk]))
    waiting = list(gathering.orders()[:MOST])
    accounts = {order.pk: words_of(order) for order in waiting}
    context = {
        **_town(tenant),
        "form": form,
        "may_work": staff.role in WORKERS,
        "orders": _orders([each for each in waiting if accounts[each.pk]], accounts, tenant),
        "unwritable": [each for each in waiting if not accounts[each.pk]],
        "holds": _holds(),
        "files": _files(TransferFile.objects.order_by("-pk"), tenant),
    }
    rejected = form.is_bound and form.errors
    return render(request, "municipality/payouts/home.html", context, status=REJECTED if rejected else 200)


def _application(order: PayoutOrder, tenant: str) -> Link:
    url = reverse("applications:application", args=[tenant, order.application.number])
    return Link(order.application.receipt, url)


def _orders(orders: list[PayoutOrder], accounts: dict[int, str], tenant: str) -> Table | None:
    if not orders:
        return None
    return Table.build(
        f"支払を待つ支払指示（{len(orders)}件）",
        ["受付番号", "手続", Column("円", number=True), "支払の予定日", "振込先"],
        [
            [
                _application(order, tenant),
                title_of(order.application),
                order.amount,
                _day(order.due_on) if order.due_on else "決まり次第",
                accounts[order.pk],
            ]
            for order in orders
        ],
    )


def _holds() -> list[dict[str, Any]]:
    rows = (
        Hold.objects.filter(ended_at=None, order__state=PayoutState.ORDERED)
        .select_related("order__application")
        .order_by("since")[:MOST]
    )
    return [
        {
            "hold": row,
            "order": row.order,
            "why": asking.why(row),
            "account": words_of(row.order),
            "registered": registered.found(row.order),
        }
        for row in rows
    ]


def _files(rows: QuerySet[TransferFile], tenant: str) -> Table | None:
    listed = list(rows[:MOST])
    if not listed:
        return None
    return Table.build(
        "振込のファイル",
        ["番号", "振込の日", Column("件数", number=True), Column("円", number=True), "状態"],
        [
            [
                Link(f"振込 {row.pk}", reverse("payouts:file", args=[tenant, row.pk])),
                _day(row.pay_on),
                row.count,
                row.total,
                Chip(row.get_state_display(), _CHIPS[FileState(row.state)]),
            ]
            for row in listed
        ],
    )


@staff_only
@require_safe
def file(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """One file."""
    return _file_page(request, tenant, get_object_or_404(TransferFile, pk=number))


def _file_page(
    request: HttpRequest,
    tenant: str,
    row: TransferFile,
    *,
    problem: str = "",
    standing: FileStanding | None = None,
) -> HttpResponse:
    staff = _staff(request)
    transfers = list(row.transfers.select_related("order__application").order_by("pk"))
    is_second = staff.role == "supervisor" and row.made_by_id != staff.pk
    context = {
        **_town(tenant),
        "file": row,
        "chip": Chip(row.get_state_display(), _CHIPS[FileState(row.state)]),
        "payer": payer_of(tenant)[1],
        "refusal": Reason(row.refusal).sentence_ja if row.refusal else "",
        "table": _transfers(transfers, tenant),
        "sums": _sums(transfers, standing),
        "agrees": standing is not None and _agrees(transfers, standing),
        "standing": standing,
        "may_decide": is_second and row.state == FileState.MADE,
        "may_drop": staff.role == "supervisor" and row.state == FileState.REFUSED,
        "may_work": staff.role in WORKERS,
        "at_bank": row.state in (FileState.TAKEN, FileState.DONE),
        "entries": [(each, ACTS.get(each.act, each.act)) for each in row.entries.order_by("-pk")[:MOST]],
        "problem": problem,
    }
    return render(request, "municipality/payouts/file.html", context, status=409 if problem else 200)


def _transfers(rows: list[Transfer], tenant: str) -> Table:
    return Table.build(
        f"振込（{len(rows)}件）",
        ["受付番号", "手続", "振込先", Column("円", number=True), "結果"],
        [
            [
                _application(row.order, tenant),
                title_of(row.order.application),
                row.account,
                row.amount,
                Chip(
                    f"{row.get_state_display()}{f'：{row.get_reason_display()}' if row.reason else ''}",
                    _TRANSFER_CHIPS[TransferState(row.state)],
                ),
            ]
            for row in rows
        ],
    )


def _own(rows: list[Transfer]) -> dict[str, tuple[int, int]]:
    found = {}
    for state in (TransferState.WAITING, TransferState.PAID, TransferState.RETURNED):
        amounts = [row.amount for row in rows if row.state == state]
        found[state.value] = (len(amounts), sum(amounts))
    return found


def _told(standing: FileStanding) -> dict[str, tuple[int, int]]:
    named = {"waiting": standing.waiting, "paid": standing.paid, "returned": standing.returned}
    return {name: (each.count, each.yen) for name, each in named.items()}


def _agrees(rows: list[Transfer], standing: FileStanding) -> bool:
    return _own(rows) == _told(standing)


def _sums(rows: list[Transfer], standing: FileStanding | None) -> Table | None:
    """照合: ours beside the bank's."""
    if standing is None:
        return None
    own, told = _own(rows), _told(standing)
    return Table.build(
        "銀行との照合",
        [
            "結果",
            *(Column(name, number=True) for name in ("件数", "円", "銀行の件数", "銀行の円")),
        ],
        [[TransferState(name).label, *own[name], *told[name]] for name in own],
    )


@staff_only(*WORKERS)
@require_POST
def download(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """The file as the bank gets it. It names people and accounts: who took it is written down."""
    row = get_object_or_404(TransferFile, pk=number)
    gathering.note(row, "downloaded", _staff(request), _now())
    response = HttpResponse(bytes(row.content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="furikomi-{row.pay_on:%Y%m%d}-{row.pk}.txt"'
    response["Cache-Control"] = "no-store"
    return response


@staff_only(*WORKERS)
@require_POST
def comparison(request: HttpRequest, tenant: str, number: int) -> HttpResponse:
    """照合: the sums of the bank beside the own."""
    row = get_object_or_404(TransferFile, pk=number)
    try:
        standing = sending.compare(tenant, row)
    except Refused as refused:
        return _file_page(
            request, tenant, row, problem=f"{refused.hop.label_ja}：{refused.reason.sentence_ja}"
        )
    return _file_page(request, tenant, row, standing=standing)


@staff_only("supervisor")
@require_POST
def second(request: HttpRequest, tenant: str, number: int, what: str) -> HttpResponse:
    """The second person approves or sends back; a file that the bank did not take is given up."""
    row = get_object_or_404(TransferFile, pk=number)
    now, staff = _now(), _staff(request)
    try:
        if what in ("approve", "return"):
            gathering.decide(row, staff, approve=what == "approve", at=now)
        elif what == "drop":
            gathering.drop_refused(row, staff, at=now)
        else:
            raise Http404
    except CannotPay as cannot:
        row.refresh_from_db()
        return _file_page(request, tenant, row, problem=cannot.why.value)
    return HttpResponseRedirect(reverse("payouts:file", args=[tenant, row.pk]))


@staff_only(*WORKERS)
@require_POST
def act(request: HttpRequest, tenant: str, order: int, what: str) -> HttpResponse:
    """What came back: ask the resident for another account, pay the same once more, or to the registered account."""
    row = get_object_or_404(PayoutOrder.objects.select_related("application"), pk=order)
    staff = _staff(request)
    acts: dict[str, Callable[[], None]] = {
        "ask": lambda: asking.ask_account(row, staff, at=_now()),
        "again": lambda: asking.order_again(row, staff, at=_now()),
        "registry": lambda: registered.ask(row, staff, code=tenant, now=_now),
        "registered": lambda: registered.use(row, staff, at=_now()),
    }
    if what not in acts:
        raise Http404
    try:
        acts[what]()
    except (CannotPay, CannotDo) as cannot:
        context = {**_town(tenant), "problem": cannot.why.value}
        return render(request, "municipality/payouts/problem.html", context, status=409)
    return HttpResponseRedirect(reverse("payouts:home", args=[tenant]))
