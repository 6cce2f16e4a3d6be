"""Pages of what is done with a card on the reader: begin, the code and how far it is, end."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.municipality.counter import desk as desks
from mynumber.institutions.municipality.counter import sessions
from mynumber.institutions.municipality.counter.forms import (
    CertificatesForm,
    CheckForm,
    PinsForm,
)
from mynumber.institutions.municipality.counter.models import (
    LIVE,
    ProcedureKind,
    ReaderSession,
    SessionState,
)
from mynumber.institutions.municipality.counter.parts import (
    CLERKS,
    person_context,
    person_of,
    sent,
    staff_of,
)
from mynumber.institutions.municipality.counter.procedures import STAGES, Wanted
from mynumber.protocols.card_life import (
    CardStanding,
    CardState,
    PinName,
)
from mynumber.protocols.certification import CertificateKind
from mynumber.webkit.access import staff_only
from mynumber.webkit.errors import PageRefused
from mynumber.webkit.face.parts import Step, StepState

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


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, tenant: str, addressee: str, kind: str) -> HttpResponse:
    """Record how the holder was identified and open a session."""
    person = person_of(addressee)
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
                clerk=staff_of(request),
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
        **person_context(tenant, person),
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
        **person_context(tenant, person),
        **session_context(found),
        "may_act": staff_of(request).role in CLERKS,
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
        "code": "-".join(code[start : start + 4] for start in range(0, len(code), 4)),
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


def _session(ticket: UUID) -> ReaderSession:
    return get_object_or_404(
        ReaderSession.objects.select_related("person", "clerk", "application"), ticket=ticket
    )
