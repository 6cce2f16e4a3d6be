"""Pages of what was sent: receipt, letters, change, withdrawal, question."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django import forms as django_forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import (
    drafts,
    outbox,
    papers,
    steps,
)
from mynumber.institutions.portal.applications.drafts import NotOpen
from mynumber.institutions.portal.applications.view_parts import (
    closed,
    download,
    moment,
    own,
    words_of,
)
from mynumber.institutions.portal.proxies import filing
from mynumber.protocols.applications import LetterForm
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say
from mynumber.webkit.filling.pages import REJECTED


@resident_only
@require_safe
def letter(request: HttpRequest, ident: UUID, number: int) -> HttpResponse:
    """A notice (通知書) of the office."""
    return _paper_of(partial(papers.letter, own(request, ident), number), f"notice-{number}.pdf")


@resident_only
@require_safe
def receipt_paper(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The receipt as PDF."""
    return _paper_of(partial(papers.receipt, own(request, ident)), "receipt.pdf")


def _paper_of(make: Callable[[], bytes], name: str) -> HttpResponse:
    try:
        return download(make(), "application/pdf", name)
    except papers.NoPaper:
        raise Http404 from None
    except papers.Withheld:
        raise PageRefused(
            "この書面はお渡しできません",
            "書面の中の印が、この申請のものと合いません。ほかの人の書面を渡さないように止めました。",
            "ページにある決定の内容は確かめられています。書面は、申請のページの「担当に質問する」で役所に求めてください。",
            reason="wrong_paper",
            status=500,
            english=Said(
                "This paper cannot be handed over",
                "The mark in the paper does not fit this application. It was stopped so that nobody gets another person's paper.",
                (
                    "What the page says of the decision was checked. Ask the office for the paper with 'Ask the office' on the application's page.",
                ),
            ),
            easy=Said(
                "この 紙は わたせません",
                "紙の しるしが あいません。ほかの 人の 紙を わたさない ように 止めました。",
                ("申請の ページの「やくしょに きく」で きいて ください。",),
            ),
        ) from None


@resident_only
@require_safe
def receipt(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The receipt, to keep or to print: number, the five times, what was sent (its digest)."""
    held = own(request, ident)
    if held.sent_at is None:
        raise Http404
    context = words_of(held) | {"sendings": held.sendings.order_by("sequence")}
    return page(request, "portal/applications/receipt.html", resident_of(request), context)


@resident_only
@require_POST
def amend(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Change what is under way."""
    held = own(request, ident)
    try:
        if resident_of(request).actor is None:
            filing.take_over(held, now=moment())
        drafts.amend(held, now=moment())
    except NotOpen:
        raise closed(held) from None
    return SeeOther(reverse("application", args=[ident]))


class WordsForm(PlainForm):
    """Words to the office."""

    words = django_forms.CharField(max_length=2000, widget=django_forms.Textarea(attrs={"rows": 6}))


@resident_only
@transaction.non_atomic_requests  # the letter is committed, then delivered
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ident: UUID) -> HttpResponse:
    """取下げ: asked once more, then written to the office. A draft is deleted."""
    now = moment()
    held = own(request, ident)
    if request.method != "POST":
        return page(request, "portal/applications/withdraw.html", resident_of(request), words_of(held))
    try:
        if held.is_draft:
            drafts.discard(held)
            return SeeOther(reverse("applications"))
        steps.write(held, LetterForm.WITHDRAWAL, "", now=now)
    except NotOpen:
        raise closed(held) from None
    outbox.deliver_due(now=now, application=held)
    return SeeOther(reverse("application", args=[ident]))


@resident_only
@transaction.non_atomic_requests  # the letter is committed, then delivered
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Ask the case worker."""
    now = moment()
    held = own(request, ident)
    form = WordsForm(request.POST or None)
    form.fields["words"].label = say("聞きたいこと", "Your question", "ききたい こと")
    if request.method == "POST" and form.is_valid():
        try:
            steps.write(held, LetterForm.QUESTION, form.cleaned_data["words"], now=now)
        except NotOpen:
            raise closed(held) from None
        outbox.deliver_due(now=now, application=held)
        return SeeOther(reverse("application", args=[ident]))
    response = page(
        request, "portal/applications/question.html", resident_of(request), words_of(held) | {"form": form}
    )
    response.status_code = REJECTED if request.method == "POST" else 200
    return response
