"""Signing files at the device. They never leave it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mynumber.wallet.views.common import page


@page("GET", "POST")
def documents_page(request: HttpRequest) -> HttpResponseBase:
    """Choose a file."""
    return render(request, "wallet/documents.html")
