"""Pages of life events: what is due, the set of drafts, the questions that they share, one card for all."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.definition import LifeEvent
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, current_visit, resident_of
from mynumber.institutions.portal.applications import drafts, outbox, showing
from mynumber.institutions.portal.applications.committing import NotReady
from mynumber.institutions.portal.bundles import committing, due, sets
from mynumber.institutions.portal.bundles.models import Bundle
from mynumber.institutions.portal.bundles.sets import Member
from mynumber.webkit.access import public, resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.fields import WarekiDateField
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.journey import CardPin, CardTap, Task, TaskList, TaskState
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.filling import pages
from mynumber.webkit.filling.content import read
from mynumber.webkit.filling.pages import REJECTED
from mynumber.webkit.headers import never_kept

_WHEN = {
    LifeEvent.MOVING: ("引っ越した日（引っ越す日）", "Day of moving", "ひっこした 日（ひっこす 日）"),
    LifeEvent.BIRTH: (
        "お子さんが生まれた日（予定日）",
        "Day of birth, or due date",
        "子どもが 生まれた 日（生まれる 日）",
    ),
    LifeEvent.DEATH: ("亡くなった日", "Day of death", "人が なくなった 日"),
}


class DayForm(PlainForm):
    """When it happened."""

    on = WarekiDateField(label="", required=False, earliest=date(1990, 1, 1), latest=date(2100, 1, 1))


def _now() -> datetime:
    return datetime.now(UTC)


def _event(name: str) -> LifeEvent:
    try:
        found = LifeEvent(name)
    except ValueError:
        raise Http404 from None
    if found not in due.EVENTS:
        raise Http404
    return found


def _day_form(request: HttpRequest, event: LifeEvent) -> tuple[DayForm, date | None]:
    form = DayForm(request.GET if "on" in request.GET else None)
    form.fields["on"].label = say(*_WHEN[event])
    on = form.cleaned_data.get("on") if form.is_bound and form.is_valid() else None
    return form, on


@public  # what an event makes due is for everybody to read
@never_kept  # the head of the page says who is signed in
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """暮らしのできごと."""
    visit = current_visit(request, now=_now())
    today = drafts.today_of(_now())
    listed = [
        (
            each.value,
            showing.life_event(each),
            [
                one.procedure.title.in_language(spoken())
                for one in due.of_event(each, on=today)
                if one.offered
            ],
        )
        for each in due.EVENTS
    ]
    held = list(Bundle.objects.filter(account=visit.account, live=True)) if visit and visit.by_card else []
    context = {
        "events": listed,
        "held": [(each.pk, showing.life_event(LifeEvent(each.event))) for each in held],
    }
    return page(request, "portal/bundles/events.html", visit, context)


@public  # the same for everybody; a day stands in the address alone
@never_kept  # the head of the page says who is signed in
@require_safe
def event(request: HttpRequest, name: str) -> HttpResponse:
    """Everything due for an event: until when, at which office."""
    visit, chosen = current_visit(request, now=_now()), _event(name)
    form, on = _day_form(request, chosen)
    given = _given(request, chosen)
    query = urlencode({**({"on": on.isoformat()} if on else {}), **_as_words(given)})
    context = {
        "event": chosen.value,
        "event_words": showing.life_event(chosen),
        "form": form,
        "on": on,
        "questions": [
            (field.id, field.label.in_language(spoken()), _as_words(given).get(field.id, ""))
            for field in due.questions_of(chosen, on=drafts.today_of(_now()))
        ],
        "query": f"?{query}" if query else "",
        "due": _due(chosen, on, given),
        "today": drafts.today_of(_now()),
    }
    response = page(request, "portal/bundles/event.html", visit, context)
    response.status_code = REJECTED if form.is_bound and form.errors else 200
    return response


def _given(request: HttpRequest, chosen: LifeEvent) -> dict[str, bool]:
    """The answers in the address."""
    asked = due.questions_of(chosen, on=drafts.today_of(_now()))
    return {
        field.id: request.GET[field.id] == "yes"
        for field in asked
        if request.GET.get(field.id) in ("yes", "no")
    }


def _as_words(given: dict[str, bool]) -> dict[str, str]:
    return {name: "yes" if said else "no" for name, said in given.items()}


def _due(chosen: LifeEvent, on: date | None, given: dict[str, bool]) -> list[due.Due]:
    return list(due.of_event(chosen, on=drafts.today_of(_now()), happened_on=on, given=given))


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Choose what to do together, and make the drafts."""
    visit, chosen, now = resident_of(request), _event(name), _now()
    _, on = _day_form(request, chosen)
    listed = _due(chosen, on, _given(request, chosen))
    refused = False
    if request.method == "POST":
        wanted = set(request.POST.getlist("procedure"))
        procedures = [each.procedure for each in listed if each.procedure.id in wanted]
        if procedures:
            made = sets.begin(visit.account, chosen, procedures, happened_on=on, now=now)
            return SeeOther(reverse("bundle", args=[made.pk]))
        refused = True
    context = {
        "event": chosen.value,
        "event_words": showing.life_event(chosen),
        "on": on,
        "due": listed,
        "refused": refused,
        "here": request.get_full_path(),
    }
    response = page(request, "portal/bundles/begin.html", visit, context)
    response.status_code = REJECTED if refused else 200
    return response


# --- a set --------------------------------------------------------------------------------------------------------


def _own(request: HttpRequest, ident: UUID) -> Bundle:
    """The visitor's own set. Raises Http404 for another's, as for none."""
    found = Bundle.objects.filter(pk=ident, account=resident_of(request).account).first()
    if found is None:
        raise Http404
    return found


@resident_only
@transaction.non_atomic_requests  # offices are asked, and what waits is delivered
@require_safe
def bundle(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The set: what is to be done, how far it is."""
    now, held = _now(), _own(request, ident)
    for member in sets.members(held, now=now):
        application = member.application
        if (
            application.editing
            and application.agreed_at
            and application.prefilled_at is None
            and application.body
        ):
            drafts.prefill(application, now=now)
        elif not application.editing and application.sent_at:
            outbox.deliver_due(now=now, application=application)
    members = sets.members(held, now=now)
    opened = sets.open_members(members)
    ready = sets.ready(members, now=now)
    agreed = all(each.application.agreed_at for each in opened)
    kept = sets.kept_of(held)
    tasks = _tasks(held, opened, now) if opened and agreed else []
    signing = any(each.procedure.signature.value == "signature" for each, _ in ready)
    context = {
        "bundle": held,
        "event_words": showing.life_event(LifeEvent(held.event)),
        "happened_on": kept.happened_on,
        "told_otherwise": sets.told_otherwise(held, members),
        "agreed": agreed,
        "opened": len(opened),
        "members": [
            (
                each,
                each.procedure.title.in_language(spoken()),
                showing.chip_of(each.application),
                showing.holder_of(each.application),
            )
            for each in members
            if each not in opened
        ],
        "total": len(members),
        "done": len(members) - len(opened),
        "tasks": TaskList.of(say("まとめてすること", "What to do", "する こと"), tasks) if tasks else None,
        "ready": [(each.application.pk, each.procedure.title.in_language(spoken())) for each, _ in ready],
        "consent_step": CardTap(
            say("あなたを確かめ、役所の情報を取り寄せる", "Identify you, and ask the offices"),
            CardPin.SIGNATURE,
            before=CardPin.AUTHENTICATION,
        ),
        "send_step": CardTap(
            say(f"{len(ready)}件の申請を送る", f"Send {len(ready)} applications"),
            CardPin.SIGNATURE if signing else CardPin.AUTHENTICATION,
        ),
        "sent": "sent" in request.GET,
        "back": "back" in request.GET,
    }
    return page(request, "portal/bundles/bundle.html", resident_of(request), context)


def _tasks(held: Bundle, opened: tuple[Member, ...], now: datetime) -> list[Task]:
    reading, _, questions = sets.shared_form(held, opened, now=now)
    tasks = []
    if questions:
        done = sets.kept_of(held).seen and reading.is_complete
        seen = sets.kept_of(held).seen
        tasks.append(
            Task(
                say(
                    "共通の質問（一度だけ答えます）",
                    "Shared questions, answered once",
                    "おなじ しつもん（1回だけ）",
                ),
                reverse("bundle-questions", args=[held.pk]),
                TaskState.DONE if done else TaskState.STARTED if seen else TaskState.TODO,
            )
        )
    for each in opened:
        lacking = each.lacking + len(drafts.missing_papers(each.application, each.reading))
        hint = say(f"残り{lacking}件", f"{lacking} left", f"あと {lacking}") if lacking else ""
        if not each.application.body:
            hint = say("窓口で申請してください。", "Apply at the counter.", "まどぐちで して ください。")
        tasks.append(
            Task(
                each.procedure.title.in_language(spoken()),
                reverse("application", args=[each.application.pk]),
                TaskState.DONE if not lacking and each.application.body else TaskState.TODO,
                hint,
            )
        )
    return tasks


@resident_only
@require_POST
def consent(request: HttpRequest, ident: UUID) -> HttpResponse:
    """To the device: who applies, once for all drafts."""
    held = _own(request, ident)
    title = f"{showing.life_event(LifeEvent(held.event))}のときの手続"
    return SeeOther(committing.ask_consent(request, held, title=title, now=_now()))


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The questions that several of the drafts ask, once."""
    now, held = _now(), _own(request, ident)
    opened = sets.open_members(sets.members(held, now=now, lock=request.method == "POST"))
    if not opened:
        return SeeOther(reverse("bundle", args=[ident]))
    reading, content, shared = sets.shared_form(held, opened, now=now)
    fields, today = reading.procedure.field, drafts.today_of(now)
    if request.method == "POST":
        taken = pages.take_page(
            fields,
            reading,
            content,
            request.POST,
            read=partial(read, reading.procedure, today=today),
            today=today,
        )
        sets.share(held, opened, content, shared, now=now)
        form = taken.form
        if taken.valid:
            more = any(problem.path not in form.plan.fields for problem in taken.reading.all_problems)
            name = "bundle-questions" if more else "bundle"
            return SeeOther(reverse(name, args=[ident]))
    else:
        form = pages.blank(fields, reading, content, today=today)
    context = {
        "bundle": held,
        "event_words": showing.life_event(LifeEvent(held.event)),
        "takers": [each.procedure.title.in_language(spoken()) for each in opened],
    } | pages.section_context(form)
    response = page(request, "portal/bundles/questions.html", resident_of(request), context)
    response.status_code = REJECTED if request.method == "POST" else 200
    return response


@resident_only
@require_POST
def sign(request: HttpRequest, ident: UUID) -> HttpResponse:
    """To the device: sign everything that is ready."""
    held = _own(request, ident)
    try:
        return SeeOther(committing.ask_to_commit(request, held, now=_now()))
    except NotReady:
        raise PageRefused(
            "まだ送れません",
            "送れるところまで進んだ申請がありません。",
            "まとめのページで、残っていることを確かめてください。",
            reason="not_ready",
            status=409,
            english=Said(
                "Nothing is ready to be sent",
                "None of the applications is far enough.",
                ("See on the page of the set what is left.",),
            ),
            easy=Said(
                "まだ おくれません",
                "おくれる ものが ありません。",
                ("まとめの ページで、のこりを 見て ください。",),
            ),
        ) from None


@resident_only
@require_POST
def close(request: HttpRequest, ident: UUID) -> HttpResponse:
    """End the set; the applications stay."""
    sets.close(_own(request, ident))
    return SeeOther(reverse("applications"))
