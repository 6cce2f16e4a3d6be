"""Pages: the list, one record, receipts, what the list covers, and what to do when something is not familiar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.foundation.tlog import Policy
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import Visit, resident_of
from mynumber.institutions.portal.account.words import no_code_yet
from mynumber.institutions.portal.information.cases import About, disputable
from mynumber.institutions.portal.information.forms import CaseForm
from mynumber.institutions.portal.information.models import OwnCase
from mynumber.institutions.portal.information.showing import chip_of
from mynumber.institutions.portal.information.views import ask_about, page_of_form
from mynumber.institutions.portal.records import asking, exporting, periods, searching
from mynumber.institutions.portal.records.asking import ReceiptNotReady
from mynumber.institutions.portal.records.cores import AllRecords
from mynumber.institutions.portal.records.disclosures import ToldChange, tell_change
from mynumber.institutions.portal.records.forms import FilterForm
from mynumber.institutions.portal.records.searching import Found, FoundChanges, Search
from mynumber.institutions.portal.records.telling import (
    ORDER_NAME,
    Told,
    event_title,
    figure_of,
    steps_of,
    tell,
)
from mynumber.protocols.directory import FIRST_CORE
from mynumber.protocols.information import PORTAL, CaseKind
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.errors import Said
from mynumber.webkit.face.language import say
from mynumber.webkit.face.parts import Link, Table
from mynumber.webkit.face.words import moment
from mynumber.webkit.messages import this_node

RECORDS_A_PAGE = 20
RECORDS_AT_HOME = 3
CHANGES_PAGE = "changes"
"""The parameter that turns the pages of told changes, as ``page`` does those of exchanges."""
LARGEST_INDEX = 2**63 - 1
FILTERS = {"q", "since", "until", "inquirer", "provider", "outcome", "by"}

T = TypeVar("T")
_log = logs.get_logger(__name__)


class NeedsCode(Exception):
    """The network cannot be asked: the portal has no valid code for the person."""


def latest(visit: Visit) -> AllRecords:
    """The newest exchanges, for the first page. Raises NeedsCode, and PageRefused with words for the reader."""
    return _ask(visit, lambda code: asking.records_of(code, limit=RECORDS_AT_HOME))


@resident_only
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The list: newest first, searched, in pages."""
    visit = resident_of(request)
    form, search = _search(request)
    context: dict[str, object] = {
        "form": form,
        "filtered": search.is_narrow,
        "order_name": ORDER_NAME,
        "query": request.GET.urlencode(),
    }
    if form.is_bound and not form.is_valid():
        return page(request, "portal/records/list.html", visit, context)
    try:
        found, number = _page_of(visit, search, _page_number(request))
        if search.about_changes:
            context |= _changes(visit, search, _page_number(request, CHANGES_PAGE))
    except NeedsCode:
        return page(request, "portal/records/list.html", visit, {**context, "needs_code": no_code_yet()})
    context |= {
        "records": found.of,
        "found": found,
        "told": found.told,
        "table": _table(found.told),
        "page": Paginator(range(found.total), RECORDS_A_PAGE).page(number),
        "waiting": any(one.waiting for one in found.told),
        "most": searching.MOST,
    }
    return page(request, "portal/records/list.html", visit, context)


@resident_only
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """What was searched as a file: CSV or PDF."""
    visit = resident_of(request)
    form, search = _search(request)
    if kind not in {"csv", "pdf"} or (form.is_bound and not form.is_valid()):
        raise Http404
    try:
        found = _ask(visit, lambda code: searching.every(code, search))
        changes = (
            _ask(visit, lambda code: searching.every_change(code, search)) if search.about_changes else None
        )
    except NeedsCode:
        raise _no_code() from None
    if kind == "csv":
        response = HttpResponse(exporting.as_csv(found, changes), content_type="text/csv; charset=utf-8")
    else:
        content = exporting.as_pdf(
            found,
            changes,
            about=uuid4(),
            person=visit.account.code or "",
            narrowed=form.words(),
            now=datetime.now(UTC),
        )
        response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="yaritori-rireki.{kind}"'
    return response


@resident_only
@require_safe
def record(request: HttpRequest, inquirer: str, request_id: UUID) -> HttpResponse:
    """One exchange: what happened in order, who knew what, the law, and the receipts."""
    visit = resident_of(request)
    try:
        found = _ask(visit, lambda code: asking.record_of(code, inquirer, request_id))
    except NeedsCode:
        raise _no_code() from None
    if found is None:
        raise Http404
    told = tell(found)
    context: dict[str, object] = {
        "told": told,
        "record": found,
        "steps": steps_of(told),
        "figure": figure_of(told),
        "order_name": ORDER_NAME,
        "receipts": _receipts(told),
        "periods": periods.words_of(found, visit.account),
        "cases": [
            (one, CaseKind(one.kind).label_ja, chip_of(one))
            for one in OwnCase.objects.filter(
                account=visit.account, inquirer=inquirer, request_id=request_id
            ).order_by("-written_at")
        ],
        "may_dispute": disputable(visit.account, request_id) is not None if told.is_own else False,
    }
    context |= _means_to_verify(found.events[0].index if found.events else 0, found.core)
    return page(request, "portal/records/record.html", visit, context)


@resident_only
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, inquirer: str, request_id: UUID) -> HttpResponse:
    """Ask the institution that asked: the question goes to its desk, the answer comes back to the inbox and to the record."""
    visit = resident_of(request)
    try:
        found = _ask(visit, lambda code: asking.record_of(code, inquirer, request_id))
    except NeedsCode:
        raise _no_code() from None
    if found is None or inquirer == PORTAL:
        raise Http404
    form = CaseForm(
        request.POST if request.method == "POST" else None,
        label=say("聞きたいこと", "Your question", "ききたい こと"),
    )
    if request.method == "POST" and form.is_valid():
        about = About(inquirer, inquirer, request_id, found.information)
        return ask_about(visit.account, about, form.cleaned_data["words"], now=datetime.now(UTC))
    context: dict[str, object] = {"form": form, "told": tell(found), "record": found}
    return page_of_form(request, "portal/records/ask.html", visit, context, form)


@resident_only
@require_safe
def change(request: HttpRequest, index: int, core: str = FIRST_CORE) -> HttpResponse:
    """One change that was told: to whom, on which basis, and its receipt."""
    visit = resident_of(request)
    if index > LARGEST_INDEX:
        raise Http404
    try:
        found = _ask(visit, lambda code: asking.change_of(code, index, core=core))
    except NeedsCode:
        raise _no_code() from None
    if found is None:
        raise Http404
    context = {
        "told": tell_change(found),
        "record": found,
        "order_name": ORDER_NAME,
        "receipt": Link(_receipt_name(core, index), _receipt_url(core, index)),
    }
    context |= _means_to_verify(index, core)
    return page(request, "portal/records/change.html", visit, context)


@resident_only
@require_safe
def receipt(request: HttpRequest, index: int, core: str = FIRST_CORE) -> HttpResponse:
    """The receipt of one entry in the log of a core, as a file to keep."""
    visit = resident_of(request)
    try:
        text = _ask(visit, lambda code: asking.receipt_of(code, index, core=core))
    except NeedsCode:
        raise _no_code() from None
    except ReceiptNotReady:
        raise PageRefused(
            "レシートはもうすぐできます",
            "この記録は残っていますが、署名された台帳にまだ入っていません。ふつうは1秒ほどで入ります。",
            "少し待ってから、このページを読み込み直してください。",
            reason="receipt_not_ready",
            status=503,
            english=Said(
                "The receipt is not ready yet",
                "The record is there, and not in the signed log yet. That usually takes a second.",
                ("Wait a little and load this page again.",),
            ),
            easy=Said(
                "レシートは もうすぐ できます",
                "きろくは あります。1秒くらい まって ください。",
                ("すこし まって、もう いちど ひらいて ください。",),
            ),
        ) from None
    if text is None:
        raise Http404
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_receipt_name(core, index)}"'
    return response


@resident_only
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """What the list covers, since when, and what it leaves out."""
    visit = resident_of(request)
    context: dict[str, object] = {"order_name": ORDER_NAME}
    try:
        context["records"] = records = _ask(visit, lambda code: asking.records_of(code, limit=1))
        context["several"] = len(records.cores) > 1
        context["covered_since"] = records.covered_since
        context["changes"] = changes = _ask(visit, lambda code: asking.changes_of(code, limit=1))
        context["covered_since"] = _earliest(records.covered_since, changes.covered_since)
        context["own"] = _ask(visit, lambda code: asking.records_of(code, inquirer=PORTAL, limit=1))
        context["has_blind"] = _has_blind()
    except NeedsCode:
        context["needs_code"] = no_code_yet()
    return page(request, "portal/records/coverage.html", visit, context)


@resident_only
@require_safe
def not_me(request: HttpRequest) -> HttpResponse:
    """心当たりがないとき: whom to ask."""
    return page(request, "portal/records/not_me.html", resident_of(request))


@public  # a public key; whoever checks a receipt needs it, signed in or not
@require_safe
def log_key(request: HttpRequest) -> HttpResponse:
    """The public key of the log of records, as a file."""
    key = _log_key()
    if not key:
        raise Http404
    response = HttpResponse(f"{key}\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.vkey"'
    return response


@public  # public keys, as above
@require_safe
def log_policy(request: HttpRequest) -> HttpResponse:
    """The keys of the log and of its witnesses, and how many of these must have signed (C2SP tlog-policy), as a file."""
    policy = _log_policy()
    if policy is None:
        raise Http404
    response = HttpResponse(policy.without_addresses().to_text(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.policy"'
    return response


def _ask(visit: Visit, question: Callable[[str], T]) -> T:
    """Ask the network with the code of the visitor. Raises NeedsCode, and PageRefused with words for the reader."""
    code = visit.account.code
    if code is None:
        raise NeedsCode
    try:
        return question(code)
    except Refused as refused:
        if refused.reason is Reason.UNKNOWN_CODE:
            raise NeedsCode from None
        _log.warning("no records", hop=refused.hop.value, reason=refused.reason.value)
        raise PageRefused(
            "記録を取り寄せられません",
            "情報提供ネットワークシステムから、あなたの記録を受け取れませんでした。記録そのものはネットワークの側に残っていて、なくなってはいません。",
            "少し待ってから、このページを読み込み直してください。",
            "続くときは、この模型の案内のページで各機関の状態を確かめてください。",
            reason=refused.reason.value,
            status=503,
            hop="情報提供ネットワークシステム",
            english=Said(
                "The records cannot be fetched",
                "The information network did not give us your records. They are kept there and are not lost.",
                ("Wait a little and load this page again.",),
            ),
            easy=Said(
                "きろくを 見られません",
                "ネットワークから きろくが とどきません。なくなって いません。",
                ("すこし まって、もう いちど ひらいて ください。",),
            ),
        ) from None


def _no_code() -> PageRefused:
    return PageRefused(
        "記録を取り寄せる準備ができていません",
        no_code_yet(),
        "ホームのページで「符号を受け取る」を押してください。",
        reason="no_code",
        status=503,
        english=Said(
            "Your code has not been delivered yet",
            "The code by which the information network finds your records is not here yet.",
            ("Press 'Get the code' on the first page.",),
        ),
        easy=Said(
            "まだ きろくを 見られません",
            "きろくを 見る ための しるしが まだ とどいて いません。",
            ("ホームで「符号を もらう」を おして ください。",),
        ),
    )


def _page_number(request: HttpRequest, parameter: str = "page") -> int:
    text = request.GET.get(parameter, "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _search(request: HttpRequest) -> tuple[FilterForm, Search]:
    """The form and what it looks for; nothing narrows it where it was not sent or is not valid."""
    asked = request.GET if request.GET.keys() & FILTERS else None
    form = FilterForm(asked, directory=this_node().directory)
    return form, form.search() if form.is_bound and form.is_valid() else Search()


def _page_of(visit: Visit, search: Search, number: int) -> tuple[Found, int]:
    def ask(number: int) -> Found:
        offset = (number - 1) * RECORDS_A_PAGE
        return _ask(visit, lambda code: searching.page_of(code, search, offset=offset, limit=RECORDS_A_PAGE))

    found = ask(number)
    if number > 1 and not found.told:
        # Past the end, e.g. an old bookmark: the beginning is of more use than nothing.
        return ask(1), 1
    return found, number


def _changes(visit: Visit, search: Search, number: int) -> dict[str, object]:
    """The changes that were told, as the list shows them beside exchanges, under the same filter."""

    def ask(number: int) -> FoundChanges:
        offset = (number - 1) * RECORDS_A_PAGE
        return _ask(
            visit, lambda code: searching.page_of_changes(code, search, offset=offset, limit=RECORDS_A_PAGE)
        )

    changes = ask(number)
    if number > 1 and not changes.told:
        number, changes = 1, ask(1)
    return {
        "changes": changes,
        "changes_table": _changes_table(changes.told),
        "changes_page": Paginator(range(changes.total), RECORDS_A_PAGE).page(number),
    }


def _has_blind() -> bool:
    """Whether a core of the network may record exchanges whose person it does not see (docs/protocols/blind.md)."""
    directory = this_node().directory
    return any(directory.system(core).blind_key for core in directory.cores)


def _changes_table(told: Sequence[ToldChange]) -> Table:
    rows = [
        [
            Link(moment(one.record.disclosed_at).words, _change_url(one)),
            one.record.subscriber_name,
            one.record.publisher_name,
            "、".join(ground.affair_words for ground in one.grounds),
            f"{one.record.kind.label_ja}（{one.information_label}）",
            "、".join(ground.legal.label for ground in one.grounds if ground.legal) or None,
            one.chip,
        ]
        for one in told
    ]
    return Table.build(
        say(
            "機関に知らされた、あなたについての変化（新しい順）",
            "Changes told about you, newest first",
            "あなたの かわった こと（あたらしい ものから）",
        ),
        [
            say("日時", "At", "とき"),
            say("知らされた機関", "Told to", "言われた ところ"),
            say("知らせた機関", "Told by", "言った ところ"),
            say("なんの事務のため", "For which task", "なんの ため"),
            say("変化", "Change", "かわった こと"),
            say("法令の表", "Table of the law", "法律の 表"),
            say("受け取り", "Receipt", "うけとり"),
        ],
        rows,
    )


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _means_to_verify(first_index: int, core: str = FIRST_CORE) -> dict[str, object]:
    """What a page says about checking receipts; ``first_index`` is that of its example, in the log of ``core``."""
    return {
        "log_key": _log_key() if core == FIRST_CORE else "",  # those of the others stand in the policy
        "has_policy": _log_policy() is not None,
        "first_receipt": _receipt_name(core, first_index),
    }


def _table(told: Sequence[Told]) -> Table:
    rows = [
        [
            Link(_when(one), _url(one)),
            one.record.inquirer_name,
            one.record.provider_name,
            one.affair_words,
            one.information_label,
            one.item or None,
            one.chip,
        ]
        for one in told
    ]
    return Table.build(
        say(
            "あなたの情報のやりとり（新しい順）",
            "Exchanges about you, newest first",
            "あなたの やりとり（あたらしい ものから）",
        ),
        [
            say("日時", "At", "とき"),
            say("問い合わせた機関", "Who asked", "きいた ところ"),
            say("聞かれた機関", "Who was asked", "きかれた ところ"),
            say("なんの事務のため", "For which task", "なんの ため"),
            say("聞いた情報", "What was asked for", "きいた こと"),
            say("法令の表", "Table of the law", "法律の 表"),
            say("結果", "Result", "けっか"),
        ],
        rows,
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """One entry of a record in the list of receipts; `link` is None while it waits for the signed log."""

    index: int
    what: str
    link: Link | None


def _receipts(told: Told) -> list[Receipt]:
    core = told.record.core
    return [
        Receipt(
            event.index,
            event_title(event, is_own=told.is_own),
            Link(_receipt_name(core, event.index), _receipt_url(core, event.index))
            if event.integrated
            else None,
        )
        for event in told.record.events
    ]


def _receipt_name(core: str, index: int) -> str:
    """Names of files of further cores say which log they are of."""
    return f"receipt-{index}.txt" if core == FIRST_CORE else f"receipt-{core}-{index}.txt"


def _receipt_url(core: str, index: int) -> str:
    return (
        reverse("receipt", args=[index])
        if core == FIRST_CORE
        else reverse("receipt-of-core", args=[core, index])
    )


def _change_url(told: ToldChange) -> str:
    core, index = told.record.core, told.record.index
    return (
        reverse("change", args=[index])
        if core == FIRST_CORE
        else reverse("change-of-core", args=[core, index])
    )


def _url(told: Told) -> str:
    return reverse("record", args=[told.record.inquirer, told.record.request_id])


def _when(told: Told) -> str:
    return moment(told.at).words


def _log_key() -> str:
    path = settings.MYNUMBER.log_key
    return path.read_text("utf-8").strip() if path is not None and path.is_file() else ""


def _log_policy() -> Policy | None:
    path = settings.MYNUMBER.log_policy
    return Policy.parse(path.read_text("utf-8")) if path is not None and path.is_file() else None
