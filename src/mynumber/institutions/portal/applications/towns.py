"""Whether and how the resident's own municipality offers a procedure (様式の地域化): which one that is, and what it made of the national form."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from mynumber.foundation.numbers.addresses import municipality_of
from mynumber.foundation.numbers.local_government import LocalGovernment, UnknownLocalGovernment, find
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.procedures.overlays import Local, Offered
from mynumber.institutions.portal.account.sessions import Visit
from mynumber.institutions.portal.applications.models import Application
from mynumber.webkit.face.language import say
from mynumber.webkit.messages import this_node

_MUNICIPALITY = "municipality."


def taking_part() -> tuple[LocalGovernment, ...]:
    """The municipalities that take part, in the order of their codes."""
    ids = sorted(each.id for each in this_node().directory.systems)
    return tuple(find(each.removeprefix(_MUNICIPALITY)) for each in ids if each.startswith(_MUNICIPALITY))


def chosen(request: HttpRequest, visit: Visit | None) -> LocalGovernment | None:
    """The municipality that was chosen on the page; else, of who is signed in, where they applied last. None: not known."""
    code = request.GET.get("town")
    if code is None and visit is not None:
        last = Application.objects.filter(account=visit.account, body__startswith=_MUNICIPALITY)
        body = last.order_by("-begun_at").values_list("body", flat=True).first()
        code = body.removeprefix(_MUNICIPALITY) if body else ""
    try:
        return find(code) if code else None
    except (UnknownLocalGovernment, ValueError):
        return None


def of(procedure: Procedure, town: LocalGovernment | None, *, on: date) -> Local:
    """A procedure as a municipality has it; without one as it stands."""
    return catalogue().local(procedure, town.code.digits, on) if town else Local(procedure)


def locally(procedure: Procedure, address: str, *, on: date) -> Local:
    """A procedure as the municipality of an address has it."""
    return of(procedure, municipality_of(address), on=on)


def words(local: Local, town: LocalGovernment | None) -> str:
    """How it is offered there, for a list; "" where nothing differs or no municipality is known."""
    if town is None or local.overlay is None:
        return ""
    match local.offered:
        case Offered.COUNTER:
            return say(
                f"{town.name}では、窓口だけで受け付けます。",
                f"{town.name}: at the counter only.",
                f"{town.name}は まどぐちだけです。",
            )
        case Offered.NONE:
            return say(
                f"{town.name}では、行っていません。",
                f"{town.name}: not offered.",
                f"{town.name}は していません。",
            )
        case _:
            return say(
                f"{town.name}では、独自の項目か期限があります。",
                f"{town.name} has fields or dates of its own.",
                f"{town.name}は すこし ちがいます。",
            )
