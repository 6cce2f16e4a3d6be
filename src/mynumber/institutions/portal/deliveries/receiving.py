"""Deliveries that arrive: looked at, decided once, recorded before they are answered."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec
from django.db import transaction
from django.db.models import Sum

from mynumber.institutions.portal.deliveries import kept
from mynumber.institutions.portal.deliveries.looked_at import Checked, ComeAgain, NotTaken
from mynumber.institutions.portal.deliveries.models import (
    Arrival,
    Connection,
    DeliveredDocument,
    Provider,
    Sender,
)
from mynumber.institutions.portal.notices import inbox
from mynumber.protocols.deliveries import Delivery, Outcome, Receipt
from mynumber.protocols.notices import Category, Notice
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import Afterwards, Question

MOST_BYTES: Final = 100 * 1024 * 1024
"""Of all documents that one account keeps."""
MOST_DOCUMENTS: Final = 1000

_log = logs.get_logger(__name__)


def take(question: Question[Delivery]) -> Receipt | Afterwards[Receipt]:
    """What becomes of a delivery. The same again gets the same answer; another one under its id is refused as a message."""
    provider = Provider.objects.filter(pk=question.sender, is_active=True).first()
    if provider is None:
        raise Refused(Hop.PORTAL, Reason.NOT_ENTITLED)
    digest = digest_of(question.body)
    earlier = _earlier(provider, question.body, digest)
    if earlier is not None:
        return earlier
    # After the commit: a hostile document may take seconds, and no transaction waits for it.
    return Afterwards(lambda: _decide(provider, question.body, digest, question.at))


def digest_of(delivery: Delivery) -> bytes:
    """SHA-256 of a delivery; when it was sent does not count."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(delivery, at=_EPOCH))).digest()


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _earlier(provider: Provider, delivery: Delivery, digest: bytes) -> Receipt | None:
    found = Arrival.objects.filter(provider=provider, delivery=delivery.delivery).first()
    if found is None:
        return None
    if bytes(found.digest) != digest:
        raise Refused(Hop.PORTAL, Reason.DUPLICATE_REQUEST)
    return Receipt(delivery=found.delivery, outcome=Outcome(found.outcome), detail=found.detail, at=found.at)


def _decide(provider: Provider, delivery: Delivery, digest: bytes, now: datetime) -> Receipt:
    # lxml, signxml and pyHanko take a second and 60 MB.
    from mynumber.institutions.portal.deliveries import checking

    sender = provider.senders.filter(key=delivery.sender, is_active=True).first()
    checked: Checked | None = None
    refused: NotTaken | None = None
    try:
        # Whom nobody lets send is not looked at; what counts is decided below, under the lock.
        _require_wanted(_connection(provider, delivery, lock=False), sender, delivery)
        checked = checking.check(
            delivery.document,
            _known(sender),
            kind=delivery.kind,
            address=delivery.address,
            title=delivery.title,
            now=now,
        )
    except NotTaken as no:
        refused = no
    except ComeAgain:
        raise Refused(Hop.PORTAL, Reason.UNAVAILABLE, "not to be decided now") from None
    with transaction.atomic():
        Provider.objects.select_for_update().get(pk=provider.pk)  # one after the other: no id twice
        if (earlier := _earlier(provider, delivery, digest)) is not None:
            return earlier
        connection = _connection(provider, delivery, lock=True)
        if checked is not None:
            try:
                _require_wanted(connection, sender, delivery)
                _require_room(connection, delivery)
            except NotTaken as no:
                refused = no
        outcome = refused.outcome if refused else Outcome.DELIVERED
        detail = refused.detail if refused else ""
        Arrival.objects.create(
            provider=provider,
            delivery=delivery.delivery,
            digest=digest,
            connection=connection,
            sender=sender,
            outcome=outcome.value,
            detail=detail,
            at=now,
        )
        if refused is None and connection is not None and checked is not None:
            _keep(connection, _known(sender), delivery, checked, now)
    _log.info("a delivery", outcome=outcome.value, reason=detail or None)
    return Receipt(delivery=delivery.delivery, outcome=outcome, detail=detail, at=now)


def _connection(provider: Provider, delivery: Delivery, *, lock: bool) -> Connection | None:
    rows = Connection.objects.select_for_update() if lock else Connection.objects.all()
    return rows.filter(provider=provider, address=delivery.address).first()


def _known(sender: Sender | None) -> Sender:
    if sender is None:
        raise NotTaken(Outcome.UNKNOWN_SENDER)
    return sender


def _require_wanted(connection: Connection | None, sender: Sender | None, delivery: Delivery) -> None:
    """Somebody has this address, and lets this sender send this. Raises NotTaken."""
    if delivery.kind not in _known(sender).kinds:
        raise NotTaken(Outcome.UNKNOWN_SENDER)
    if connection is None or connection.ended_at is not None:
        raise NotTaken(Outcome.NO_CONNECTION)
    given = connection.consents.filter(sender=sender, withdrawn_at=None).first()
    if given is None or delivery.kind not in given.kinds:
        raise NotTaken(Outcome.NO_CONSENT)


def _require_room(connection: Connection | None, delivery: Delivery) -> None:
    if connection is None:
        return
    held = DeliveredDocument.objects.filter(account=connection.account_id)
    size = held.aggregate(total=Sum("size"))["total"] or 0
    if size + len(delivery.document) > MOST_BYTES or held.count() >= MOST_DOCUMENTS:
        raise NotTaken(Outcome.FULL)


def _keep(
    connection: Connection, sender: Sender, delivery: Delivery, checked: Checked, now: datetime
) -> DeliveredDocument:
    ident = uuid4()
    document = DeliveredDocument.objects.create(
        id=ident,
        account_id=connection.account_id,
        connection=connection,
        sender=sender,
        kind=delivery.kind,
        form=checked.form,
        size=len(delivery.document),
        facts=kept.seal(msgspec.json.encode(checked.facts), about=f"{ident}/facts"),
        content=kept.seal(delivery.document, about=f"{ident}/content"),
        arrived_at=now,
    )
    notice = Notice(
        notice=ident,
        category=Category.GENERAL,
        title=f"{sender.name}から書類が届きました",
        words=f"{sender.kinds[delivery.kind]}が届きました。署名は確かめてあります。",
        office=sender.name,
        at=now,
        link=f"/deliveries/{ident}/",
    )
    inbox.put(connection.account, notice, now=now)
    return document
