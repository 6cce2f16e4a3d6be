"""The bank's window: the files that came and what became of them. Names and accounts are on no page; what moves money is of the simulation alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.acquirer.transfers import carrying_out, telling
from mynumber.institutions.acquirer.transfers.models import Transfer, TransferFile
from mynumber.protocols.transfers import ReturnReason
from mynumber.webkit.access import public
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table

SHOWN = 50
_CHIPS = {"waiting": Kind.INFO, "paid": Kind.SUCCESS, "returned": Kind.WARN}


def _test_numbers() -> Table:
    return Table.build(
        "試すための口座番号（どの銀行のどの支店でも）",
        ["口座番号", "何が起きるか"],
        [
            *(
                [number, f"資金返却：{reason.label_ja}"]
                for number, reason in carrying_out.TEST_NUMBERS.items()
            ),
            ["そのほか", f"振込済（ない支店の番号なら資金返却：{ReturnReason.NO_BRANCH.label_ja}）"],
        ],
    )


@public  # no name, no account
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What came last."""
    files = TransferFile.objects.order_by("-pk")[:SHOWN]
    table = Table.build(
        "届いた振込のファイル",
        ["受付", "振込指定日", Column("件数", number=True), Column("円", number=True), "状態"],
        [
            [
                Link(f"受付 {row.pk}", reverse("transfer-file", args=[row.pk])),
                f"{row.pay_on.year}年{row.pay_on.month}月{row.pay_on.day}日",
                row.count,
                row.total,
                _state(row),
            ]
            for row in files
        ],
    )
    context = {"table": table if files else None, "numbers": _test_numbers()}
    return render(request, "acquirer/transfers/home.html", context)


def _state(row: TransferFile) -> Chip:
    return (
        Chip("実行しました", Kind.SUCCESS) if row.carried_out_at else Chip("指定日を待っています", Kind.INFO)
    )


@public
@require_safe
def file(request: HttpRequest, number: int) -> HttpResponse:
    """One file, transfer by transfer."""
    row = get_object_or_404(TransferFile, pk=number)
    transfers = list(row.transfers.order_by("pk")[:SHOWN])
    context: dict[str, Any] = {
        "file": row,
        "chip": _state(row),
        "table": Table.build(
            f"振込（{row.count}件のうち{len(transfers)}件）",
            ["顧客コード", Column("円", number=True), "状態", "理由"],
            [
                [
                    each.reference,
                    each.amount,
                    Chip(each.get_state_display(), _CHIPS[each.state]),
                    each.get_reason_display() if each.reason else None,
                ]
                for each in transfers
            ],
        ),
        "paid": [each for each in transfers if each.state == "paid"] if settings.SIMULATION else [],
        "may_hurry": settings.SIMULATION and row.carried_out_at is None,
    }
    return render(request, "acquirer/transfers/file.html", context)


@public
@require_POST
def hurry(request: HttpRequest, number: int) -> HttpResponse:
    """The day has come, as far as the simulation is concerned."""
    _only_simulated()
    row = get_object_or_404(TransferFile, pk=number)
    carrying_out.carry_out(row.pk, now=datetime.now(UTC))
    telling.woken.set()
    return HttpResponseRedirect(reverse("transfer-file", args=[row.pk]))


@public
@require_POST
def give_back(request: HttpRequest, number: int, transfer: int) -> HttpResponse:
    """The receiving bank sends the money back."""
    _only_simulated()
    row = get_object_or_404(Transfer, pk=transfer, file=number)
    carrying_out.give_back(row.pk, now=datetime.now(UTC))
    telling.woken.set()
    return HttpResponseRedirect(reverse("transfer-file", args=[number]))


def _only_simulated() -> None:
    if not settings.SIMULATION:
        raise Http404
