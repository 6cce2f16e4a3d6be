"""Whose house a page of the gateway is: the member of the tenant in the path, its words and its staff."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from mynumber.foundation.law import InformationKind, UnknownAffair, legal_basis
from mynumber.protocols.directory import Directory, System
from mynumber.protocols.information import OWN_REQUEST, OWN_REQUEST_JA
from mynumber.webkit.messages import this_node
from mynumber.webkit.staff.models import StaffMember
from mynumber.webkit.tenancy import tenant_key

WORKERS = ("case_worker", "supervisor")
"""Roles that act; an auditor reads."""


def directory() -> Directory:
    """The systems as they are now."""
    return this_node().directory


def member_of(tenant: str) -> System:
    """The member whose tenant this is. Raises Http404 when the directory lists none."""
    for system in directory().members():
        if tenant_key(system.id) == tenant:
            return system
    raise Http404


def context_of(tenant: str) -> dict[str, object]:
    """What the frame of every page of a member needs."""
    member = member_of(tenant)
    return {
        "member": member,
        "house_title": f"{member.name}の中間サーバー",
        "house_home": reverse("desk:home", args=[tenant]),
    }


def staff_of(request: HttpRequest) -> StaffMember:
    """Who is signed in (views are marked `staff_only`)."""
    staff: StaffMember = request.staff  # type: ignore[attr-defined]
    return staff


def information_label(name: str) -> str:
    """The Japanese label of a kind of information; the name itself if it is none."""
    try:
        return InformationKind.named(name).label_ja
    except ValueError:
        return name


def affair_label(affair: str) -> str:
    """The words of an affair today, or that a person asked about themself; its id if the table no longer has it."""
    if affair == OWN_REQUEST:
        return OWN_REQUEST_JA
    try:
        return legal_basis(timezone.localdate()).affair(affair).words
    except UnknownAffair:
        return affair
