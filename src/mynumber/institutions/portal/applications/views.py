"""Pages of applications: begin, agree, fill, check, send, follow, correct, change, withdraw, ask."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.deadlines import window
from mynumber.foundation.procedures.definition import Delivery, Procedure
from mynumber.foundation.procedures.routing import may_begin
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.applications import (
    committing,
    drafts,
    finding,
    kept,
    outbox,
    showing,
    steps,
    towns,
)
from mynumber.institutions.portal.applications.models import Application, Happening, Standing
from mynumber.institutions.portal.applications.paying import narrowed, payment_of
from mynumber.institutions.portal.applications.view_parts import (
    closed,
    editable,
    moment,
    own,
    words_of,
)
from mynumber.institutions.portal.employers import inviting
from mynumber.institutions.portal.proxies import filing
from mynumber.protocols.applications import LetterForm
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import resident_only
from mynumber.webkit.errors import PageRefused, Said
from mynumber.webkit.face.journey import (
    CardPin,
    CardTap,
    Task,
    TaskList,
    TaskState,
)
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.face.parts import Cell, Column, Link, Table
from mynumber.webkit.filling import pages
from mynumber.webkit.filling import showing as filled

# --- beginning ---------------------------------------------------------------------------------------------------


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Begin a draft, or go on with the one that there is."""
    now, visit = moment(), resident_of(request)
    procedure = finding.procedure_on(procedure_id, drafts.today_of(now))
    if not may_begin(procedure):
        raise PageRefused(
            "ここからは申請できません",
            "この手続は、本人ではなく、勤務先や事業者が行います。",
            "手続の案内で、だれが行うかを確かめてください。",
            reason="not_for_residents",
            status=403,
            english=Said(
                "This cannot be applied for here",
                "An employer or a provider does this, not the person themself.",
                ("The guide to the procedure says who does it.",),
            ),
            easy=Said(
                "ここからは できません",
                "会社などが する 手つづきです。",
                ("手つづきの あんないを 見て ください。",),
            ),
        )
    if refused := filing.refusal(request, visit, procedure, now=now):
        return refused
    if request.method == "POST":
        application, is_new = drafts.begin(visit.account, procedure, now=now)
        filing.begun(request, visit, application, is_new=is_new, now=now)
        return SeeOther(reverse("application", args=[application.pk]))
    held = filing.of_visitor(request, visit, now=now).filter(procedure=procedure.id, live=True).first()
    context = {
        "procedure": procedure,
        "title": procedure.title.in_language(spoken()),
        "held": held,
        "papers": showing.papers_beforehand(procedure),
    }
    return page(request, "portal/applications/begin.html", visit, context)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Agree to what is asked from the office, and hand over who applies."""
    now = moment()
    application = editable(request, ident)
    if application.sequence:
        raise closed(application)
    words = words_of(application)
    if request.method == "POST":
        return SeeOther(committing.ask_consent(request, application, title=str(words["title"]), now=now))
    procedure = drafts.procedure_of(application)
    spoke = spoken()
    filled = [
        field.label.in_language(spoke)
        for _, field in procedure.every_field()
        if field.how.is_prefilled and not isinstance(field.source, Delivery)
    ]
    context = words | {
        "filled": filled,
        "step": CardTap(
            say("あなたを確かめ、役所の情報を取り寄せる", "Identify you, and ask the office"),
            CardPin.SIGNATURE,
            before=CardPin.AUTHENTICATION,
        ),
    }
    if filing.of(application) is not None:
        context |= filing.consent_of(application, now=now)
        return page(request, "portal/proxies/consent.html", resident_of(request), context)
    return page(request, "portal/applications/consent.html", resident_of(request), context)


@resident_only
@transaction.non_atomic_requests  # the body is asked
@require_POST
def prefill(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Ask the office once more."""
    application = editable(request, ident)
    drafts.prefill(application, now=moment())
    return SeeOther(reverse("application", args=[ident]))


# --- my applications ---------------------------------------------------------------------------------------------


@resident_only
@transaction.non_atomic_requests  # what waits is delivered
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """わたしの申請: what I have to do, what is under way and who has it until when, what is over."""
    visit = resident_of(request)
    rows: list[list[Cell]] = []
    todo: list[tuple[Application, str]] = []
    for each in filing.of_visitor(request, visit, now=moment()).order_by("-begun_at")[:100]:
        # The person sees who goes on with a draft that is not in their own hands.
        made_by = "" if visit.actor else filing.words_of(each).get("proxy", "")
        title = drafts.procedure_of(each).title.in_language(spoken())
        link = Link(title, reverse("application", args=[each.pk]))
        until = None if each.is_on_its_way else each.expected_by
        holder = (each.editing and made_by) or showing.holder_of(each) or None
        rows.append([link, showing.chip_of(each), holder, until, each.receipt or None])
        if each.editing and not made_by:
            todo.append((each, title))
    table = Table.build(
        say("申請の一覧（新しい順）", "Your applications, newest first"),
        [
            say("手続", "Procedure"),
            say("状態", "State"),
            say("いま持っているところ", "Now with"),
            Column(say("いつまで", "Until")),
            say("受付番号", "Receipt number"),
        ],
        rows,
    )
    context = {"table": table if rows else None, "todo": todo}
    return page(request, "portal/applications/mine.html", visit, context)


@resident_only
@transaction.non_atomic_requests  # bodies are asked
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask the offices how things stand, and deliver what waits."""
    now, account = moment(), resident_of(request).account
    for each in Application.objects.filter(account=account, sent_at__isnull=False):
        outbox.deliver_due(now=now, application=each)
    try:
        steps.follow(account, now=now)
    except Refused as refused:
        raise PageRefused(
            "いまの状態を確かめられませんでした",
            refused.reason.sentence_ja,
            "少し待ってから、もう一度試してください。届いた分は、申請のページに載っています。",
            reason=refused.reason.value,
            status=503,
            hop=refused.hop.label_ja,
            english=Said(
                "How it stands could not be asked",
                "The office's system, or the way to it, did not answer.",
                ("Wait a little and try again. What has arrived is on the application's page.",),
            ),
            easy=Said(
                "いまの ようすが わかりませんでした",
                "やくしょの システムから こたえが ありません。",
                ("すこし まって、もう いちど して ください。",),
            ),
        ) from None
    return SeeOther(reverse("applications"))


@resident_only
@transaction.non_atomic_requests  # the office is asked, and what waits is delivered
@require_safe
def application(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One application: as a draft its task list, afterwards who has it, what happened, what may be done."""
    now, visit = moment(), resident_of(request)
    held = own(request, ident)
    if held.editing and visit.actor is None and filing.of(held) is not None:
        return SeeOther(reverse("application-check", args=[held.pk]))
    if held.editing and held.agreed_at and held.prefilled_at is None and held.body:
        drafts.prefill(held, now=now)
        held.refresh_from_db()
    if not held.editing and held.sent_at:
        outbox.deliver_due(now=now, application=held)
        held.refresh_from_db()
    words = words_of(held)
    if held.at_counter:
        return page(request, "portal/applications/at_counter.html", visit, words)
    if held.editing and held.agreed_at is None:
        return SeeOther(reverse("application-consent", args=[held.pk]))
    if held.editing:
        tasks = _tasks(held, now)
        following = tasks["next"]
        if "on" in request.GET and isinstance(following, Task):
            return SeeOther(following.link)
        return page(
            request, "portal/applications/tasks.html", visit, words | tasks | {"payment": payment_of(held)}
        )
    return page(request, "portal/applications/status.html", visit, words | _status(held, request))


def _tasks(held: Application, now: datetime) -> dict[str, object]:
    content = kept.content_of(held)
    reading = drafts.reading_of(held, content, now=now)
    procedure = reading.procedure
    spoke = spoken()
    tasks = []
    for section, fields in pages.sections(procedure):
        state = pages.state_of(section, fields, content, reading)
        if state is not None:
            url = reverse("application-section", args=[held.pk, section.id])
            tasks.append(Task(section.title.in_language(spoke), url, state))
    asked = inviting.task(held, reading) if filing.of(held) is None else None
    tasks += [asked] if asked else []
    if wanted := drafts.wanted_papers(held, reading):
        missing = drafts.missing_papers(held, reading)
        state = TaskState.TODO if missing else TaskState.DONE
        hint = pages.papers_hint(wanted, missing)
        tasks.append(
            Task(say("書類", "Papers"), reverse("application-documents", args=[held.pk]), state, hint)
        )
    # Certificates are asked of others: who has them on paper sends without.
    ready = all(task.state is TaskState.DONE for task in tasks if task is not asked) and bool(held.body)
    tasks.append(
        Task(
            say("内容を確かめて送る", "Check and send", "たしかめて おくる"),
            reverse("application-check", args=[held.pk]),
            TaskState.TODO if ready else TaskState.LOCKED,
        )
    )
    tasks = narrowed(held, content.marks, tasks)
    term = window(procedure, reading.values, on=drafts.today_of(now))
    return {
        "tasks": TaskList.of(say("すること", "What to do"), tasks),
        "next": next(
            (task for task in tasks if task is not asked and task.state is not TaskState.DONE and task.link),
            None,
        ),
        "unknown": len(content.unknown),
        "filled": len(content.origins),
        "closes": term.closes,
        "late": term.closes is not None and drafts.today_of(now) > term.closes,
        "marks": [
            (_place(held, procedure, path), filled.label_of(procedure, path), words)
            for path, words in content.marks.items()
        ],
        "correction": _correction(held),
        "instead": _instead(held, now),
        "refused": _last_refused(held),
    }


def _place(held: Application, procedure: Procedure, path: str) -> str:
    """Address of the answer at a numbered path; "" for what stands on no page."""
    top = path.partition(".")[0]
    return next(
        (
            f"{reverse('application-section', args=[held.pk, section.id])}#id_{path}"
            for section, fields in pages.sections(procedure)
            if any(field.id == top for field in fields)
        ),
        "",
    )


def _instead(held: Application, now: datetime) -> str:
    """Whom to ask, where the municipality does not take it online; "" where nothing is known of that."""
    applicant = kept.applicant_of(held)
    if held.body or applicant is None:
        return ""
    local = towns.locally(drafts.preset_of(held), applicant.address, on=drafts.today_of(now))
    return local.instead.in_language(spoken()) if local.instead else ""


def _last_refused(held: Application) -> str:
    """Why the last sending did not arrive; "" if it did."""
    last = held.sendings.order_by("-sent_at").first()
    return last.refused if last else ""


def _correction(held: Application) -> object:
    if held.standing != Standing.CORRECTION:
        return None
    asked = held.steps.filter(step__in=("correction_asked", "payment_returned")).order_by("-number").first()
    return steps.told_of(asked) if asked else None


def _status(held: Application, request: HttpRequest) -> dict[str, object]:
    told = [(step, steps.told_of(step)) for step in held.steps.order_by("number")]
    decided = [one for _, one in told if one.step in steps.DECIDED]
    lines = [showing.step_line(one) for _, one in reversed(told)]
    arrived = steps.untold_arrival(held, told[-1][1] if told else None)
    if arrived is not None:
        lines.insert(0, showing.step_line(arrived))
    return {
        # The address is kept in the browser's history: it tells nothing new once the office has decided or asked back.
        "sent": "sent" in request.GET and (held.is_on_its_way or held.standing == Standing.UNDER_WAY),
        "lines": lines,
        "letters": [(step.number, one) for step, one in told if step.has_letter],
        "decision": decided[-1] if decided else None,
        "outcome": showing.outcome_of(decided[-1]) if decided else "",
        "waiting": held.sendings.filter(arrived_at=None, refused="").exists(),
        "may_amend": held.standing == Standing.UNDER_WAY,
        "payment": payment_of(held),
        "may_withdraw": held.standing in (Standing.UNDER_WAY, Standing.CORRECTION),
        "withdrawing": held.writings.filter(kind=LetterForm.WITHDRAWAL.value, refused="").exists(),
        "may_ask": held.standing != Standing.ENDED,
        "asked": held.writings.filter(kind=LetterForm.QUESTION.value).order_by("-at"),
        "happenings": Happening.objects.filter(application=held).order_by("-at", "-pk"),
        "holder": showing.holder_of(held),
        "expected_by": None if held.is_on_its_way else held.expected_by,
    }
