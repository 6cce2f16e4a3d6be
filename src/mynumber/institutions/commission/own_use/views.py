"""The desk of own-use affairs: the list of notices, and one notice beside the affair of the table that it is like."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from mynumber.foundation.law import Affair, LegalBasis, NoticeKind, legal_basis
from mynumber.institutions.commission.own_use import noticing
from mynumber.institutions.commission.own_use.forms import DecisionForm
from mynumber.institutions.commission.own_use.models import Notice
from mynumber.protocols.own_use import NoticeState, OwnUseText
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.language import is_english
from mynumber.webkit.face.parts import Chip, Kind, Link, Table
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import Role

ROWS_A_PAGE = 50
DECIDERS = (Role.SUPERVISOR.value,)
_TONES = {NoticeState.OPEN: Kind.INFO, NoticeState.ACCEPTED: Kind.SUCCESS, NoticeState.RETURNED: Kind.WARN}
_KINDS = {
    NoticeKind.NEW: ("届出", "New"),
    NoticeKind.CHANGED: ("変更の届出", "Changed"),
    NoticeKind.ENDED: ("廃止の届出", "Ended"),
}
_WHY_NOT = {
    Reason.DUPLICATE_REQUEST: "この番号の事務は、すでに受理されています。番号は一度しか使えません。",
    Reason.UNKNOWN_RECORD: "この番号で受理され、廃止されていない事務がありません。",
    Reason.NOT_IN_TABLE: "適用が始まる日に、準じる事務の範囲を超えているか、適用が始まる前に終わります。",
}
"""Why no core would take a notice."""


@staff_only
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """All notices: those to be decided first, then the newest."""
    found = sorted(
        Notice.objects.order_by("-received_at").defer("content"),
        key=lambda one: one.state != NoticeState.OPEN.value,
    )
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    names = this_node().directory
    table = Table.build(
        _say("独自利用事務の届出", "Notices of own-use affairs"),
        [
            _say("届いた日時", "Received"),
            _say("地方公共団体", "Local government"),
            _say("事務", "Affair"),
            _say("種類", "Kind"),
            _say("状態", "State"),
            _say("適用の日", "Applies from"),
        ],
        [
            [
                Link(
                    f"{timezone.localtime(one.received_at):%Y-%m-%d %H:%M}",
                    reverse("own-use-notice", args=[one.notice]),
                ),
                names.name(one.sender),
                one.affair,
                _kind(one),
                _state(one),
                one.begins.isoformat() if one.begins else None,
            ]
            for one in page
        ],
    )
    context = {"page": page, "table": table if found else None}
    return render(request, "commission/own_use.html", context)


@staff_only
@transaction.non_atomic_requests  # a decision is committed before the network is told of it
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, notice: UUID) -> HttpResponse:
    """One notice beside the affair that it is like; a supervisor decides."""
    found = Notice.objects.filter(notice=notice).first()
    if found is None:
        raise Http404
    staff = request.staff  # type: ignore[attr-defined]
    may_decide = staff.role in DECIDERS and found.state == NoticeState.OPEN.value
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        if staff.role not in DECIDERS:
            raise PageRefused(
                "決定できません",
                "届出を決定できるのは、決裁者だけです。",
                "決裁者に、この届出のことを伝えてください。",
                reason="not_a_supervisor",
                status=403,
                title_en="Only a supervisor decides",
            )
        if "tell" in request.POST:
            _tell(found)
            return HttpResponseRedirect(reverse("own-use-notice", args=[notice]))
        if form.is_valid():
            _decide(form, notice, staff.display_name)
            return HttpResponseRedirect(reverse("own-use-notice", args=[notice]))
    text = noticing.content_of(found)
    basis = legal_basis(max(text.valid_from, timezone.localdate(found.received_at)))
    context = {
        "notice": found,
        "text": text,
        "name": this_node().directory.name(found.sender),
        "kind": _kind(found),
        "state": _state(found),
        "field": text.field.label_ja,
        "equivalent": _equivalent(basis, text),
        "rules": _rules(basis, text),
        "form": form,
        "may_decide": may_decide,
        "untold": found.state == NoticeState.ACCEPTED.value and found.told_at is None,
        "may_tell": staff.role in DECIDERS,
    }
    return render(request, "commission/own_use_notice.html", context, status=422 if form.errors else 200)


def _decide(form: DecisionForm, notice: UUID, who: str) -> None:
    try:
        if form.cleaned_data["decision"] == "accept":
            noticing.accept(notice, who=who, at=timezone.now())
        else:
            noticing.give_back(notice, form.cleaned_data["remark"].strip(), who=who, at=timezone.now())
    except noticing.AlreadyDecided:
        raise PageRefused(
            "もう決定されています",
            "この届出は、ほかの人が先に決定しました。",
            "届出のページを読み込み直して、決定を確かめてください。",
            reason="already_decided",
            status=409,
            title_en="Already decided",
        ) from None
    except noticing.CannotBeAccepted as error:
        raise PageRefused(
            "この届出は受理できません",
            "受理しても、情報提供ネットワークシステムの表に加えられません。決定は保存していません。",
            _WHY_NOT.get(error.refused.reason, "届出の内容が決まりに合いません。"),
            "番号、種類、適用の期間を確かめて、理由を書いて返戻してください。",
            reason=error.refused.reason.value,
            status=409,
            title_en="This notice cannot be accepted",
        ) from None
    except Refused as refused:
        raise _not_told(refused) from None


def _tell(notice: Notice) -> None:
    """Once more what was accepted and is not yet in the network's table."""
    if notice.state == NoticeState.ACCEPTED.value and notice.told_at is None:
        try:
            noticing.tell(notice)
        except Refused as refused:
            raise _not_told(refused) from None


def _not_told(refused: Refused) -> PageRefused:
    return PageRefused(
        "受理しましたが、まだ表に加わっていません",
        "受理の決定は残っています。情報提供ネットワークシステムが、この事務を表にまだ加えていないので、照会はできません。",
        f"{refused.hop.label_ja}：{refused.reason.sentence_ja}",
        "ネットワークの状態を確かめて、届出のページの「もう一度知らせる」を押してください。",
        reason=refused.reason.value,
        status=503,
        hop="情報提供ネットワークシステム",
        title_en="Accepted, and not yet in the table",
    )


def _equivalent(basis: LegalBasis, text: OwnUseText) -> Affair | None:
    try:
        return basis.affair(text.equivalent)
    except LookupError:
        return None


def _rules(basis: LegalBasis, text: OwnUseText) -> Table:
    rows = []
    for rule in text.rules:
        provision = basis.provision(rule.provision)
        chosen = {item.id: item for item in basis.items_of(rule.provision)}
        rows.append(
            [
                rule.provision,
                provision.provider_words if provision else None,
                provision.information_words if provision else None,
                "、".join(chosen[one].information for one in rule.items if one in chosen)
                or _say("すべて", "all"),
            ]
        )
    return Table.build(
        _say("使いたい規定", "Rules to be used"),
        [
            _say("規定", "Rule"),
            _say("情報を提供する機関", "Provider"),
            _say("情報", "Information"),
            _say("項目", "Items"),
        ],
        rows,
    )


def _kind(notice: Notice) -> str:
    return _say(*_KINDS[NoticeKind(notice.kind)])


def _state(notice: Notice) -> Chip:
    state = NoticeState(notice.state)
    return Chip(_say(state.label_ja, state.value), _TONES[state])


def _say(japanese: str, english: str) -> str:
    return english if is_english() else japanese
