"""The operator's desk: who may be sent what, send one, what became of those that were sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mynumber.institutions.courier.dispatch import sending
from mynumber.institutions.courier.dispatch.models import Dispatch, Recipient
from mynumber.institutions.courier.dispatch.senders import SENDERS
from mynumber.protocols.deliveries import Outcome
from mynumber.webkit.access import staff_only
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.parts import Cell, Chip, Kind, Table

SHOWN = 50
_OUTCOMES = {
    Outcome.DELIVERED: "届きました",
    Outcome.NO_CONSENT: "同意がありません",
    Outcome.NO_CONNECTION: "つながりがありません",
    Outcome.UNKNOWN_SENDER: "登録のない送り主か種類です",
    Outcome.BAD_SIGNATURE: "署名が確かめられません",
    Outcome.OTHER_SIGNER: "送り主の署名ではありません",
    Outcome.OTHER_SUBJECT: "宛先の違う書類です",
    Outcome.NOT_HARMLESS: "危険なしかけがあります",
    Outcome.UNREADABLE: "読み取れない書類です",
    Outcome.FULL: "相手の保管場所がいっぱいです",
}


class SendForm(PlainForm):
    """What to whom."""

    ident = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    recipient = forms.ModelChoiceField(
        label="お客さま", queryset=Recipient.objects.none(), empty_label="選んでください"
    )
    kind = forms.ChoiceField(
        label="書類",
        choices=[
            (f"{sender.key}/{key}", f"{sender.name}：{kind.name}")
            for sender in SENDERS.values()
            for key, kind in sender.kinds.items()
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["recipient"]
        field.queryset = Recipient.objects.select_related("customer").order_by(
            "-is_open", "customer__number", "-pk"
        )
        field.label_from_instance = _name


def _name(recipient: Recipient) -> str:
    ended = "" if recipient.is_open else "（つながりは終わっています）"
    return f"{recipient.customer.number} {recipient.customer.name}{ended}"


@staff_only
@transaction.non_atomic_requests  # the portal is asked; what was made is kept before
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest) -> HttpResponse:
    """Send, and see."""
    form = SendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, datetime.now(UTC)
        sender, _, kind = given["kind"].partition("/")
        dispatch = sending.make(given["ident"], given["recipient"], sender, kind, now=now)
        sending.tell_trust(now=now)
        sending.deliver(dispatch, now=now)
        return HttpResponseRedirect(reverse("desk"))
    context = {"form": form, "recipients": _recipients(), "dispatches": _dispatches()}
    return render(request, "courier/desk.html", context, status=422 if form.errors else 200)


def _recipients() -> Table | None:
    rows: list[list[Cell]] = [
        [
            each.customer.number,
            each.customer.name,
            Chip("つながっています", Kind.SUCCESS) if each.is_open else Chip("終わりました", Kind.NEUTRAL),
            "、".join(
                f"{SENDERS[sender].name}：{SENDERS[sender].kinds[kind].name}"
                for sender, kinds in each.consents.items()
                for kind in kinds
                if sender in SENDERS and kind in SENDERS[sender].kinds
            )
            or None,
            each.at,
        ]
        for each in Recipient.objects.select_related("customer").order_by("-at")[:SHOWN]
    ]
    headings = ["お客さま番号", "氏名", "状態", "同意している書類", "知らせを受けた日時"]
    return Table.build("送り先", headings, rows) if rows else None


def _dispatches() -> Table | None:
    rows: list[list[Cell]] = [
        [each.made_at, each.recipient.customer.name, f"{_sender(each)}：{each.title}", _outcome(each)]
        for each in Dispatch.objects.select_related("recipient__customer").order_by("-made_at")[:SHOWN]
    ]
    return (
        Table.build("送った書類（新しい順）", ["作った日時", "お客さま", "書類", "結果"], rows)
        if rows
        else None
    )


def _sender(dispatch: Dispatch) -> str:
    found = SENDERS.get(dispatch.sender)
    return found.name if found else dispatch.sender


def _outcome(dispatch: Dispatch) -> Chip:
    if dispatch.answered_at is None:
        return Chip("送っています", Kind.WARN)
    words = {outcome.value: words for outcome, words in _OUTCOMES.items()}
    text = words.get(dispatch.outcome, "受け取られませんでした")
    return Chip(text, Kind.SUCCESS if sending.was_delivered(dispatch) else Kind.ERROR)
