"""Pages of the clerk at the counter for cards: lists, the resident's page, applications and the notice."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.institutions.municipality.casework.forms import SearchForm
from mynumber.institutions.municipality.counter import desk as desks
from mynumber.institutions.municipality.counter import sessions, stock
from mynumber.institutions.municipality.counter.forms import (
    ApplyForm,
)
from mynumber.institutions.municipality.counter.models import (
    LIVE,
    CardApplication,
    CounterEvent,
    ReaderSession,
)
from mynumber.institutions.municipality.counter.parts import (
    CLERKS,
    NO_NUMBER,
    back_to,
    jlis_said_no,
    person_context,
    person_of,
    resident_of,
    sent,
    staff_of,
    town_context,
)
from mynumber.institutions.municipality.counter.words import CARD_STATES
from mynumber.institutions.municipality.register.search import search
from mynumber.protocols.card_life import (
    ApplicationReason,
    CardState,
)
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import staff_only


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
            **town_context(tenant),
            "groups": [(CARD_STATES[state], found) for state, found in by_state.items() if found],
            "sessions": ReaderSession.objects.filter(state__in=LIVE)
            .exclude(person=None)
            .select_related("person", "clerk")
            .order_by("opened_at"),
            "form": SearchForm(),
            "looked": request.GET.get("looked", ""),
            "may_act": staff_of(request).role in CLERKS,
        },
    )


@staff_only(*CLERKS)
@require_POST
def look(request: HttpRequest, tenant: str) -> HttpResponse:
    """Ask J-LIS what lies ready, and take it in."""
    try:
        found = stock.look_for_arrivals(tenant, now=timezone.now())
    except Refused as refused:
        raise jlis_said_no(refused) from None
    return HttpResponseRedirect(reverse("counter:cards", args=[tenant]) + f"?looked={found.arrived}")


@staff_only
@require_safe
def residents(request: HttpRequest, tenant: str) -> HttpResponse:
    """Search the register for whose card it is about."""
    form = SearchForm(request.GET or None)
    context: dict[str, object] = {**town_context(tenant), "form": form}
    if form.is_bound and form.is_valid():
        context["found"] = search(form.cleaned_data["words"], form.cleaned_data["birth"])
    return render(request, "municipality/counter/residents.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def resident(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """One resident's cards, what they mean and what comes next."""
    person = person_of(addressee)
    sessions.close_expired(timezone.now())
    desk = desks.look(person)
    may_act = staff_of(request).role in CLERKS
    context = {
        **person_context(tenant, person),
        "desk": desk,
        "actions": desks.actions(desk, tenant) if may_act else (),
        "records": desks.records_of(person),
        "may_act": may_act,
        "done": request.GET.get("done", ""),
    }
    return render(request, "municipality/counter/resident.html", context)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """Take an application for the resident."""
    person = resident_of(addressee)
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
                clerk=staff_of(request),
                at=timezone.now(),
            )
        except stock.NoNumber:
            raise NO_NUMBER from None
        except Refused as refused:
            raise jlis_said_no(refused) from None
        return back_to(tenant, addressee, "applied")
    returned = CardApplication.objects.filter(
        person=person, state=CardState.RETURNED_TO_APPLICANT.value
    ).first()
    context = {**person_context(tenant, person), "form": form, "returned": returned}
    return render(request, "municipality/counter/apply.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def application_form(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """交付申請書: make one out and show it, to be printed."""
    person = resident_of(addressee)
    context: dict[str, object] = person_context(tenant, person)
    if request.method == "POST":
        try:
            context["application_id"] = stock.new_form(person, clerk=staff_of(request), at=timezone.now())
        except stock.NoNumber:
            raise NO_NUMBER from None
        except Refused as refused:
            raise jlis_said_no(refused) from None
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
            clerk=staff_of(request),
            at=application.noticed_at,
            card_serial=application.card_serial,
        )
    context = {**person_context(tenant, application.person), "application": application}
    return render(request, "municipality/counter/notice.html", context)
