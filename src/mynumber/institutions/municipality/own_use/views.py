"""Pages of own-use affairs: the notices, writing one, how far the commission is, changing and ending an affair."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.law import Affair, NotEquivalent, NoticeKind, OwnUseField, UnknownAffair, legal_basis
from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.casework.allowed import kinds_of
from mynumber.institutions.municipality.own_use import filing as notices
from mynumber.institutions.municipality.own_use.forms import FAULTS, ChooseForm, EndForm, FilingForm
from mynumber.institutions.municipality.own_use.models import Filing
from mynumber.institutions.municipality.systems import directory, member_id
from mynumber.protocols.own_use import NoticeState, OwnUseRuleText, OwnUseText
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Chip, Kind, Link, Table
from mynumber.webkit.staff.models import StaffMember

WORKERS = ("case_worker", "supervisor")
ROWS_A_PAGE = 50
_TONES = {NoticeState.OPEN: Kind.INFO, NoticeState.ACCEPTED: Kind.SUCCESS, NoticeState.RETURNED: Kind.WARN}
_KINDS = {NoticeKind.NEW: "届出", NoticeKind.CHANGED: "変更の届出", NoticeKind.ENDED: "廃止の届出"}


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """The town's notices, newest first."""
    page = Paginator(Filing.objects.order_by("-written_at"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    table = Table.build(
        "届出",
        ["事務", "ことば", "種類", "状態", "書いた日", "適用の日"],
        [
            [
                Link(_affair_id(tenant, one), reverse("own-use:filing", args=[tenant, one.notice])),
                notices.content_of(one).words,
                _KINDS[NoticeKind(one.kind)],
                _state(one),
                timezone.localdate(one.written_at),
                one.begins,
            ]
            for one in page
        ],
    )
    context = {
        **_town(request, tenant),
        "page": page,
        "table": table if page.paginator.count else None,
        "law_table": f"{settings.PUBLIC_URLS['network']}/table/own-use"
        if "network" in settings.PUBLIC_URLS
        else "",
    }
    return render(request, "municipality/own_use/home.html", context)


@staff_only(*WORKERS)
@require_safe
def choose(request: HttpRequest, tenant: str) -> HttpResponse:
    """Choose the affair of the table that the ordinance's affair is like."""
    affairs = legal_basis(timezone.localdate()).affairs_of(kinds_of(directory(), member_id(tenant)))
    form = ChooseForm(affairs, request.GET or None)
    if form.is_bound and form.is_valid():
        return HttpResponseRedirect(reverse("own-use:write", args=[tenant, form.cleaned_data["equivalent"]]))
    context = {**_town(request, tenant), "form": form}
    return render(request, "municipality/own_use/choose.html", context, status=422 if form.errors else 200)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, tenant: str, equivalent: str) -> HttpResponse:
    """Write a notice of a new affair."""
    return _write(request, tenant, _equivalent(equivalent), NoticeKind.NEW, None)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, tenant: str, notice: UUID) -> HttpResponse:
    """Write a notice of a change of an accepted affair."""
    text = notices.content_of(_accepted(notice))
    return _write(request, tenant, _equivalent(text.equivalent), NoticeKind.CHANGED, text)


def _write(
    request: HttpRequest, tenant: str, affair: Affair, kind: NoticeKind, before: OwnUseText | None
) -> HttpResponse:
    today = timezone.localdate()
    initial: dict[str, Any] = {"valid_from": today, "executive": _mayor(tenant)}
    if before is not None:
        initial = {**msgspec.structs.asdict(before), "rules": [rule.provision for rule in before.rules]}
        initial |= {"field": before.field.value, "valid_from": max(before.valid_from, today)}
    form = FilingForm(affair, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        text = OwnUseText(
            body=tenant,
            number=before.number if before else notices.next_number(),
            words=given["words"],
            executive=given["executive"],
            field=OwnUseField(given["field"]),
            ordinance=given["ordinance"],
            equivalent=affair.id,
            reason=given["reason"],
            rules=tuple(OwnUseRuleText(provision=rule) for rule in given["rules"]),
            valid_from=given["valid_from"],
            valid_until=given["valid_until"],
        )
        try:
            notices.check(text, today)
        except NotEquivalent as error:
            form.add_error(None, FAULTS.get(error.fault, "準じる事務の範囲を超えています。"))
        else:
            return _file(request, tenant, kind, text)
    context = {**_town(request, tenant), "form": form, "affair": affair, "changes": before is not None}
    return render(request, "municipality/own_use/write.html", context, status=422 if form.errors else 200)


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, tenant: str, notice: UUID) -> HttpResponse:
    """Write a notice that an accepted affair ends."""
    accepted = _accepted(notice)
    form = EndForm(request.POST or None, initial={"valid_until": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        text = msgspec.structs.replace(
            notices.content_of(accepted), valid_until=form.cleaned_data["valid_until"]
        )
        return _file(request, tenant, NoticeKind.ENDED, text)
    context = {
        **_town(request, tenant),
        "form": form,
        "filing": accepted,
        "text": notices.content_of(accepted),
        "affair_id": _affair_id(tenant, accepted),
    }
    return render(request, "municipality/own_use/end.html", context, status=422 if form.errors else 200)


def _file(request: HttpRequest, tenant: str, kind: NoticeKind, text: OwnUseText) -> HttpResponse:
    try:
        filed = notices.file(tenant, kind, text, who=_staff(request).display_name, at=timezone.now())
    except notices.NoticeUnderWay:
        raise PageRefused(
            "この事務の届出を、委員会が確認しています",
            "前の届出が決定されるまで、同じ事務の届出は出せません。",
            "届出の一覧で状態を確かめ、決定された後にもう一度書いてください。",
            reason="notice_under_way",
            status=409,
        ) from None
    return HttpResponseRedirect(reverse("own-use:filing", args=[tenant, filed.notice]))


@staff_only
@require_safe
def filing(request: HttpRequest, tenant: str, notice: UUID) -> HttpResponse:
    """One notice, and how far the commission is."""
    found = get_object_or_404(Filing, notice=notice)
    text = notices.content_of(found)
    basis = legal_basis(max(text.valid_from, timezone.localdate(found.written_at)))
    rules = Table.build(
        "使いたい規定",
        ["規定", "情報を提供する機関", "情報"],
        [
            (
                rule.provision,
                provision.provider_words if provision else None,
                provision.information_words if provision else None,
            )
            for rule in text.rules
            for provision in (basis.provision(rule.provision),)
        ],
    )
    context = {
        **_town(request, tenant),
        "filing": found,
        "text": text,
        "affair_id": _affair_id(tenant, found),
        "field": text.field.label_ja,
        "kind": _KINDS[NoticeKind(found.kind)],
        "state": _state(found),
        "rules": rules,
        "waits": found.state == NoticeState.OPEN.value,
        "may_follow": _is_last_accepted(found),
    }
    return render(request, "municipality/own_use/filing.html", context)


@staff_only(*WORKERS)
@require_POST
def again(request: HttpRequest, tenant: str, notice: UUID) -> HttpResponse:
    """Say an undecided notice again: sends it if it was not sent, and asks how far the commission is."""
    found = get_object_or_404(Filing, notice=notice)
    if found.state == NoticeState.OPEN.value:
        notices.send_after_commit(tenant, found)
    return HttpResponseRedirect(reverse("own-use:filing", args=[tenant, notice]))


def _accepted(notice: UUID) -> Filing:
    """The accepted notice that a change or an end is about; raises Http404 for any other."""
    found = get_object_or_404(Filing, notice=notice)
    if not _is_last_accepted(found):
        raise Http404
    return found


def _is_last_accepted(found: Filing) -> bool:
    """Whether this is how the affair applies now: accepted, not an end, and nothing of the affair is written after it that is not returned."""
    if found.state != NoticeState.ACCEPTED.value or found.kind == NoticeKind.ENDED.value:
        return False
    later = Filing.objects.filter(number=found.number, written_at__gt=found.written_at)
    return not later.exclude(state=NoticeState.RETURNED.value).exists()


def _equivalent(affair_id: str) -> Affair:
    try:
        return legal_basis(timezone.localdate()).affair(affair_id)
    except UnknownAffair:
        raise Http404 from None


def _affair_id(tenant: str, one: Filing) -> str:
    return f"own-{tenant}-{one.number}"


def _state(one: Filing) -> Chip:
    if one.state == NoticeState.OPEN.value and one.heard_at is None:
        return Chip("未送信", Kind.WARN)
    state = NoticeState(one.state)
    return Chip(state.label_ja, _TONES[state])


def _mayor(tenant: str) -> str:
    """区長, 市長, 町長 or 村長, by the last letter of the name."""
    return f"{find(tenant).full_name[-1]}長"


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _town(request: HttpRequest, tenant: str) -> dict[str, object]:
    return {
        "town": find(tenant).full_name,
        "home_url": reverse("own-use:home", args=[tenant]),
        "may_write": _staff(request).role in WORKERS,
    }
