"""Pages of the table: search, one rule, one item with its layout, what changed when; and the same for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from mynumber.foundation import law
from mynumber.foundation.facts import (
    Layout,
    UnknownLayout,
    fact_of,
    layout_named,
    layout_of_item,
    narrowed,
    rows,
    sample,
)
from mynumber.foundation.law import Change, InformationKind, InstitutionKind, Item, Status, UnknownItem
from mynumber.foundation.law.considered import considered_uses
from mynumber.foundation.law.own_use import is_own_use
from mynumber.institutions.network.statistics.usage import RowUsage, usage_at
from mynumber.institutions.network.table import changing, export
from mynumber.institutions.network.table.forms import (
    ChangesForm,
    DayForm,
    SearchForm,
    label_of,
    say,
    status_words,
)
from mynumber.institutions.network.table.layouts import field_table
from mynumber.institutions.network.table.own_use import own_use_row
from mynumber.institutions.network.table.rows import (
    TableRow,
    row_of,
    rows_on,
    text_days,
    wordings,
)
from mynumber.institutions.network.table.searching import found, items_with
from mynumber.webkit.access import public
from mynumber.webkit.face.parts import Chip, Column, Kind, Link, Table
from mynumber.webkit.messages import this_node

ROWS_A_PAGE = 20
CHANGES_A_PAGE = 40
SHOWN_ITEMS = 3
"""Items with the words looked for that the list shows of each rule."""
JSON_TYPE = "application/json; charset=utf-8"
FOR_AN_HOUR = "public, max-age=3600"
SAMPLE_SEEDS = 8
"""Samples of which the one that tells most is shown: some tell that there is nothing."""

_TONES = {Status.IN_FORCE: Kind.SUCCESS, Status.NOT_YET: Kind.INFO, Status.REPEALED: Kind.NEUTRAL}


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A rule in the list."""

    row: TableRow
    url: str
    status: Chip
    inquirer: str
    provider: str
    information: str
    item_count: int
    matching: tuple[Item, ...]
    use: RowUsage | None
    """None for a rule that is not in force today."""


@public  # law
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The table of a day, searched and in pages."""
    form = SearchForm(request.GET, directory=this_node().directory)
    if not form.is_valid():
        return render(request, "network/table.html", {"form": form, "texts": text_days()}, status=422)
    search, on = form.search, form.day
    answers = found(rows_on(on), search)
    page = Paginator(answers, ROWS_A_PAGE).get_page(request.GET.get("page"))
    basis = law.legal_basis(on)
    usage = usage_at(timezone.now())
    explicit = bool(form.cleaned_data["day"])
    context = {
        "form": form,
        "day": on,
        "page": page,
        "total": len(answers),
        "in_force": len(basis.provisions),
        "basis": basis,
        "latest": text_days()[-1],
        "rows": [
            _shown(row, on if explicit else None, search.needles, usage.of(row.provision.id)) for row in page
        ],
        "json": f"{reverse('table-json')}?day={on.isoformat()}",
    }
    return render(request, "network/table.html", context)


def _shown(row: TableRow, given: date | None, needles: tuple[str, ...], use: RowUsage | None) -> ShownRow:
    return ShownRow(
        row,
        _address(row.provision.id, given),
        status_chip(row.status),
        _kinds(row.affair.inquirer_kinds),
        _kinds(row.provision.provider_kinds),
        _kinds(row.provision.information_kinds),
        len(row.items),
        items_with(row, needles)[:SHOWN_ITEMS] if needles else (),
        use,
    )


def status_chip(status: Status) -> Chip:
    """The status on the day, as a chip."""
    return Chip(status_words(status), _TONES[status])


def _kinds(kinds: frozenset[InstitutionKind] | frozenset[InformationKind]) -> str:
    """The kinds that a phrase of the law names, in the order of the vocabulary."""
    every: tuple[InstitutionKind | InformationKind, ...] = (*InstitutionKind, *InformationKind)
    return say("、", ", ").join(label_of(kind) for kind in every if kind in kinds)


def _address(row_id: str, on: date | None) -> str:
    address = reverse("table-row", args=[row_id])
    return address if on is None else f"{address}?{urlencode({'day': on.isoformat()})}"


@public  # law
@require_safe
def row(request: HttpRequest, row_id: str) -> HttpResponseBase:
    """What an id of the table names: a rule or an item has a page; an affair and an exact affair lead to theirs."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return _no_such_day(request, form)
    on = form.day
    if is_own_use(row_id):
        return own_use_row(request, row_id, on)
    if (rule := row_of(row_id, on)) is not None:
        return _provision(request, rule, on, given=form.cleaned_data["day"])
    if (dated := law.dated_rows().get(row_id)) is None:
        raise Http404
    match changing.Sort.of(row_id):
        case changing.Sort.AFFAIR:
            query = urlencode({"affair": row_id, "day": on.isoformat(), "status": "any"})
            return HttpResponseRedirect(f"{reverse('table')}?{query}")
        case changing.Sort.EXACT_AFFAIR:
            basis = law.legal_basis(_day_within(dated, on))
            return HttpResponseRedirect(
                _address(basis.detail(row_id).items[0].provision_id, _day_within(dated, on))
            )
        case _:
            return _item(request, dated, on)


def _day_within(dated: law.DatedRow, on: date) -> date:
    """The day itself if the row applies then, else the first day on which it did."""
    return on if dated.status(on) is Status.IN_FORCE else dated.since


def _no_such_day(request: HttpRequest, form: DayForm) -> HttpResponse:
    return render(request, "network/table_day.html", {"form": form}, status=422)


def _provision(request: HttpRequest, rule: TableRow, on: date, *, given: date | None) -> HttpResponse:
    provision = rule.provision
    context = {
        "row": rule,
        "use": usage_at(timezone.now()).of(provision.id),
        "day": on,
        "given": given,
        "status": status_chip(rule.status),
        "inquirer_kinds": _kinds(rule.affair.inquirer_kinds),
        "provider_kinds": _kinds(provision.provider_kinds),
        "information_kinds": _kinds(provision.information_kinds),
        "details": [
            (detail, [(item, layout_of_item(item.information), _address(item.id, given)) for item in items])
            for detail, items in rule.details
        ],
        "item_count": len(rule.items),
        "wordings": wordings(provision.id),
        "cite": request.build_absolute_uri(_address(provision.id, on)),
        "json": f"{reverse('table-row-json', args=[provision.id])}?day={on.isoformat()}",
        "affair_url": f"{reverse('table')}?{urlencode({'affair': rule.affair.id, 'day': on.isoformat()})}",
    }
    return render(request, "network/table_row.html", context)


def _item(request: HttpRequest, dated: law.DatedRow, on: date) -> HttpResponse:
    """An item in the wording of the day, else of the first day it applied."""
    basis = law.legal_basis(_day_within(dated, on))
    try:
        item = basis.item(dated.id)
    except UnknownItem:
        raise Http404 from None
    layout = layout_of_item(item.information)
    context = {
        "item": item,
        "detail": basis.detail(item.detail_id),
        "row_url": _address(item.provision_id, _day_within(dated, on)),
        "dated": dated,
        "day": on,
        "status": status_chip(dated.status(on)),
        "kinds": _kinds(item.kinds),
        "cite": request.build_absolute_uri(_address(item.id, on)),
        **_layout_context(layout, item.information),
    }
    return render(request, "network/table_item.html", context)


def _layout_context(layout: Layout, information: str | None) -> Mapping[str, object]:
    facts = [fact_of(layout, sample(layout, seed)) for seed in range(SAMPLE_SEEDS)]
    told = [rows(fact if information is None else narrowed(fact, information)) for fact in facts]
    shown = max(told, key=len)
    return {
        "layout": layout,
        "fields": field_table(layout),
        "sample": Table.build(
            say("見本（架空の値）", "A sample (invented)"),
            [say("項目", "Field"), say("値", "Value")],
            [(line.label, line.value) for line in shown],
        ),
    }


@public  # our own definitions
@require_safe
def layout(request: HttpRequest, layout_id: str) -> HttpResponse:
    """One layout: the fields of a value, with a sample."""
    return render(request, "network/table_layout.html", _layout_context(_layout(layout_id), None))


def _layout(layout_id: str) -> Layout:
    try:
        return layout_named(layout_id)
    except UnknownLayout:
        raise Http404 from None


@public
@require_safe
def layout_schema(request: HttpRequest, layout_id: str) -> HttpResponseBase:
    """The JSON Schema of a layout."""
    _layout(layout_id)
    return _json(request, export.schema_bytes(layout_id))


@public  # law
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What differs between the law of two days; without days, what the newest text changed."""
    form = ChangesForm(request.GET)
    newest = changing.amendments()[0]
    context: dict[str, object] = {"form": form, "amendments": _amendment_table()}
    if not form.is_valid():
        return render(request, "network/table_changes.html", context, status=422)
    since, until = form.cleaned_data["since"] or newest.before, form.cleaned_data["until"] or newest.on
    level = form.cleaned_data["level"] or "table"
    context["form"] = ChangesForm({"since": since, "until": until, "level": level})
    differing = [one for one in changing.changes_between(since, until) if _of_level(one, level)]
    page = Paginator(differing, CHANGES_A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "since": since,
        "until": until,
        "total": len(differing),
        "page": page,
        "changes": [_change(one, until) for one in page],
    }
    return render(request, "network/table_changes.html", context)


def _of_level(change: Change, level: str) -> bool:
    in_table = changing.Sort.of(change.id) in changing.IN_TABLE
    return level == "all" or in_table == (level == "table")


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change in the list."""

    change: Change
    what: Chip
    sort: str
    url: str
    affair: law.DatedRow | None
    """The affair of a rule, exact affair or item, in its last words; None where the affair itself changed."""


def _change(change: Change, until: date) -> ShownChange:
    what = changing.What.of(change)
    words = {
        changing.What.NEW: Chip(say("新設", "new"), Kind.SUCCESS),
        changing.What.ENDED: Chip(say("廃止", "ended"), Kind.WARN),
        changing.What.REWORDED: Chip(say("改正", "reworded"), Kind.INFO),
        changing.What.MOVED: Chip(say("場所だけ移動", "moved only"), Kind.NEUTRAL),
    }
    sorts = {
        changing.Sort.AFFAIR: say("事務", "Affair"),
        changing.Sort.RULE: say("規定", "Rule"),
        changing.Sort.EXACT_AFFAIR: say("詳細な事務", "Exact affair"),
        changing.Sort.ITEM: say("項目", "Item"),
    }
    sort = changing.Sort.of(change.id)
    affair = None if sort is changing.Sort.AFFAIR else law.dated_rows()[changing.affair_of(change.id)]
    return ShownChange(change, words[what], sorts[sort], _address(change.id, until), affair)


def _amendment_table() -> Table:
    def counts(one: changing.Amendment, *, table: bool) -> Sequence[int]:
        return [one.of(what, table=table) for what in changing.What]

    return Table.build(
        say("改正ごとの件数（規定と事務）", "Amendments (rules and affairs)"),
        [
            say("施行日", "In force from"),
            *(
                Column(words, number=True)
                for words in (
                    say("新設", "New"),
                    say("廃止", "Ended"),
                    say("改正", "Reworded"),
                    say("移動のみ", "Moved"),
                )
            ),
        ],
        [
            (
                Link(
                    one.on.isoformat(),
                    f"{reverse('table-changes')}?{urlencode({'since': one.before, 'until': one.on})}",
                ),
                *counts(one, table=True),
            )
            for one in changing.amendments()
        ],
    )


@public  # law
@require_safe
def special(request: HttpRequest) -> HttpResponse:
    """When the Act lets information be given or used beside the table (arts. 9(5), 19)."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return _no_such_day(request, form)
    cases = [(case, status_chip(case.status(form.day))) for case in law.special_cases().values()]
    considered = [(use, status_chip(use.status(form.day))) for use in considered_uses().values()]
    context = {"cases": cases, "considered": considered, "day": form.day, "form": form}
    return render(request, "network/table_special.html", context)


@public
@require_safe
@gzip_page
def table_json(request: HttpRequest) -> HttpResponseBase:
    """Every known rule with its status on a day, and its items."""
    form = DayForm(request.GET)
    return _json(request, export.table_on(form.day)) if form.is_valid() else _bad_day()


@public
@require_safe
def row_json(request: HttpRequest, row_id: str) -> HttpResponseBase:
    """One rule."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return _bad_day()
    body = export.row_bytes(row_id, form.day)
    if body is None:
        return JsonResponse({"error": "no rule has this id"}, status=404)
    return _json(request, body)


def _bad_day() -> JsonResponse:
    return JsonResponse({"error": "day must be like 2026-06-14, and not before 2017-05-30"}, status=422)


def _json(request: HttpRequest, body: bytes) -> HttpResponseBase:
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(
        body,
        content_type=JSON_TYPE,
        headers={"Cache-Control": FOR_AN_HOUR, "ETag": etag, "Access-Control-Allow-Origin": "*"},
    )
    return get_conditional_response(request, etag=etag, response=response) or response
