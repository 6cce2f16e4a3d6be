"""Sending: made and kept first, delivered until the portal says what became of it; certificates and revocations told beforehand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F

from mynumber.institutions.courier.customers import links
from mynumber.institutions.courier.customers.links import FIRST_WAIT, LONGEST_WAIT, PORTAL, SYSTEM
from mynumber.institutions.courier.customers.models import Customer
from mynumber.institutions.courier.dispatch import authority
from mynumber.institutions.courier.dispatch.models import Dispatch, Recipient, SenderCertificate, TrustTold
from mynumber.institutions.courier.dispatch.senders import SENDERS
from mynumber.protocols import wire
from mynumber.protocols.deliveries import DELIVER, SENDER_TRUST, Delivery, Outcome, SenderTrust, Standing
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import Message
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs, safe
from mynumber.webkit.messages import Question, this_node

SAFE: Final = "dispatch"
TELL_TRUST_EVERY: Final = timedelta(hours=12)
_LATER: Final = frozenset(
    {
        *(Reason.UNREACHABLE, Reason.UNAVAILABLE, Reason.RECORD_UNAVAILABLE, Reason.REPLAYED),
        *(Reason.CLOCK_OFF, Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.RATE_LIMITED),
    }
)
"""Refusals of the message that may be otherwise later; all others end the dispatch."""

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

_log = logs.get_logger(__name__)


def take_standing(question: Question[Standing]) -> Acknowledged:
    """The portal says how things stand with one connection. What is not newer than what is known changes nothing."""
    told = question.body
    customer = Customer.objects.select_for_update().filter(grants__subject=told.subject).first()
    if customer is None:
        raise Refused(Hop.PROVIDER, Reason.UNKNOWN_RECORD)
    held = Recipient.objects.filter(address=told.address).first()
    if held is not None and (held.customer_id != customer.pk or held.sequence >= told.sequence):
        return Acknowledged(count=0)
    Recipient.objects.update_or_create(
        address=told.address,
        defaults={
            "customer": customer,
            "sequence": told.sequence,
            "is_open": told.is_open,
            "consents": {each.sender: list(each.kinds) for each in told.senders},
            "at": told.at,
        },
    )
    if not told.is_linked:
        links.end_for_portal(told.subject, told.at, question.at)
    return Acknowledged(count=1)


def make(ident: UUID, recipient: Recipient, sender: str, kind: str, *, now: datetime) -> Dispatch:
    """Make, sign and keep a document; the same id again is the same dispatch. Raises KeyError for what this firm does not send."""
    firm = SENDERS[sender]
    found = Dispatch.objects.filter(pk=ident).first()
    if found is not None:
        return found
    # lxml, signxml and pyHanko take a second and 60 MB, and only a process that sends needs them.
    from mynumber.institutions.courier.dispatch import composing

    ring = this_node().keyring
    document = composing.compose(
        firm, kind, address=recipient.address, about=ident, signer=authority.signer_of(ring, sender), now=now
    )
    return keep(ident, recipient, sender, kind, firm.kinds[kind].name, document, now=now)


def keep(
    ident: UUID, recipient: Recipient, sender: str, kind: str, title: str, document: bytes, *, now: datetime
) -> Dispatch:
    """Put a signed document into the outbox."""
    dispatch, _ = Dispatch.objects.get_or_create(
        pk=ident,
        defaults={
            "recipient": recipient,
            "sender": sender,
            "kind": kind,
            "title": title,
            "content": safe.seal(this_node().keyring, SAFE, document, about=str(ident)),
            "made_at": now,
            "next_try_at": now,
        },
    )
    return dispatch


def tell_trust(*, now: datetime, force: bool = False) -> bool:
    """Tell the portal certificates and revocations, every TELL_TRUST_EVERY and after a change; whether it took note."""
    told = TrustTold.objects.filter(pk=1).first()
    changed = SenderCertificate.objects.filter(issued_at__gt=told.told_at).exists() if told else True
    revoked = SenderCertificate.objects.filter(revoked_at__gt=told.told_at).exists() if told else False
    if told and not (force or changed or revoked or now > told.told_at + TELL_TRUST_EVERY):
        return False
    living = SenderCertificate.objects.order_by("-pk")[:100]
    question = SenderTrust(
        certificates=tuple(bytes(each.der) for each in living),
        revocation_list=authority.revocation_list(this_node().keyring, now=now),
    )
    try:
        _call(SENDER_TRUST, question)
    except Refused as refused:
        _log.info("the portal did not take note of certificates", reason=refused.reason.value)
        return False
    TrustTold.objects.update_or_create(pk=1, defaults={"told_at": now})
    return True


def deliver_due(*, now: datetime, most: int = 100) -> int:
    """Deliver what is due, oldest first; how many were answered. Call it outside a transaction."""
    due = Dispatch.objects.filter(answered_at=None, next_try_at__lte=now).select_related("recipient")
    return sum(deliver(each, now=now) for each in due.order_by("made_at")[:most])


def deliver(dispatch: Dispatch, *, now: datetime) -> bool:
    """Deliver one; whether it was answered."""
    if dispatch.content is None:
        return True
    ring = this_node().keyring
    delivery = Delivery(
        delivery=dispatch.pk,
        address=dispatch.recipient.address,
        sender=dispatch.sender,
        kind=dispatch.kind,
        title=dispatch.title,
        document=safe.unseal(ring, SAFE, bytes(dispatch.content), about=str(dispatch.pk)),
        at=dispatch.made_at,
    )
    try:
        receipt = _call(DELIVER, delivery)
    except Refused as refused:
        if refused.reason not in _LATER:
            _answered(dispatch, refused.reason.value[:20], "", now)
            return True
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(dispatch.tries, 10))
        Dispatch.objects.filter(pk=dispatch.pk).update(tries=F("tries") + 1, next_try_at=now + wait)
        return False
    _answered(dispatch, receipt.outcome.value, receipt.detail, now)
    return True


def was_delivered(dispatch: Dispatch) -> bool:
    """Whether the resident has it."""
    return dispatch.outcome == Outcome.DELIVERED.value


def _answered(dispatch: Dispatch, outcome: str, detail: str, now: datetime) -> None:
    with transaction.atomic():
        Dispatch.objects.filter(pk=dispatch.pk, answered_at=None).update(
            outcome=outcome, detail=detail, answered_at=now, content=None
        )


def _call(message: Message[Q, A], question: Q) -> A:
    return wire.call(
        this_node(),
        message,
        question,
        sender=SYSTEM,
        receiver=PORTAL,
        hop=Hop.PROVIDER,
        now=partial(datetime.now, UTC),
    )
