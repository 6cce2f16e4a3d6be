"""Pages of help for everybody and for residents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import JAPAN, Level, SeeOther, current_visit, resident_of
from mynumber.institutions.portal.helpdesk import beside, feedback, inquiries, questions
from mynumber.institutions.portal.helpdesk.feedback import Fault, NotTaken
from mynumber.institutions.portal.helpdesk.forms import SUBJECTS, FeedbackForm, InquiryForm
from mynumber.institutions.portal.helpdesk.inquiries import Subject, TooMany
from mynumber.institutions.portal.helpdesk.models import Inquiry, InquiryState, Question, SupportEvent
from mynumber.institutions.portal.helpdesk.telling import page_words
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.face.parts import Chip, Kind, Link, Table
from mynumber.webkit.headers import never_kept

REJECTED: Final = 422
_KINDS: Final = {
    InquiryState.ASKED: Kind.INFO,
    InquiryState.TAKEN: Kind.INFO,
    InquiryState.ANSWERED: Kind.SUCCESS,
    InquiryState.CLOSED: Kind.NEUTRAL,
}


def _now() -> datetime:
    return datetime.now(UTC)


@public  # whoever has a question need not be anybody
@never_kept  # the head of the page says who is signed in
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """よくある質問: found by words; and the ways to ask."""
    query = request.GET.get("q", "")[: questions.LONGEST_QUERY]
    found = [(each, _said(each)) for each in questions.search(query, questions.public_ones())]
    context = {"q": query, "found": found}
    return page(request, "portal/helpdesk/help.html", current_visit(request, now=_now()), context)


def _said(question: Question) -> str:
    words = {"easy": question.easy, "en": question.english}.get(spoken())
    return words or question.answer


@public  # without sign-in, so that nobody need say who they are
@never_kept
@require_http_methods(["GET", "HEAD", "POST"])
def give_feedback(request: HttpRequest) -> HttpResponse:
    """この画面についてのご意見."""
    asked = request.POST if request.method == "POST" else None
    form = FeedbackForm(asked, initial={"page": request.GET.get("page", "")[:80]})
    status = 200
    if request.method == "POST":
        status = REJECTED
        if form.is_valid():
            try:
                feedback.give(
                    form.cleaned_data["page"], form.cleaned_data["words"], sender=_sender(request), now=_now()
                )
            except NotTaken as refused:
                form.add_error("words", _words(refused.fault))
                status = 429 if refused.fault is Fault.TOO_OFTEN else REJECTED
            else:
                return SeeOther(reverse("feedback") + "?done=1")
    name = (form.data.get("page", "") if asked else request.GET.get("page", ""))[:80]
    context = {
        "form": form,
        "about": page_words(name) if name and _is_page(name) else "",
        "done": "done" in request.GET,
    }
    response = page(request, "portal/helpdesk/feedback.html", current_visit(request, now=_now()), context)
    response.status_code = status
    return response


def _is_page(name: str) -> bool:
    """Whether it is a page's name, and not words that somebody put into the address."""
    return not page_words(name).startswith("そのほか")


def _sender(request: HttpRequest) -> str:
    """What tells browsers apart, for a day and under a digest."""
    return f"{request.META.get('REMOTE_ADDR', '')}/{request.COOKIES.get(settings.CSRF_COOKIE_NAME, '')}"


def _words(fault: Fault) -> str:
    return {
        Fault.EMPTY: say("ご意見を書いてください。", "Write something.", "書いて ください。"),
        Fault.TOO_LONG: say(
            "1000文字までにしてください。", "1000 characters at most.", "もっと みじかく して ください。"
        ),
        Fault.PERSONAL: say(
            "番号やメールアドレスのようなものが入っています。消してから送ってください。",
            "It holds what looks like a number or an address. Take it out, please.",
            "番号や メールアドレスを けして ください。",
        ),
        Fault.TOO_OFTEN: say(
            "たくさんのご意見をありがとうございます。1時間後にもう一度お願いします。",
            "Thank you for so many. Please come back in an hour.",
            "1時間 あとに おねがいします。",
        ),
    }[fault]


@public  # what people said and what was done is for everybody
@never_kept
@require_safe
def you_said(request: HttpRequest) -> HttpResponse:
    """ご意見から直したこと."""
    context = {"answered": feedback.answered()}
    return page(request, "portal/helpdesk/you_said.html", current_visit(request, now=_now()), context)


# --- inquiries -----------------------------------------------------------------------------------------------------


@resident_only(level=Level.PASSKEY)
@require_safe
def inquiry_list(request: HttpRequest) -> HttpResponse:
    """問い合わせ: mine, with their states."""
    visit = resident_of(request)
    rows = [
        [
            Link(str(SUBJECTS[Subject(each.about)]), reverse("inquiry", args=[each.pk])),
            each.asked_at,
            Chip(each.get_state_display(), _KINDS[InquiryState(each.state)]),
            f"{each.due_on.month}月{each.due_on.day}日" if each.state in inquiries.OPEN else None,
        ]
        for each in Inquiry.objects.filter(account=visit.account).order_by("-asked_at")[:100]
    ]
    headings = [
        say("なにについて", "About"),
        say("日時", "Asked"),
        say("状態", "State"),
        say("回答の期限", "Answer by"),
    ]
    table = Table.build(say("問い合わせ（新しい順）", "Inquiries, newest first"), headings, rows)
    return page(request, "portal/helpdesk/inquiries.html", visit, {"table": table if rows else None})


@resident_only(level=Level.PASSKEY)
@require_http_methods(["GET", "HEAD", "POST"])
def new_inquiry(request: HttpRequest) -> HttpResponse:
    """Ask the desk."""
    visit = resident_of(request)
    form = InquiryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = inquiries.ask(visit.account, Subject(given["about"]), given["words"], now=_now())
        except TooMany:
            form.add_error(
                None,
                say("回答を待っている問い合わせが5件あります。", "Five of your inquiries are still open."),
            )
        else:
            return SeeOther(reverse("inquiry", args=[made.pk]))
    response = page(request, "portal/helpdesk/inquiry_new.html", visit, {"form": form})
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


def _own(request: HttpRequest, inquiry_id: UUID) -> Inquiry:
    """The visitor's own inquiry. Raises Http404 for another's, as for none."""
    found = Inquiry.objects.filter(pk=inquiry_id, account=resident_of(request).account).first()
    if found is None:
        raise Http404
    return found


@resident_only(level=Level.PASSKEY)
@require_safe
def inquiry(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """One inquiry and its answer."""
    found = _own(request, inquiry_id)
    context = {
        "inquiry": found,
        "about": SUBJECTS[Subject(found.about)],
        "words": inquiries.words_of(found),
        "answer": inquiries.answer_of(found),
        "chip": Chip(found.get_state_display(), _KINDS[InquiryState(found.state)]),
        "is_open": found.state != InquiryState.CLOSED,
        "is_late": inquiries.is_late(found, _now().astimezone(JAPAN).date()),
    }
    return page(request, "portal/helpdesk/inquiry.html", resident_of(request), context)


@resident_only(level=Level.PASSKEY)
@require_POST
def close_inquiry(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """No more is needed."""
    found = _own(request, inquiry_id)
    inquiries.close(found.pk, resident_of(request).account, now=_now())
    return SeeOther(reverse("inquiry", args=[found.pk]))


# --- support beside ------------------------------------------------------------------------------------------------


@resident_only(level=Level.PASSKEY)
@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """となりで支援: what it is, and everything that staff did."""
    visit = resident_of(request)
    events = SupportEvent.objects.filter(account=visit.account).order_by("-at", "-pk")[:100]
    rows = [
        [each.at, each.by, each.get_deed_display(), page_words(each.page) if each.page else None]
        for each in events
    ]
    headings = [say("日時", "When"), say("だれが", "Who"), say("なにを", "What"), say("どのページ", "Page")]
    table = Table.build(say("支援の記録（新しい順）", "Record of support, newest first"), headings, rows)
    return page(request, "portal/helpdesk/support.html", visit, {"table": table if rows else None})


@resident_only(level=Level.PASSKEY)
@require_POST
def begin_support(request: HttpRequest) -> HttpResponse:
    """A code for ten minutes."""
    beside.begin(request, resident_of(request).account, now=_now())
    return SeeOther(reverse("support"))


@resident_only(level=Level.PASSKEY)
@require_POST
def end_support(request: HttpRequest) -> HttpResponse:
    """Over at once."""
    beside.end(request, resident_of(request).holder, now=_now())
    return SeeOther(reverse("support") if not resident_of(request).proxy_for else reverse("proxies-acting"))
