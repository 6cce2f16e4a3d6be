"""Pages of the clerk at the counter for cards."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.casework.forms import SearchForm
from mynumber.institutions.municipality.counter import desk as desks
from mynumber.institutions.municipality.counter import sessions, stock
from mynumber.institutions.municipality.counter.forms import (
    ApplyForm,
    CertificatesForm,
    ChangeForm,
    CheckForm,
    PinsForm,
    ReturnForm,
)
from mynumber.institutions.municipality.counter.models import (
    LIVE,
    CardApplication,
    CounterEvent,
    ProcedureKind,
    ReaderSession,
    SessionState,
)
from mynumber.institutions.municipality.counter.procedures import STAGES, Wanted
from mynumber.institutions.municipality.counter.words import CARD_STATES, why_refused
from mynumber.institutions.municipality.register.changes import CannotChange, Change, change_entry, tell
from mynumber.institutions.municipality.register.models import Person
from mynumber.institutions.municipality.register.search import search
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.card_life import (
    REPORT_FOUND,
    REPORT_LOSS,
    RETURN_CARD,
    ApplicationReason,
    CardStanding,
    CardState,
    PinName,
    ReportFound,
    ReportLoss,
    ReturnCard,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Step, StepState
from mynumber.webkit.staff.models import StaffMember

CLERKS: Final = ("case_worker", "supervisor")
"""Roles that act; an auditor reads."""
_KINDS: Final = {
    "hand_over": ProcedureKind.HAND_OVER,
    "set_pins": ProcedureKind.SET_PINS,
    "renew": ProcedureKind.RENEW,
    "change_face": ProcedureKind.CHANGE_FACE,
    "remove": ProcedureKind.REMOVE_SIGNATURE,
}
_LEADS: Final = {
    ProcedureKind.HAND_OVER: "本人（または代理人）であることを書類で確かめてから始めます。カードは本人の端末に移り、暗証番号は本人が端末で決めます。",
    ProcedureKind.SET_PINS: "本人であることを書類で確かめてから始めます。新しい暗証番号は、本人が端末で決めます。職員は聞きません。",
    ProcedureKind.RENEW: "カードが新しい鍵をつくり、J-LISがその電子証明書を発行します。",
    ProcedureKind.CHANGE_FACE: "住民票のいまの内容を、J-LISが署名した命令でカードに書きます。",
    ProcedureKind.REMOVE_SIGNATURE: "署名用電子証明書と、その鍵・暗証番号をカードから消します。",
}


# --- lists ------------------------------------------------------------------------------------------------------


@staff_only
@require_safe
def home(request: HttpRequest, tenant: str) -> HttpResponse:
    """Cards that wait, applications under way, sessions that go on."""
    sessions.close_expired(timezone.now())
    applications = CardApplication.objects.select_related("person").order_by("applied_at", "pk")
    by_state = {
        state: list(applications.filter(state=state.value)[:200])
        for state in (
            CardState.DELIVERED,
            CardState.RETURNED_TO_APPLICANT,
            CardState.IN_PRODUCTION,
            CardState.APPLIED,
        )
    }
    return render(
        request,
        "municipality/counter/home.html",
        {
            **_town(tenant),
            "groups": [(CARD_STATES[state], found) for state, found in by_state.items() if found],
            "sessions": ReaderSession.objects.filter(state__in=LIVE)
            .exclude(person=None)
            .select_related("person", "clerk")
            .order_by("opened_at"),
            "form": SearchForm(),
            "looked": request.GET.get("looked", ""),
            "may_act": _staff(request).role in CLERKS,
        },
    )


@staff_only(*CLERKS)
@require_POST
def look(request: HttpRequest, tenant: str) -> HttpResponse:
    """Ask J-LIS what lies ready, and take it in."""
    try:
        found = stock.look_for_arrivals(tenant, now=timezone.now())
    except Refused as refused:
        raise _jlis_said_no(refused) from None
    return HttpResponseRedirect(reverse("counter:cards", args=[tenant]) + f"?looked={found.arrived}")


@staff_only
@require_safe
def residents(request: HttpRequest, tenant: str) -> HttpResponse:
    """Search the register for whose card it is about."""
    form = SearchForm(request.GET or None)
    context: dict[str, object] = {**_town(tenant), "form": form}
    if form.is_bound and form.is_valid():
        context["found"] = search(form.cleaned_data["words"], form.cleaned_data["birth"])
    return render(request, "municipality/counter/residents.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def resident(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """One resident's cards, what they mean and what comes next."""
    person = _person(addressee)
    sessions.close_expired(timezone.now())
    desk = desks.look(person)
    may_act = _staff(request).role in CLERKS
    context = {
        **_person_context(tenant, person),
        "desk": desk,
        "actions": desks.actions(desk, tenant, today=timezone.localdate()) if may_act else (),
        "records": desks.records_of(person),
        "may_act": may_act,
        "done": request.GET.get("done", ""),
    }
    return render(request, "municipality/counter/resident.html", context)


# --- applications -----------------------------------------------------------------------------------------------


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """Take an application for the resident."""
    person = _resident(addressee)
    form = ApplyForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        accepted = form.cleaned_data.get("accepted")
        photo = accepted.content if accepted else stock.placeholder_photo(person.persona or str(person.pk))
        try:
            stock.apply(
                person,
                photo,
                reason=ApplicationReason(form.cleaned_data["reason"]),
                signature_certificate=form.cleaned_data["signature_certificate"],
                clerk=_staff(request),
                at=timezone.now(),
            )
        except stock.NoNumber:
            raise NO_NUMBER from None
        except Refused as refused:
            raise _jlis_said_no(refused) from None
        return _back(tenant, addressee, "applied")
    returned = CardApplication.objects.filter(
        person=person, state=CardState.RETURNED_TO_APPLICANT.value
    ).first()
    context = {**_person_context(tenant, person), "form": form, "returned": returned}
    return render(request, "municipality/counter/apply.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def application_form(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """交付申請書: make one out and show it, to be printed."""
    person = _resident(addressee)
    context: dict[str, object] = _person_context(tenant, person)
    if request.method == "POST":
        try:
            context["application_id"] = stock.new_form(person, clerk=_staff(request), at=timezone.now())
        except stock.NoNumber:
            raise NO_NUMBER from None
        except Refused as refused:
            raise _jlis_said_no(refused) from None
    return render(request, "municipality/counter/form.html", context)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, tenant: str, application_id: str) -> HttpResponse:
    """交付通知書: make it out once, then show it as often as it is to be printed."""
    application = get_object_or_404(
        CardApplication.objects.select_related("person"),
        application_id=application_id,
        state=CardState.DELIVERED.value,
    )
    if request.method == "POST" and application.noticed_at is None:
        application.noticed_at = timezone.now()
        application.save(update_fields=["noticed_at"])
        stock.record(
            application.person,
            CounterEvent.NOTICE,
            clerk=_staff(request),
            at=application.noticed_at,
            card_serial=application.card_serial,
        )
    context = {**_person_context(tenant, application.person), "application": application}
    return render(request, "municipality/counter/notice.html", context)


# --- procedures on the reader -----------------------------------------------------------------------------------


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, tenant: str, addressee: str, kind: str) -> HttpResponse:
    """Record how the holder was identified and open a session."""
    person = _person(addressee)
    procedure = _KINDS.get(kind)
    if procedure is None:
        raise Http404
    desk = desks.look(person)
    if desk.problem:
        raise PageRefused(
            "いまは手続きを始められません",
            desk.problem,
            "少し待ってから、もう一度始めてください。",
            reason="jlis says nothing",
            status=503,
        )
    card = desk.delivered if procedure is ProcedureKind.HAND_OVER else desk.card
    if card is None or (procedure is not ProcedureKind.HAND_OVER and card.state is not CardState.HANDED_OVER):
        raise PageRefused(
            "この手続きができるカードがありません",
            "カードの状態が変わったか、この手続きの対象になるカードがありません。",
            "住民のページで、カードの状態を確かめてください。",
            reason="no such card",
            status=409,
        )
    form = _form_of(procedure, card, request)
    if request.method == "POST" and form.is_valid():
        try:
            opened = sessions.open_session(
                procedure,
                _wanted(procedure, card, form),
                person=person,
                application=desk.application if procedure is ProcedureKind.HAND_OVER else None,
                card_serial=card.card_serial or "",
                clerk=_staff(request),
                at=timezone.now(),
            )
        except sessions.AlreadyOpen:
            raise PageRefused(
                "この人の手続きは、すでに始まっています",
                "一枚のカードに、同時に二つの手続きはできません。",
                "住民のページから、進んでいる手続きを開くか、取りやめてください。",
                reason="already open",
                status=409,
            ) from None
        return HttpResponseRedirect(reverse("counter:card-session", args=[tenant, opened.session.ticket]))
    context = {
        **_person_context(tenant, person),
        "form": form,
        "procedure": procedure,
        "lead": _LEADS[procedure],
        "card": card,
    }
    return render(request, "municipality/counter/begin.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def session(request: HttpRequest, tenant: str, ticket: UUID) -> HttpResponse:
    """The reader's page: the code, and how far the procedure is."""
    found = _session(ticket)
    person = found.person
    if person is None:
        raise Http404
    context = {
        **_person_context(tenant, person),
        **session_context(found),
        "may_act": _staff(request).role in CLERKS,
    }
    return render(request, "municipality/counter/session.html", context)


@staff_only(*CLERKS)
@require_POST
def cancel(request: HttpRequest, tenant: str, ticket: UUID) -> HttpResponse:
    """End a session."""
    sessions.cancel(_session(ticket), at=timezone.now())
    return HttpResponseRedirect(reverse("counter:card-session", args=[tenant, ticket]))


def session_context(found: ReaderSession) -> dict[str, object]:
    """What the page of a session shows, at the counter and at a kiosk."""
    live = found.state in LIVE
    stages = STAGES[ProcedureKind(found.kind)]
    position = next((n for n, (key, _) in enumerate(stages) if key == found.stage), -1)
    stopped = found.state in (SessionState.FAILED, SessionState.CANCELLED, SessionState.EXPIRED)

    def state_of(number: int) -> StepState:
        if number < position or found.state == SessionState.DONE:
            return StepState.DONE
        if number > position:
            return StepState.AHEAD
        return StepState.STOPPED if stopped else StepState.NOW

    # Once a device has it, nobody else needs to read it.
    code = sessions.code_of(found) if found.state == SessionState.WAITING else ""
    return {
        "session": found,
        "live": live,
        "code": f"{code[:5]}-{code[5:]}" if code else "",
        "kind": ProcedureKind(found.kind),
        "stages": [Step(title, "", state_of(number)) for number, (_, title) in enumerate(stages)],
        "done": found.state == SessionState.DONE,
    }


def _form_of(procedure: ProcedureKind, card: CardStanding, request: HttpRequest) -> CheckForm:
    data = sent(request)
    match procedure:
        case ProcedureKind.SET_PINS:
            return PinsForm(desks.pins_of(card), data)
        case ProcedureKind.RENEW:
            return CertificatesForm((CertificateKind.AUTHENTICATION, CertificateKind.SIGNATURE), data)
        case ProcedureKind.CHANGE_FACE:
            return CertificatesForm((CertificateKind.SIGNATURE,), data, required=False)
    return CheckForm(data)


def _wanted(procedure: ProcedureKind, card: CardStanding, form: CheckForm) -> Wanted:
    pins: tuple[PinName, ...] = ()
    if procedure is ProcedureKind.HAND_OVER:
        pins = desks.pins_of(card)
    elif procedure is ProcedureKind.SET_PINS:
        pins = tuple(PinName(value) for value in form.cleaned_data["pins"])
    certificates = tuple(CertificateKind(value) for value in form.cleaned_data.get("certificates", ()))
    return Wanted(pins=pins, certificates=certificates, check=form.identity_check)


# --- loss, finding, return, the register ------------------------------------------------------------------------


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def loss(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """紛失の届出: both certificates rest at once."""
    person, card = _with_card(addressee)
    if request.method == "POST":
        serial = card.card_serial or ""
        try:
            ask_jlis(tenant, REPORT_LOSS, ReportLoss(card_serial=serial))
        except Refused as refused:
            raise _jlis_said_no(refused) from None
        stock.record(person, CounterEvent.LOST, clerk=_staff(request), at=timezone.now(), card_serial=serial)
        return _back(tenant, addressee, "lost")
    return render(
        request, "municipality/counter/loss.html", {**_person_context(tenant, person), "card": card}
    )


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """発見の届出: the holder was identified and has the card again."""
    person, card = _with_card(addressee)
    form = CheckForm(sent(request))
    if request.method == "POST" and form.is_valid():
        serial = card.card_serial or ""
        try:
            ask_jlis(tenant, REPORT_FOUND, ReportFound(card_serial=serial, check=form.identity_check))
        except Refused as refused:
            raise _jlis_said_no(refused) from None
        stock.record(
            person,
            CounterEvent.FOUND,
            clerk=_staff(request),
            at=timezone.now(),
            card_serial=serial,
            check=form.identity_check,
        )
        return _back(tenant, addressee, "found")
    context = {**_person_context(tenant, person), "form": form, "card": card}
    return render(request, "municipality/counter/found.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """返納, or a loss that is final."""
    person, card = _with_card(addressee)
    form = ReturnForm(sent(request))
    if request.method == "POST" and form.is_valid():
        serial = card.card_serial or ""
        lost = form.cleaned_data["lost"] == "yes"
        reason = ApplicationReason.LOST if lost else None
        try:
            ask_jlis(tenant, RETURN_CARD, ReturnCard(card_serial=serial, reason=reason))
        except Refused as refused:
            raise _jlis_said_no(refused) from None
        stock.record(
            person,
            CounterEvent.RETURNED,
            clerk=_staff(request),
            at=timezone.now(),
            card_serial=serial,
            detail="見つからないため廃止" if lost else "",
        )
        return _back(tenant, addressee, "returned")
    context = {**_person_context(tenant, person), "form": form, "card": card}
    return render(request, "municipality/counter/return.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """Change the entry of a synthetic resident, so that what follows for the card can be seen."""
    person = _resident(addressee)
    form = ChangeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_entry(tenant, person.pk, _change(form), today=timezone.localdate())
        except CannotChange as problem:
            form.add_error(None, str(problem))
        else:
            label = dict(form.fields["kind"].choices)[form.cleaned_data["kind"]]  # type: ignore[attr-defined]  # a ChoiceField
            stock.record(
                person,
                CounterEvent.REGISTER,
                clerk=_staff(request),
                at=timezone.now(),
                detail=str(label).partition("（")[0],
            )
            try:
                tell(tenant, changed)
            except Refused:
                return _back(tenant, addressee, "changed-untold")
            return _back(tenant, addressee, "changed")
    context = {**_person_context(tenant, person), "form": form}
    return render(request, "municipality/counter/change.html", context, status=422 if form.errors else 200)


def _change(form: ChangeForm) -> Change:
    data = form.cleaned_data
    match data["kind"]:
        case "address":
            return Change(address=data["address"])
        case "surname":
            return Change(
                surname=data["surname"],
                surname_kana=data["surname_kana"] or None,
                keep_former_name=data["keep_former_name"],
            )
        case "abroad":
            return Change(moved_abroad_on=data["day"])
    return Change(died_on=data["day"])


# --- parts ------------------------------------------------------------------------------------------------------

NO_NUMBER: Final = PageRefused(
    "まだ申請できません",
    "この人には、まだ個人番号がありません。",
    "番号の付番が終わってから、もう一度申請してください。",
    reason="no number",
    status=409,
)


def _jlis_said_no(refused: Refused) -> PageRefused:
    return PageRefused(
        "J-LISが受け付けませんでした",
        why_refused(refused),
        "住民のページで、カードの状態を確かめてください。",
        "つながらないときは、少し待ってからやり直してください。",
        reason=refused.reason.value,
        hop=refused.hop.label_ja,
        status=502 if not refused.is_signed else 409,
    )


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form is a form as well."""
    return request.POST if request.method == "POST" else None


def _staff(request: HttpRequest) -> StaffMember:
    staff: StaffMember = request.staff  # type: ignore[attr-defined]  # set by StaffMiddleware; the mark is checked
    return staff


def _person(addressee: str) -> Person:
    return get_object_or_404(Person, addressee=addressee)


def _resident(addressee: str) -> Person:
    person = _person(addressee)
    if not person.is_resident:
        raise PageRefused(
            "住民ではありません",
            "転出または死亡により、住民票が消除されています。",
            "住民のページで確かめてください。",
            reason="not here",
            status=409,
        )
    return person


def _with_card(addressee: str) -> tuple[Person, CardStanding]:
    person = _person(addressee)
    desk = desks.look(person)
    if desk.problem:
        raise PageRefused(
            "いまは届出を受けられません",
            desk.problem,
            "急ぐときは、J-LISの紛失受付（24時間）に電話してください。",
            reason="jlis says nothing",
            status=503,
        )
    if desk.card is None:
        raise PageRefused(
            "使われているカードがありません",
            "この人には、いま使えるカードも、一時停止中のカードもありません。",
            "住民のページで確かめてください。",
            reason="not here",
            status=409,
        )
    return person, desk.card


def _session(ticket: UUID) -> ReaderSession:
    return get_object_or_404(
        ReaderSession.objects.select_related("person", "clerk", "application"), ticket=ticket
    )


def _back(tenant: str, addressee: str, done: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("counter:card-resident", args=[tenant, addressee]) + f"?done={done}")


def _town(tenant: str) -> dict[str, object]:
    return {"town": find(tenant).full_name, "cards_url": reverse("counter:cards", args=[tenant])}


def _person_context(tenant: str, person: Person) -> dict[str, object]:
    return {
        **_town(tenant),
        "person": person,
        "resident_url": reverse("counter:card-resident", args=[tenant, person.addressee]),
    }
