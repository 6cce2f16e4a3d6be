"""Pages of what is reported at the counter: a card lost, found, given back; and a change of the register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mynumber.institutions.municipality.counter import stock
from mynumber.institutions.municipality.counter.forms import (
    ChangeForm,
    CheckForm,
    ReturnForm,
)
from mynumber.institutions.municipality.counter.models import (
    CounterEvent,
)
from mynumber.institutions.municipality.counter.parts import (
    CLERKS,
    back_to,
    jlis_said_no,
    person_context,
    resident_of,
    sent,
    staff_of,
    with_card,
)
from mynumber.institutions.municipality.register.changes import CannotChange, Change, change_entry, tell
from mynumber.institutions.municipality.systems import ask_jlis
from mynumber.protocols.card_life import (
    REPORT_FOUND,
    REPORT_LOSS,
    RETURN_CARD,
    ApplicationReason,
    ReportFound,
    ReportLoss,
    ReturnCard,
)
from mynumber.protocols.refusal import Refused
from mynumber.webkit.access import staff_only


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def loss(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """紛失の届出: both certificates rest at once."""
    person, card = with_card(addressee)
    if request.method == "POST":
        serial = card.card_serial or ""
        try:
            ask_jlis(tenant, REPORT_LOSS, ReportLoss(card_serial=serial))
        except Refused as refused:
            raise jlis_said_no(refused) from None
        stock.record(
            person, CounterEvent.LOST, clerk=staff_of(request), at=timezone.now(), card_serial=serial
        )
        return back_to(tenant, addressee, "lost")
    return render(request, "municipality/counter/loss.html", {**person_context(tenant, person), "card": card})


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """発見の届出: the holder was identified and has the card again."""
    person, card = with_card(addressee)
    form = CheckForm(sent(request))
    if request.method == "POST" and form.is_valid():
        serial = card.card_serial or ""
        try:
            ask_jlis(tenant, REPORT_FOUND, ReportFound(card_serial=serial, check=form.identity_check))
        except Refused as refused:
            raise jlis_said_no(refused) from None
        stock.record(
            person,
            CounterEvent.FOUND,
            clerk=staff_of(request),
            at=timezone.now(),
            card_serial=serial,
            check=form.identity_check,
        )
        return back_to(tenant, addressee, "found")
    context = {**person_context(tenant, person), "form": form, "card": card}
    return render(request, "municipality/counter/found.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """返納, or a loss that is final."""
    person, card = with_card(addressee)
    form = ReturnForm(sent(request))
    if request.method == "POST" and form.is_valid():
        serial = card.card_serial or ""
        lost = form.cleaned_data["lost"] == "yes"
        reason = ApplicationReason.LOST if lost else None
        try:
            ask_jlis(tenant, RETURN_CARD, ReturnCard(card_serial=serial, reason=reason))
        except Refused as refused:
            raise jlis_said_no(refused) from None
        stock.record(
            person,
            CounterEvent.RETURNED,
            clerk=staff_of(request),
            at=timezone.now(),
            card_serial=serial,
            detail="見つからないため廃止" if lost else "",
        )
        return back_to(tenant, addressee, "returned")
    context = {**person_context(tenant, person), "form": form, "card": card}
    return render(request, "municipality/counter/return.html", context, status=422 if form.errors else 200)


@staff_only(*CLERKS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, tenant: str, addressee: str) -> HttpResponse:
    """Change the entry of a synthetic resident, so that what follows for the card can be seen."""
    person = resident_of(addressee)
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
                clerk=staff_of(request),
                at=timezone.now(),
                detail=str(label).partition("（")[0],
            )
            try:
                tell(tenant, changed)
            except Refused:
                return back_to(tenant, addressee, "changed-untold")
            return back_to(tenant, addressee, "changed")
    context = {**person_context(tenant, person), "form": form}
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
