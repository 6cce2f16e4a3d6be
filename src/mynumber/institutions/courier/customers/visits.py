"""Visits of customers, in the same sessions as those of staff: a browser is one or the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, cast

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from mynumber.institutions.courier.customers.models import Customer

ATTEMPTS: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
IDLE: Final = timedelta(minutes=15)
_CUSTOMER, _SINCE, _SEEN, _HASH = "customer", "customer_since", "customer_seen", "customer_hash"
CARRIED: Final = ("asked",)
"""What of a session outlives a sign-in: what the portal asked for before it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer who is signed in."""

    customer: Customer
    since: datetime


class SeeOther(HttpResponseRedirect):
    """303: go on with GET."""

    status_code = 303


def check(number: str, password: str, *, now: datetime) -> Customer | None:
    """The customer with this number and password, else None; counts failures under the row's lock. Commit in either case."""
    with transaction.atomic():
        found = Customer.objects.select_for_update().filter(number=number).first()
        if found is None:
            make_password(password)  # an unknown number costs the same
            return None
        right = found.check_password(password)
        if found.locked_until is not None and now < found.locked_until:
            return None
        found.failed_attempts = 0 if right else found.failed_attempts + 1
        found.locked_until = now + LOCKED_FOR if found.failed_attempts >= ATTEMPTS else None
        found.save(update_fields=["failed_attempts", "locked_until"])
        return found if right else None


def begin(request: HttpRequest, customer: Customer, *, now: datetime) -> None:
    """A fresh session: whatever was planted before is worth nothing."""
    carried = {name: request.session[name] for name in CARRIED if name in request.session}
    request.session.flush()
    request.session.update(carried)
    request.session[_CUSTOMER] = customer.pk
    request.session[_HASH] = customer.password[-16:]
    request.session[_SINCE] = request.session[_SEEN] = now.timestamp()
    rotate_token(request)


def end(request: HttpRequest) -> None:
    """Sign out."""
    request.session.flush()


def current(request: HttpRequest, *, now: datetime) -> Visit | None:
    """Who is here; counts as a sign of life."""
    session = request.session
    if _CUSTOMER not in session:
        return None
    found = Customer.objects.filter(pk=session[_CUSTOMER]).first()
    over = now.timestamp() > session[_SEEN] + IDLE.total_seconds()
    if found is None or over or session[_HASH] != found.password[-16:]:
        end(request)
        return None
    session[_SEEN] = now.timestamp()
    return Visit(found, datetime.fromtimestamp(session[_SINCE], UTC))


def check_customer(request: HttpRequest) -> HttpResponse | None:
    """MYNUMBER_RESIDENT_CHECKER: let customers through, send anybody else to sign in."""
    visit = current(request, now=datetime.now(UTC))
    if visit is not None:
        request.customer = visit  # type: ignore[attr-defined]
        return None
    query = {"next": request.get_full_path()} if request.method in {"GET", "HEAD"} else {}
    return SeeOther(reverse("enter") + (f"?{urlencode(query)}" if query else ""))


def visit_of(request: HttpRequest) -> Visit:
    """The visit of a page for customers."""
    return cast(Visit, request.customer)  # type: ignore[attr-defined]


def own_path(text: str) -> str:
    """`text` if it is a path of this site, else the customer's first page."""
    fine = text.startswith("/") and len(text) <= 400 and text.isprintable()
    return text if fine and url_has_allowed_host_and_scheme(text, allowed_hosts=None) else reverse("mine")
