"""Pages of private delivery: documents that arrived, connections, consents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynumber.foundation.procedures.delivered import kinds_for
from mynumber.foundation.procedures.loading import catalogue
from mynumber.institutions.portal.account.pages import page
from mynumber.institutions.portal.account.sessions import SeeOther, resident_of
from mynumber.institutions.portal.deliveries import connecting, documents, kept
from mynumber.institutions.portal.deliveries.models import (
    Arrival,
    Connection,
    DeliveredDocument,
    Provider,
    Sender,
)
from mynumber.institutions.portal.identity import linking
from mynumber.protocols.deliveries import Outcome
from mynumber.webkit.access import resident_only
from mynumber.webkit.face.forms import PlainForm
from mynumber.webkit.face.language import say, spoken
from mynumber.webkit.face.parts import Cell, Chip, Column, Kind, Link, Table

ON_A_PAGE = 20
REFUSALS_SHOWN = 10
_OUTCOMES = {
    Outcome.NO_CONSENT: (
        "同意のない種類の書類だったため、受け取りませんでした。",
        "Not taken: you had not agreed to this kind.",
        "よいと して いない 書類でした。",
    ),
    Outcome.BAD_SIGNATURE: (
        "署名を確かめられなかったため、受け取りませんでした。",
        "Not taken: its signature did not hold.",
        "署名が ただしく ありませんでした。",
    ),
    Outcome.OTHER_SIGNER: (
        "送り主でない人の署名だったため、受け取りませんでした。",
        "Not taken: somebody else than the sender had signed it.",
        "ほかの 人の 署名でした。",
    ),
    Outcome.OTHER_SUBJECT: (
        "あなたあての書類ではなかったため、受け取りませんでした。",
        "Not taken: it was not made for you.",
        "あなたの 書類では ありませんでした。",
    ),
    Outcome.NOT_HARMLESS: (
        "危険なしかけのある書類だったため、受け取りませんでした。",
        "Not taken: it could do harm.",
        "あぶない 書類でした。",
    ),
    Outcome.UNREADABLE: (
        "読み取れない書類だったため、受け取りませんでした。",
        "Not taken: it cannot be read.",
        "よめない 書類でした。",
    ),
    Outcome.UNKNOWN_SENDER: (
        "登録のない送り主だったため、受け取りませんでした。",
        "Not taken: the sender is not registered.",
        "しらない おくりぬしでした。",
    ),
    Outcome.FULL: (
        "保管できる量を超えるため、受け取りませんでした。要らない書類を消してください。",
        "Not taken: your room is full. Delete what you do not need.",
        "いっぱいでした。いらない 書類を けして ください。",
    ),
    Outcome.NO_CONNECTION: (
        "つながりを外したあとに来たため、受け取りませんでした。",
        "Not taken: it came after the connection had ended.",
        "はなした あとに 来ました。",
    ),
}


class ConsentForm(PlainForm):
    """What one sender may send."""

    kinds = forms.MultipleChoiceField(label="", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, sender: Sender, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=sender.key, **kwargs)
        field = self.fields["kinds"]
        field.label = say(f"{sender.name}から受け取る書類", f"Documents from {sender.name}")
        field.choices = list(sender.kinds.items())  # type: ignore[attr-defined]


@resident_only
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """届いた書類, and with whom one is connected."""
    visit = resident_of(request)
    found = Paginator(documents.of_account(visit.account), ON_A_PAGE).get_page(request.GET.get("page"))
    rows: list[list[Cell]] = [
        [
            Link(kept.facts_of(row).title, reverse("delivery", args=[row.pk])),
            str(row.sender.kinds.get(row.kind, row.kind)),
            row.sender.name,
            row.arrived_at,
            Chip(say("読みました", "Read"), Kind.NEUTRAL)
            if row.read_at
            else Chip(say("新しい", "New"), Kind.INFO),
        ]
        for row in found
    ]
    table = Table.build(
        say("届いた書類（新しい順）", "Documents, newest first"),
        [
            say("書類", "Document"),
            say("種類", "Kind"),
            say("送り主", "Sender"),
            Column(say("届いた日時", "Arrived")),
            say("状態", "State"),
        ],
        rows,
    )
    open_ones = Connection.objects.filter(account=visit.account, ended_at=None).select_related(
        "provider__site"
    )
    connected = {each.provider_id: each for each in open_ones}
    context = {
        "table": table if rows else None,
        "found": found,
        "connected": list(connected.values()),
        "others": Provider.objects.filter(is_active=True).exclude(pk__in=connected).select_related("site"),
        "deleted": "deleted" in request.GET,
    }
    return page(request, "portal/deliveries/inbox.html", visit, context)


@resident_only
@require_safe
def document(request: HttpRequest, ident: UUID) -> HttpResponse:
    """One document: from whom, the report of its signature, its lines where it is an XML."""
    found = _document(request, ident)
    if found.read_at is None:
        DeliveredDocument.objects.filter(pk=found.pk, read_at=None).update(read_at=_now())
    facts = kept.facts_of(found)
    lines = Table.build(
        say("書類の内容", "What it says"),
        [say("項目", "Item"), say("内容", "Value")],
        [list(one) for one in facts.lines],
    )
    context = {
        "document": found,
        "facts": facts,
        "kind": found.sender.kinds.get(found.kind, found.kind),
        "lines": lines if facts.lines else None,
        "may_be_used": found.form == "pdf",
        "uses": _uses(found.kind),
    }
    return page(request, "portal/deliveries/document.html", resident_of(request), context)


def _uses(kind: str) -> list[tuple[str, str]]:
    """Titles and addresses of the procedures that a document of this kind serves in."""
    return [
        (procedure.title.in_language(spoken()), reverse("procedure", args=[procedure.id]))
        for procedure in catalogue().on(_now().date())
        if any(kind in kinds_for(document) for document in procedure.document)
    ]


@resident_only
@require_safe
def download(request: HttpRequest, ident: UUID) -> HttpResponse:
    """The document as it was signed; never shown as a page of this site."""
    found = _document(request, ident)
    response = HttpResponse(kept.content_of(found), content_type=documents.MEDIA[found.form])
    name = f"document-{found.pk.hex[:8]}.{documents.ENDINGS[found.form]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, ident: UUID) -> HttpResponse:
    """Ask, then delete for good."""
    found = _document(request, ident)
    if request.method == "POST":
        documents.delete(resident_of(request).account, found.pk)
        return SeeOther(reverse("deliveries") + "?deleted=1")
    context = {"document": found, "facts": kept.facts_of(found)}
    return page(request, "portal/deliveries/delete.html", resident_of(request), context)


@resident_only
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest, key: str) -> HttpResponse:
    """A provider: link the accounts, then say which sender may send what."""
    now, visit, found = _now(), resident_of(request), _provider(key)
    connection = Connection.objects.filter(account=visit.account, provider=found, ended_at=None).first()
    link = next((each for each in linking.of_account(visit.account) if each.site_id == found.site_id), None)
    here = reverse("delivery-provider", args=[key])
    senders = list(found.senders.filter(is_active=True).order_by("name"))
    bad: ConsentForm | None = None
    if request.method == "POST":
        sender = next((each for each in senders if each.key == request.POST.get("sender")), None)
        if sender is None or link is None:
            raise Http404
        bad = ConsentForm(sender, request.POST)
        if bad.is_valid():
            with transaction.atomic():
                connection = connecting.open_connection(visit.account, found, now=now)
                kinds = () if "withdraw" in request.POST else bad.cleaned_data["kinds"]
                connecting.consent(connection, sender, kinds, now=now)
            return SeeOther(f"{here}?done={'given' if kinds else 'withdrawn'}")
    allowed = connecting.allowed(connection) if connection else {}
    context = {
        "provider": found,
        "connection": connection,
        "link": link,
        "here": here,
        "bad": bad,
        "done": request.GET.get("done", ""),
        "senders": [
            (
                sender,
                bad
                if bad is not None and bad.prefix == sender.key
                else ConsentForm(sender, initial={"kinds": allowed.get(sender.pk, [])}),
                [sender.kinds.get(kind, kind) for kind in allowed.get(sender.pk, [])],
            )
            for sender in senders
        ],
        "history": _history(connection),
        "refused": _refused(connection),
    }
    response = page(request, "portal/deliveries/provider.html", visit, context)
    response.status_code = 422 if bad is not None else 200
    return response


@resident_only
@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    """Stop everything of one provider. The documents stay, and so does the link of the accounts."""
    found = _provider(key)
    for connection in Connection.objects.filter(
        account=resident_of(request).account, provider=found, ended_at=None
    ):
        connecting.end(connection, now=_now())
    return SeeOther(reverse("delivery-provider", args=[key]) + "?done=ended")


def _history(connection: Connection | None) -> Table | None:
    """Every consent that was given, and when it was taken back."""
    if connection is None:
        return None
    rows = [
        [
            each.sender.name,
            "、".join(str(each.sender.kinds.get(kind, kind)) for kind in each.kinds),
            each.given_at,
            each.withdrawn_at,
        ]
        for each in connection.consents.select_related("sender").order_by("-given_at", "-pk")[:50]
    ]
    if not rows:
        return None
    headings = [
        say("送り主", "Sender"),
        say("書類", "Documents"),
        say("同意した日時", "Given"),
        say("取り消した日時", "Withdrawn"),
    ]
    return Table.build(say("同意の記録", "Consents"), headings, rows)


def _refused(connection: Connection | None) -> Table | None:
    """What came and was not taken."""
    if connection is None:
        return None
    gone = Arrival.objects.filter(connection=connection).exclude(outcome=Outcome.DELIVERED.value)
    rows = [
        [each.at, each.sender.name if each.sender else None, say(*_OUTCOMES[Outcome(each.outcome)])]
        for each in gone.select_related("sender").order_by("-at", "-pk")[:REFUSALS_SHOWN]
    ]
    if not rows:
        return None
    headings = [say("日時", "At"), say("送り主", "Sender"), say("理由", "Why")]
    return Table.build(say("受け取らなかった書類", "Documents that were refused"), headings, rows)


def _document(request: HttpRequest, ident: UUID) -> DeliveredDocument:
    found = documents.find(resident_of(request).account, ident)
    if found is None:
        raise Http404
    return found


def _provider(key: str) -> Provider:
    found = Provider.objects.select_related("site").filter(site=key, is_active=True).first()
    if found is None:
        raise Http404
    return found


def _now() -> datetime:
    return datetime.now(UTC)
