"""What this device is, what it keeps, and what leaves it when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from mynumber.wallet.views.common import page


@page("GET")
def device_page(request: HttpRequest) -> HttpResponseBase:
    """The promise of the device, act by act."""
    return render(request, "wallet/device.html")
