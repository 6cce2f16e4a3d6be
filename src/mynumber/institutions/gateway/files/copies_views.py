"""What is registered about a person: of each copy how old it is and where it came from. What it says is shown nowhere but in an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from mynumber.foundation.facts import Period
from mynumber.institutions.gateway.corrections.models import GoneCopy
from mynumber.institutions.gateway.desk.house import context_of, information_label, staff_of
from mynumber.institutions.gateway.desk.models import DeskEvent
from mynumber.institutions.gateway.files.models import MemberFile
from mynumber.institutions.gateway.tenants.models import AddresseeCode, Copy
from mynumber.protocols.corrections import CorrectionReason
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.parts import Cell, Link, Table

LOOKED = "copies_looked_at"
"""Of the desk's events: who looked at the list of whose copies."""
_BY_MESSAGE = "1件ずつ"


class AddresseeForm(PlainForm):
    """だれの副本か"""

    addressee = forms.RegexField(
        r"\A[0-9A-Za-z-]{1,40}\Z",
        label="宛名番号",
        help_text="だれの一覧を見たかは、記録に残ります。",
        error_messages={"invalid": "宛名番号は英数字で入力してください。"},
    )


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def copies_page(request: HttpRequest, tenant: str) -> HttpResponse:
    """The copies of one person, and the traces of those that were taken away. Looking leaves an entry."""
    form = AddresseeForm(request.POST or None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        shown = _held(tenant, form.cleaned_data["addressee"])
        DeskEvent.objects.create(
            at=timezone.now(),
            who=staff_of(request).display_name,
            what=LOOKED,
            addressee=form.cleaned_data["addressee"],
        )
    return render(
        request,
        "gateway/copies.html",
        {**context_of(tenant), "form": form, **shown},
        status=422 if form.errors else 200,
    )


def _held(tenant: str, addressee: str) -> dict[str, Any]:
    code = AddresseeCode.objects.filter(addressee=addressee).values_list("code", flat=True).first()
    copies = list(Copy.objects.filter(code=code).defer("fact").order_by("information", "-period"))
    gone = list(GoneCopy.objects.filter(code=code).order_by("-gone_at"))
    named = {
        file for file in (*(one.upload for one in copies), *(one.file for one in gone)) if file is not None
    }
    files = set(MemberFile.objects.filter(file__in=named).values_list("file", flat=True))

    def source(file: UUID | None, begun: datetime, otherwise: str) -> Cell:
        if file is None:
            return otherwise
        words = f"{timezone.localtime(begun):%Y-%m-%d} のファイル"
        return Link(words, reverse("files:file", args=[tenant, file])) if file in files else words

    held: list[list[Cell]] = [
        [
            information_label(one.information),
            _period(one.period),
            one.as_of,
            one.registered_at,
            source(one.upload, one.registered_at, _BY_MESSAGE),
        ]
        for one in copies
    ]
    taken: list[list[Cell]] = [
        [
            information_label(one.information),
            _period(one.period),
            one.gone_at,
            source(one.file, one.gone_at, CorrectionReason(one.reason).label_ja if one.reason else "―"),
        ]
        for one in gone
    ]
    return {
        "addressee": addressee,
        "has_code": code is not None,
        "held": Table.build(
            "登録されている副本", ["情報", "期間", "情報の時点", "登録した日時", "登録のしかた"], held
        )
        if held
        else None,
        "gone": Table.build("取り除いた副本", ["情報", "期間", "取り除いた日時", "どうして"], taken)
        if taken
        else None,
    }


def _period(text: str) -> str | None:
    return Period.parse(text).label_ja if text else None
