"""Pages of own-use affairs: rows that local governments have by ordinance, beside the rows of the national table."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from mynumber.foundation.law import LawError, OwnUseAffair, Status, legal_basis
from mynumber.institutions.network.own_use.stored import name_of, own_use_rows
from mynumber.institutions.network.statistics.usage import Usage, usage_at
from mynumber.institutions.network.table.forms import DayForm, say, status_words
from mynumber.webkit.access import public
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Link, Table

TONES = {Status.IN_FORCE: Kind.SUCCESS, Status.NOT_YET: Kind.INFO, Status.REPEALED: Kind.NEUTRAL}


@public  # law
@require_safe
def own_use(request: HttpRequest) -> HttpResponse:
    """All own-use affairs with their status on a day."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return render(request, "network/table_day.html", {"form": form}, status=422)
    on = form.day
    affairs = own_use_rows().on(on)
    table = Table.build(
        say("条例による独自利用事務", "Own-use affairs by ordinance"),
        [
            say("事務", "Affair"),
            say("地方公共団体", "Local government"),
            say("事務のことば", "Words"),
            say("条例", "Ordinance"),
            say("準じる事務", "Like the affair"),
            say("適用の始まり", "In force from"),
            say("状態", "Status"),
        ],
        [
            [
                Link(one.id, _address(one.id, form.cleaned_data["day"])),
                name_of(one),
                one.words,
                one.ordinance,
                one.equivalent,
                one.valid_from.isoformat(),
                _chip(one, on),
            ]
            for one in affairs
        ],
    )
    context = {"form": form, "day": on, "table": table if affairs else None, "total": len(affairs)}
    return render(request, "network/table_own_use.html", context)


def own_use_row(request: HttpRequest, row_id: str, on: date) -> HttpResponse:
    """One affair, also by the id of one of its rules. Raises Http404 for what was never accepted."""
    rows = own_use_rows()
    affair_id = row_id if rows.wordings_of(row_id) else row_id.rpartition("-")[0]
    affair = next((one for one in rows.on(on) if one.id == affair_id), None)
    if affair is None:
        raise Http404
    context = {
        "affair": affair,
        "day": on,
        "name": name_of(affair),
        "status": _chip(affair, on),
        "rules": _rules(affair, on, usage_at(timezone.now())),
        "wordings": rows.wordings_of(affair_id),
        "cite": request.build_absolute_uri(_address(affair.id, on)),
    }
    return render(request, "network/table_own_use_row.html", context)


def _rules(affair: OwnUseAffair, on: date, usage: Usage) -> Table:
    try:
        basis = legal_basis(max(on, affair.valid_from))
    except LawError:
        raise Http404 from None
    rows: list[list[Cell]] = []
    for ordinal, rule in enumerate(affair.rules, start=1):
        provision = basis.provision(rule.provision_id)
        use = usage.of(f"{affair.id}-{ordinal}")
        chosen = [item for item in basis.items_of(rule.provision_id) if item.id in rule.items]
        rows.append(
            [
                f"{affair.id}-{ordinal}",
                Link(rule.provision_id, _address(rule.provision_id, None)),
                provision.provider_words if provision else None,
                provision.information_words if provision else None,
                "、".join(item.words for item in chosen) or say("すべて", "all"),
                use.asked if use else None,
            ]
        )
    return Table.build(
        say("使う規定", "Rules taken over"),
        [
            say("番号", "Id"),
            say("表の規定", "Rule of the table"),
            say("提供者", "Provider"),
            say("情報", "Information"),
            say("項目", "Items"),
            Column(say("許可した照会", "Permitted"), number=True),
        ],
        rows,
    )


def _chip(affair: OwnUseAffair, on: date) -> Chip:
    status = affair.status(on)
    return Chip(status_words(status), TONES[status])


def _address(row_id: str, on: date | None) -> str:
    address = reverse("table-row", args=[row_id])
    return address if on is None else f"{address}?day={on.isoformat()}"
