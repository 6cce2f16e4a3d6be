"""Pages of the gateway platform."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.protocols.node import Node
from mynumber.webkit.access import public
from mynumber.webkit.tenancy import tenant_key


@public
def home(request: HttpRequest) -> HttpResponse:
    """What the gateway is and which members it serves. Nothing of a tenant is shown here."""
    directory = Node.from_environment().directory
    members = [member for member in directory.members() if directory.gateway_of(member.id) != member.id]
    return render(
        request,
        "gateway/home.html",
        {"members": [(member, tenant_key(member.id)) for member in members]},
    )
