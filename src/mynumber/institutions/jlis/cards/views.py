"""Pages of card production: for applicants, and for the staff of J-LIS."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import find
from mynumber.institutions.jlis.cards import applications, loss, worker
from mynumber.institutions.jlis.cards.applications import WebRefusal, WebRefused
from mynumber.institutions.jlis.cards.forms import ApplyForm, LossForm, ReviewForm, StatusForm
from mynumber.institutions.jlis.cards.models import (
    OPEN_STATES,
    STATES,
    Application,
    ApplicationForm,
    LossCall,
    LossOutcome,
    ProductionJob,
)
from mynumber.protocols.card_life import CardState
from mynumber.protocols.residents import FourAttributes
from mynumber.webkit.access import public, staff_only
from mynumber.webkit.face.parts import Cell, Chip, Kind, Link, Step, StepState, Table
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember

CLERKS: Final = ("case_worker", "supervisor")
ROWS: Final = 50
_WHY: Final = {
    WebRefusal.UNKNOWN: "申請書IDと生年月日の組み合わせが見つかりません。申請書をもう一度見て入力してください。"
    f"{applications.GUESSES}回誤ると、その申請書IDは使えなくなります。",
    WebRefusal.OPEN: "この申請書の人の申請は、すでに受け付けています。申請の状況を確かめてください。",
    WebRefusal.CARD_IN_USE: "すでにカードを持っている人です。更新や再交付は、市区町村の窓口で申請してください。",
    WebRefusal.NOT_RESIDENT: "転出などにより、この申請書は使えません。いまの市区町村の窓口で相談してください。",
}
_MEANINGS: Final = {
    CardState.APPLIED: "申請を受け付け、写真を確かめています。",
    CardState.RETURNED_TO_APPLICANT: "写真を直す必要があります。同じ申請書IDで、もう一度申請してください。",
    CardState.IN_PRODUCTION: "カードを作っています。",
    CardState.DELIVERED: "カードができ、市区町村に届いています。市区町村からの交付通知書を持って、窓口で受け取ってください。",
    CardState.HANDED_OVER: "カードを受け取りました。",
    CardState.ENDED: "この申請は取りやめられました。",
}
_WAY: Final = (CardState.APPLIED, CardState.IN_PRODUCTION, CardState.DELIVERED, CardState.HANDED_OVER)
_TITLES: Final = ("申請の受付", "製造", "市区町村に到着", "受け取り")
_KINDS: Final = {
    CardState.APPLIED: Kind.INFO,
    CardState.RETURNED_TO_APPLICANT: Kind.WARN,
    CardState.IN_PRODUCTION: Kind.INFO,
    CardState.DELIVERED: Kind.SUCCESS,
    CardState.HANDED_OVER: Kind.SUCCESS,
    CardState.ENDED: Kind.NEUTRAL,
}


# --- applicants -------------------------------------------------------------------------------------------------


@public  # explains, and leads on
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What one can do here."""
    return render(request, "jlis/cards/home.html")


@public  # whoever has the form and knows the birth date; the municipality identifies the person at hand-over
@transaction.non_atomic_requests  # a wrong birth date is counted although it is refused
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply_page(request: HttpRequest) -> HttpResponse:
    """交付申請 with the 申請書ID."""
    form = ApplyForm(_sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            application = applications.apply_on_the_net(
                form.cleaned_data["application_id"],
                form.cleaned_data["birth_date"],
                form.cleaned_data["photo"],
                signature_certificate=form.cleaned_data["signature_certificate"],
                ring=this_node().keyring,
                at=timezone.now(),
            )
        except WebRefused as refused:
            form.add_error(None, _WHY[refused.reason])
        else:
            return render(request, "jlis/cards/applied.html", {"application": application})
    return render(request, "jlis/cards/apply.html", {"form": form}, status=422 if form.errors else 200)


@public  # an ID has 17 digits that nobody guesses, and its state names nobody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status_page(request: HttpRequest) -> HttpResponse:
    """申請状況の照会: by POST, so that the ID stands in no address."""
    form = StatusForm(_sent(request))
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        application_id = form.cleaned_data["application_id"]
        application = Application.objects.filter(application_id=application_id).first()
        if application is not None:
            state = CardState(application.state)
            context |= {
                "application": application,
                "chip": Chip(STATES[state], _KINDS[state]),
                "meaning": _MEANINGS[state],
                "way": _way(application),
            }
        elif ApplicationForm.objects.filter(application_id=application_id).exists():
            context["unused"] = True
        else:
            form.add_error(
                "application_id", "この申請書IDの申請は見つかりません。申請書をもう一度見てください。"
            )
    return render(request, "jlis/cards/status.html", context, status=422 if form.errors else 200)


def _way(application: Application) -> list[Step]:
    state = CardState(application.state)
    if state is CardState.ENDED:
        return [Step("取りやめ", "", StepState.STOPPED, application.state_since)]
    reached = 0 if state is CardState.RETURNED_TO_APPLICANT else _WAY.index(state)
    steps = []
    for number, title in enumerate(_TITLES):
        if number < reached or state is CardState.HANDED_OVER:
            standing = StepState.DONE
        elif number > reached:
            standing = StepState.AHEAD
        else:
            standing = StepState.STOPPED if state is CardState.RETURNED_TO_APPLICANT else StepState.NOW
        text = application.detail if standing is StepState.STOPPED else ""
        at = application.state_since if number == reached else None
        steps.append(Step(title, text, standing, at))
    return steps


# --- the staff of J-LIS -----------------------------------------------------------------------------------------


@staff_only
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for a look, what stands in the queue, what cannot be made."""
    waiting = Application.objects.filter(state=CardState.APPLIED.value).order_by("state_since", "pk")
    jobs = ProductionJob.objects.select_related("application").order_by("not_before", "pk")
    counts = {words: Application.objects.filter(state=state.value).count() for state, words in STATES.items()}
    page = Paginator(waiting, ROWS).get_page(request.GET.get("page"))
    rows: list[list[Cell]] = [
        [
            Link(f"申請 {application.pk}", reverse("cards:application", args=[application.pk])),
            application.get_channel_display(),
            application.applied_at,
        ]
        for application in page
    ]
    queue: list[list[Cell]] = [
        [
            Link(f"申請 {job.application_id}", reverse("cards:application", args=[job.application_id])),
            job.queued_at,
            Chip(f"{job.attempts}回失敗（{job.problem}）", Kind.ERROR)
            if job.attempts
            else Chip("順番待ち", Kind.INFO),
        ]
        for job in jobs[:ROWS]
    ]
    context = {
        "counts": counts.items(),
        "waiting": Table.build("写真の確認を待つ申請（古い順）", ["申請", "方法", "申請日時"], rows),
        "page": page,
        "queue": Table.build("製造待ち", ["申請", "入った日時", "状態"], queue),
        "queued": jobs.count(),
    }
    return render(request, "jlis/cards/desk.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def application_page(request: HttpRequest, number: int) -> HttpResponse:
    """One application with its photo: approve, send back, withdraw. The page names nobody: a photo is compared with the rules alone."""
    application = get_object_or_404(Application.objects.select_for_update(), pk=number)
    form = ReviewForm(_sent(request))
    staff = _staff(request)
    if request.method == "POST" and staff.role in CLERKS and form.is_valid():
        by, at = f"jlis/{staff.username}", timezone.now()
        match form.cleaned_data["decision"]:
            case "approve":
                applications.approve(application, by=by, at=at)
                transaction.on_commit(worker.wake)
            case "return":
                applications.send_back(
                    application, dict(ReviewForm.DETAILS)[form.cleaned_data["detail"]], by=by, at=at
                )
            case _:
                if application.state in {state.value for state in OPEN_STATES}:
                    applications.withdraw(application, by=by, at=at)
        return HttpResponseRedirect(reverse("cards:application", args=[number]))
    state = CardState(application.state)
    events: list[list[Cell]] = [
        [event.at, event.get_kind_display(), _who(event.noted_by)]
        for event in application.events.order_by("-at", "-pk")
    ]
    context = {
        "application": application,
        "chip": Chip(STATES[state], _KINDS[state]),
        "has_photo": hasattr(application, "photo"),
        "job": ProductionJob.objects.filter(application=application).first(),
        "may_decide": staff.role in CLERKS and application.state in {s.value for s in OPEN_STATES},
        "form": form,
        "events": Table.build("経過（新しい順）", ["日時", "できごと", "だれが"], events),
    }
    return render(request, "jlis/cards/application.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def photo(request: HttpRequest, number: int) -> HttpResponse:
    """The photo of an open application."""
    application = get_object_or_404(Application, pk=number)
    found = applications.photo_of(application, this_node().keyring)
    if found is None:
        raise Http404
    response = HttpResponse(found.content, content_type=found.content_type)
    response["Content-Disposition"] = "inline"
    return response


@staff_only(*CLERKS)
@require_POST
def try_again(request: HttpRequest, number: int) -> HttpResponse:
    """Let a failed card be tried now."""
    ProductionJob.objects.filter(application_id=number).update(not_before=timezone.now())
    transaction.on_commit(worker.wake)
    return HttpResponseRedirect(reverse("cards:application", args=[number]))


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def loss_page(request: HttpRequest) -> HttpResponse:
    """紛失・一時停止の受付, at any hour."""
    form = LossForm(_sent(request))
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        outcome = loss.take_call(
            FourAttributes(
                name=data["name"], address=data["address"], birth_date=data["birth_date"], sex=data["sex"]
            ),
            called_back=data["called_back"] == "yes",
            taken_by=_staff(request).username,
            at=timezone.now(),
        )
        context |= {"outcome": outcome, "suspended": outcome in _RESTING, "form": LossForm()}
    calls = LossCall.objects.order_by("-at", "-pk")[:20]
    rows: list[list[Cell]] = [[call.at, call.get_outcome_display(), call.taken_by] for call in calls]
    context["calls"] = Table.build("最近の電話（新しい順）", ["日時", "結果", "受けた職員"], rows)
    return render(request, "jlis/cards/loss.html", context, status=422 if form.errors else 200)


_RESTING: Final = (LossOutcome.SUSPENDED, LossOutcome.ALREADY)


def _who(noted_by: str) -> str:
    """Who did something, for the staff."""
    kind, _, rest = noted_by.partition(".")
    if kind == "municipality":
        return find(rest).name
    return {"applicant": "申請した人", "jlis": "自動"}.get(noted_by, noted_by.removeprefix("jlis/"))


def _sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form is a form as well."""
    return request.POST if request.method == "POST" else None


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff
