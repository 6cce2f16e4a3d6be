"""Pages on which a draft at the counter ends: checked and signed, handed in, handed back, given up; and the receipt."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.municipality.counter import sessions
from mynumber.institutions.municipality.counter.models import ReaderSession
from mynumber.institutions.municipality.counter.procedures import check_number
from mynumber.institutions.municipality.counter.reader_views import session_context
from mynumber.institutions.municipality.desk import drafting, handing_in, kept
from mynumber.institutions.municipality.desk.drafting import CannotDo
from mynumber.institutions.municipality.desk.forms import HandForm
from mynumber.institutions.municipality.desk.handing_in import Hand, NotSigned
from mynumber.institutions.municipality.desk.models import DeskDraft, HandReason
from mynumber.institutions.municipality.desk.views import (
    WORKERS,
    opened,
    own,
    refused_by_portal,
    said_no,
    staff_of,
    words_of,
)
from mynumber.protocols.applications import statement_digest
from mynumber.protocols.refusal import Reason, Refused
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.journey import AnswerGroup
from mynumber.webkit.filling import pages
from mynumber.webkit.filling.pages import REJECTED
from mynumber.webkit.filling.showing import answers_of


@staff_only(*WORKERS)
@require_safe
def check(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """確認書: the whole form for the applicant to read, on the screen or printed, with the number that the device shows too."""
    row = _open(request, ident)
    now = timezone.now()
    content = kept.content_of(row)
    reading = drafting.reading_of(row, content, at=now)
    groups = []
    for each, fields in pages.sections(reading.procedure):
        url = reverse("desk:section", args=[tenant, ident, each.id])
        for title, lines in answers_of(fields, reading, content, change=url):
            groups.append(AnswerGroup(f"{each.title.ja}：{title}" if title else each.title.ja, lines))
    try:
        number = check_number(statement_digest(handing_in.assembled(row, at=now)))
    except CannotDo:
        number = ""
    context = words_of(tenant, row) | {
        "groups": groups,
        "number": number,
        "signs": handing_in.needs_signature(row),
        "papers": [each.name for each in drafting.attachments(row)],
        "missing": [each.label.ja for each in drafting.missing_papers(row, reading)],
    }
    return render(request, "municipality/desk/check.html", context)


@staff_only(*WORKERS)
@require_POST
def sign(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """Open the reader for the applicant's card."""
    row = opened(request, ident)
    try:
        handing_in.ask_to_sign(row, staff_of(request), at=timezone.now())
    except CannotDo as cannot:
        raise said_no(cannot.why) from None
    except sessions.AlreadyOpen:
        raise PageRefused(
            "この人のカードの手続きが、すでに始まっています",
            "一枚のカードに、同時に二つの手続きはできません。",
            "進んでいる手続きを終えるか、取りやめてから、もう一度始めてください。",
            reason="already open",
            status=409,
        ) from None
    return HttpResponseRedirect(reverse("desk:signature", args=[tenant, ident]))


@staff_only(*WORKERS)
@require_safe
def signature(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """The reader's page: the code, and how far the applicant is."""
    row = _open(request, ident)
    session = _session(row)
    if session is None:
        raise Http404
    number = check_number(sessions.wanted_of(session).digest)
    context = words_of(tenant, row) | session_context(session) | {"number": number}
    return render(request, "municipality/desk/signature.html", context)


@staff_only(*WORKERS)
@require_POST
def cancel(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """End the reader session; the draft stays."""
    row = opened(request, ident)
    session = _session(row)
    if session is not None:
        sessions.cancel(session, at=timezone.now())
    return HttpResponseRedirect(reverse("desk:check", args=[tenant, ident]))


@staff_only(*WORKERS)
@require_POST
def hand_in(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """Take in what the card signed."""
    row = opened(request, ident)
    try:
        handing_in.hand_in_with_card(row, staff_of(request), now=timezone.now)
    except NotSigned:
        raise PageRefused(
            "署名がありません",
            "まだ署名が済んでいないか、署名のあとで内容が変わりました。",
            "内容を確かめるページから、もう一度本人に署名してもらってください。",
            reason="not signed",
            status=409,
        ) from None
    except CannotDo as cannot:
        raise said_no(cannot.why) from None
    except Refused as refused:
        raise _not_taken(refused) from None
    return HttpResponseRedirect(reverse("desk:draft", args=[tenant, ident]))


@staff_only(*WORKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """Signed on paper: why, and how the clerk knows who it is."""
    row = opened(request, ident) if request.method == "POST" else _open(request, ident)
    form = HandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        hand = Hand(HandReason(data["reason"]), form.identity_check, str(data["words"]).strip())
        try:
            handing_in.hand_in_by_hand(row, hand, staff_of(request), now=timezone.now)
        except CannotDo as cannot:
            raise said_no(cannot.why) from None
        except Refused as refused:
            raise _not_taken(refused) from None
        return HttpResponseRedirect(reverse("desk:draft", args=[tenant, ident]))
    return render(
        request,
        "municipality/desk/by_hand.html",
        words_of(tenant, row) | {"form": form},
        status=REJECTED if form.errors else 200,
    )


@staff_only(*WORKERS)
@require_POST
def hand_back(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """The resident goes on in the portal."""
    row = opened(request, ident)
    try:
        drafting.hand_back(row, staff_of(request), at=timezone.now())
    except CannotDo as cannot:
        raise said_no(cannot.why) from None
    except Refused as refused:
        raise refused_by_portal(refused) from None
    return HttpResponseRedirect(reverse("desk:draft", args=[tenant, ident]))


@staff_only(*WORKERS)
@require_POST
def drop(request: HttpRequest, tenant: str, ident: UUID) -> HttpResponse:
    """Give it up here."""
    drafting.drop(opened(request, ident), staff_of(request), at=timezone.now())
    return HttpResponseRedirect(reverse("desk:home", args=[tenant]))


def _open(request: HttpRequest, ident: UUID) -> DeskDraft:
    row = own(request, ident)
    if row.ended_at is not None:
        raise said_no(drafting.Why.ENDED)
    return row


def _session(row: DeskDraft) -> ReaderSession | None:
    return ReaderSession.objects.filter(ticket=row.session).first() if row.session else None


def _not_taken(refused: Refused) -> PageRefused:
    what = {
        Reason.DUPLICATE_REQUEST: "同じ人の同じ手続の申請が、すでに届いています。",
        Reason.BAD_SIGNATURE: "カードが、申請する本人のものでないか、証明書が使えません。",
        Reason.UNAVAILABLE: "いまは電子証明書を確かめられません。",
    }.get(refused.reason, refused.reason.sentence_ja)
    return PageRefused(
        "申請を受け付けられませんでした",
        what,
        "入力した内容は残っています。確かめて、もう一度提出してください。",
        reason=refused.reason.value,
        status=409,
        hop=refused.hop.label_ja,
    )
