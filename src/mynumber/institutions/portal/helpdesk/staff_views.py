"""Pages of the portal's own staff: beside residents, feedback, questions, inquiries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.portal.account.sessions import JAPAN, SeeOther
from mynumber.institutions.portal.helpdesk import beside, feedback, inquiries, questions
from mynumber.institutions.portal.helpdesk.beside import NoSuchCode, TooOften
from mynumber.institutions.portal.helpdesk.forms import (
    SUBJECTS,
    AnswerForm,
    DecideForm,
    QuestionForm,
    SupportCodeForm,
)
from mynumber.institutions.portal.helpdesk.inquiries import NotTheirs, Subject
from mynumber.institutions.portal.helpdesk.models import (
    Feedback,
    FeedbackState,
    Inquiry,
    InquiryState,
    Question,
)
from mynumber.institutions.portal.helpdesk.telling import page_words
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Cell, Chip, Kind, Link, Table
from mynumber.webkit.staff.models import StaffMember

REJECTED: Final = 422


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return _now().astimezone(JAPAN).date()


def _staff(request: HttpRequest) -> StaffMember:
    return cast(StaffMember, request.staff)  # type: ignore[attr-defined]


def _page(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    return render(request, f"portal/helpdesk/staff/{template}.html", context, status=status)


@staff_only
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits: late inquiries, new feedback, questions to look at again."""
    waiting = inquiries.waiting()
    context = {
        "waiting": len(waiting),
        "late": sum(inquiries.is_late(each, _today()) for each in waiting),
        "new": Feedback.objects.filter(state=FeedbackState.NEW).count(),
        "overdue": questions.overdue_of(_staff(request), _today()),
        "overdue_of_all": len(questions.overdue(_today())),
    }
    return _page(request, "desk", context)


# --- beside --------------------------------------------------------------------------------------------------------


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Enter the code that a resident reads out."""
    form = SupportCodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = REJECTED
        if form.is_valid():
            try:
                found = beside.join(form.cleaned_data["code"], _staff(request), now=_now())
            except NoSuchCode:
                form.add_error("code", "この番号の支援はありません。番号と、10分の期限を確かめてください。")
            except TooOften:
                form.add_error(None, "まちがいが続いたため、1時間入力できません。")
            else:
                return SeeOther(reverse("staff-support", args=[found.pk]))
    return _page(request, "join", {"form": form}, status=status)


@staff_only
@require_safe
def see(request: HttpRequest, support_id: UUID) -> HttpResponse:
    """On which page the resident is, and which field is in error. Nothing else, and nothing can be done here."""
    try:
        found = beside.look(support_id, _staff(request), now=_now())
    except NoSuchCode:
        raise _OVER from None
    context = {"support": found, "page": page_words(found.page), "fields": found.fields}
    return _page(request, "beside", context)


@staff_only
@require_POST
def leave(request: HttpRequest, support_id: UUID) -> HttpResponse:
    """Step back."""
    beside.leave(support_id, _staff(request), now=_now())
    return SeeOther(reverse("staff-desk"))


_OVER = PageRefused(
    "この支援は終わっています",
    "10分が過ぎたか、利用者または職員が終わらせました。",
    "続けるときは、利用者に新しい番号を出してもらってください。",
    reason="support_over",
    status=404,
    title_en="This support has ended",
)


# --- feedback ------------------------------------------------------------------------------------------------------


@staff_only
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The board: new, planned, done, no."""
    columns = [
        (state.label, [(each, page_words(each.page)) for each in listed])
        for state, listed in feedback.board().items()
    ]
    return _page(request, "board", {"columns": columns})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def triage(request: HttpRequest, feedback_id: UUID) -> HttpResponse:
    """Decide about one."""
    found = Feedback.objects.filter(pk=feedback_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        form = DecideForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            feedback.decide(
                found.pk,
                FeedbackState(given["state"]),
                said=given["said"],
                did=given["did"],
                staff=_staff(request),
                now=_now(),
            )
            return SeeOther(reverse("staff-feedback"))
        return _page(
            request,
            "triage",
            {"form": form, "feedback": found, "about": page_words(found.page)},
            status=REJECTED,
        )
    form = DecideForm(initial={"state": found.state, "said": found.said, "did": found.did})
    return _page(request, "triage", {"form": form, "feedback": found, "about": page_words(found.page)})


# --- questions and answers -----------------------------------------------------------------------------------------


@staff_only
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """All of them, with owners and days."""
    today = _today()
    rows: list[list[Cell]] = []
    for each in Question.objects.select_related("owner").order_by("review_by"):
        due = Chip("見直しの期限切れ", Kind.WARN) if each.review_by < today else Chip("期限内", Kind.SUCCESS)
        rows.append(
            [
                Link(each.question, reverse("staff-question", args=[each.pk])),
                each.owner.display_name if each.owner else "（いない）",
                f"{each.review_by.year}年{each.review_by.month}月{each.review_by.day}日",
                due,
                "公開" if each.is_public else "非公開",
            ]
        )
    table = Table.build("よくある質問（見直しの近い順）", ["質問", "持ち主", "見直し", "状態", "公開"], rows)
    return _page(request, "questions", {"table": table if rows else None})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, question_id: int = 0) -> HttpResponse:
    """Write one, or look at it again: it is then theirs."""
    held = Question.objects.filter(pk=question_id).first() if question_id else None
    if question_id and held is None:
        raise Http404
    if request.method == "POST":
        form = QuestionForm(request.POST)
        if form.is_valid():
            made = held or Question()
            for name, value in form.cleaned_data.items():
                setattr(made, name, value)
            made.owner, made.reviewed_on = _staff(request), _today()
            made.save()
            return SeeOther(reverse("staff-questions"))
        return _page(request, "question", {"form": form, "held": held}, status=REJECTED)
    initial: dict[str, object] = {"review_by": _today() + questions.REVIEW_EVERY, "is_public": True}
    if held is not None:
        initial |= {
            name: getattr(held, name) for name in ("question", "answer", "easy", "english", "is_public")
        }
    return _page(request, "question", {"form": QuestionForm(initial=initial), "held": held})


# --- inquiries -----------------------------------------------------------------------------------------------------


@staff_only
@require_safe
def inquiry_list(request: HttpRequest) -> HttpResponse:
    """What residents asked, the most urgent first."""
    today = _today()
    rows: list[list[Cell]] = []
    for each in inquiries.waiting():
        late = (
            Chip("期限切れ", Kind.ERROR) if inquiries.is_late(each, today) else Chip("期限内", Kind.SUCCESS)
        )
        rows.append(
            [
                Link(str(SUBJECTS[Subject(each.about)]), reverse("staff-inquiry", args=[each.pk])),
                each.asked_at,
                f"{each.due_on.month}月{each.due_on.day}日",
                late,
                each.taken_by.display_name if each.taken_by else "（いない）",
            ]
        )
    table = Table.build("問い合わせ（期限の近い順）", ["なにについて", "日時", "期限", "状態", "担当"], rows)
    return _page(request, "inquiries", {"table": table if rows else None})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """Read one that is theirs, and answer it. What was asked shows only to who has taken it on."""
    found = Inquiry.objects.filter(pk=inquiry_id).first()
    if found is None:
        raise Http404
    mine = found.taken_by_id == _staff(request).pk
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            inquiries.answer(inquiry_id, _staff(request), form.cleaned_data["answer"], now=_now())
        except NotTheirs:
            raise _NOT_THEIRS from None
        return SeeOther(reverse("staff-inquiries"))
    context = {
        "inquiry": found,
        "about": SUBJECTS[Subject(found.about)],
        "mine": mine,
        "words": inquiries.words_of(found) if mine else "",
        "answer": inquiries.answer_of(found) if mine else "",
        "may_answer": mine and found.state == InquiryState.TAKEN,
        "may_take": found.state == InquiryState.ASKED,
        "form": form,
    }
    return _page(request, "inquiry", context, status=REJECTED if request.method == "POST" else 200)


@staff_only
@require_POST
def take_inquiry(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """Take it on."""
    try:
        inquiries.take(inquiry_id, _staff(request))
    except NotTheirs:
        raise _NOT_THEIRS from None
    return SeeOther(reverse("staff-inquiry", args=[inquiry_id]))


_NOT_THEIRS = PageRefused(
    "この問い合わせは担当できません",
    "ほかの職員が担当しているか、もう終わっています。",
    "問い合わせの一覧を確かめてください。",
    reason="not_theirs",
    status=409,
    title_en="Somebody else has this inquiry",
)
