"""What happens to a payment: opened, authorised, captured, given back. Each function is one transaction, and may be done twice.

The database lets a bill be taken once (`payment_once_a_bill`): the second of two that come at once finds it taken and takes nothing.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from mynumber.institutions.acquirer.payments import telling
from mynumber.institutions.acquirer.payments.cards import CHALLENGE_CODE, Card, Outcome
from mynumber.institutions.acquirer.payments.models import Payment
from mynumber.institutions.acquirer.payments.models import Refund as RefundRow
from mynumber.protocols import payments as protocol
from mynumber.protocols.payments import Cause, Method, PaymentState
from mynumber.protocols.refusal import Hop, Reason, Refused

PAGE_LIVES: Final = timedelta(minutes=30)
CHALLENGES: Final = 3
"""Wrong codes after which the issuer confirms no more."""
ASK_AGAIN_AFTER: Final = timedelta(seconds=3)
GIVE_UP_AFTER: Final = timedelta(minutes=30)
"""How long an authorised payment waits for its collector before it is cancelled."""

_FAILURES: Final = {
    Outcome.DECLINED: Cause.DECLINED,
    Outcome.INSUFFICIENT_FUNDS: Cause.INSUFFICIENT_FUNDS,
    Outcome.NO_ANSWER: Cause.NO_ANSWER,
}


def open_checkout(site: str, wanted: protocol.OpenCheckout, *, at: datetime) -> Payment:
    """Begin, or find what was begun under this id. Raises Refused if the id stands for something else."""
    row, is_new = Payment.objects.get_or_create(
        site=site,
        checkout=wanted.checkout,
        defaults={
            "bill": wanted.bill,
            "payee": wanted.payee,
            "collector": wanted.numbers.collector,
            "number": wanted.numbers.number,
            "confirmation": wanted.numbers.confirmation,
            "division": wanted.numbers.division,
            "title": wanted.title,
            "amount": wanted.amount,
            "method": Method.CARD,
            "page": secrets.token_urlsafe(16),
            "back": wanted.back,
            "opened_at": at,
            "expires_at": at + PAGE_LIVES,
            "changed_at": at,
        },
    )
    said = (wanted.bill, wanted.payee, wanted.numbers.number, wanted.amount, wanted.back)
    if not is_new and said != (row.bill, row.payee, row.number, row.amount, row.back):
        raise Refused(Hop.ACQUIRER, Reason.DUPLICATE_REQUEST)
    return row if is_new else expired(row.pk, at=at)


def locked(payment: UUID) -> Payment:
    """The row, held until the end of the transaction."""
    return Payment.objects.select_for_update().get(pk=payment)


@transaction.atomic
def expired(payment: UUID, *, at: datetime) -> Payment:
    """The payment, ended if its page was open for too long."""
    row = locked(payment)
    if row.state == PaymentState.CREATED and at >= row.expires_at:
        _end(row, PaymentState.EXPIRED, Cause.TOO_LATE, at)
    return row


def authorise(payment: UUID, card: Card, *, at: datetime) -> Payment:
    """Ask the issuer. The second of two clicks finds what the first did."""
    with transaction.atomic():
        row = expired(payment, at=at)
        if row.state != PaymentState.CREATED or row.challenged_at is not None:
            return row
        row.brand, row.last_four = card.brand.name, card.last_four
        outcome = card.outcome
        if outcome is Outcome.CHALLENGE:
            row.challenged_at = at
            row.save(update_fields=["brand", "last_four", "challenged_at"])
            return row
        if outcome is not Outcome.AUTHORISED:
            _end(row, PaymentState.FAILED, _FAILURES[outcome], at)
            return row
        return _hold(row, at)


def confirm(payment: UUID, code: str, *, at: datetime) -> Payment:
    """The holder's answer to the issuer (3-D Secure). After three wrong ones the payment fails."""
    with transaction.atomic():
        row = expired(payment, at=at)
        if row.state != PaymentState.CREATED or row.challenged_at is None:
            return row
        if secrets.compare_digest(code.encode(), CHALLENGE_CODE.encode()):
            return _hold(row, at)
        row.challenge_failures += 1
        if row.challenge_failures >= CHALLENGES:
            _end(row, PaymentState.FAILED, Cause.NOT_CONFIRMED, at)
        else:
            row.save(update_fields=["challenge_failures"])
        return row


def give_up(payment: UUID, *, at: datetime) -> Payment:
    """The payer goes back without paying."""
    with transaction.atomic():
        row = expired(payment, at=at)
        if row.state == PaymentState.CREATED:
            _end(row, PaymentState.CANCELLED, Cause.GIVEN_UP, at)
        return row


def _hold(row: Payment, at: datetime) -> Payment:
    """Authorised, unless the bill is taken already. The caller holds the row."""
    try:
        with transaction.atomic():
            row.state, row.authorised_at, row.next_try_at = PaymentState.AUTHORISED, at, at
            changed(row, at)
    except IntegrityError:
        row.authorised_at = row.next_try_at = None
        row.version -= 1
        _end(row, PaymentState.CANCELLED, Cause.ALREADY_PAID, at)
    return row


def capture(payment: UUID, *, now: datetime) -> Payment:
    """Ask the collector and take the money, or let it go. Call it outside a transaction; again after a crash.

    While the collector does not answer the payment stays authorised and is tried again, at most :data:`GIVE_UP_AFTER`.
    """
    row = Payment.objects.get(pk=payment)
    if row.state != PaymentState.AUTHORISED or row.authorised_at is None:
        return row
    numbers = protocol.BillNumbers(
        collector=row.collector, number=row.number, confirmation=row.confirmation, division=row.division
    )
    try:
        found = telling.look_up_bill(row.payee, numbers)
    except Refused:
        return _wait(payment, now)
    with transaction.atomic():
        row = locked(payment)
        if row.state != PaymentState.AUTHORISED:
            return row
        if found.why_not is None and (found.bill, found.amount) == (row.bill, row.amount):
            row.state, row.captured_at, row.next_try_at = PaymentState.CAPTURED, now, None
            changed(row, now)
        else:
            is_paid = found.why_not is protocol.WhyNotPayable.PAID
            _end(row, PaymentState.CANCELLED, Cause.ALREADY_PAID if is_paid else Cause.NOT_PAYABLE, now)
        return row


@transaction.atomic
def _wait(payment: UUID, now: datetime) -> Payment:
    row = locked(payment)
    if row.state != PaymentState.AUTHORISED or row.authorised_at is None:
        return row
    if now >= row.authorised_at + GIVE_UP_AFTER:
        _end(row, PaymentState.CANCELLED, Cause.NO_ANSWER, now)
    else:
        row.next_try_at = now + ASK_AGAIN_AFTER
        row.save(update_fields=["next_try_at"])
    return row


@transaction.atomic
def take_at_bank(
    payment: UUID,
    numbers: protocol.BillNumbers,
    *,
    payee: str,
    method: Method,
    amount: int,
    title: str = "",
    bill: UUID | None = None,
    at: datetime,
) -> Payment | None:
    """Cash or account at a bank, taken at once. None: the bill was paid meanwhile, and nothing was taken.

    The same id again is the same payment. A paper slip (COUNTER) asks nobody: it may pay a second time or the wrong amount.
    """
    row = Payment(
        id=payment,
        bill=bill,
        payee=payee,
        collector=numbers.collector,
        number=numbers.number,
        confirmation=numbers.confirmation,
        division=numbers.division,
        title=title,
        amount=amount,
        method=method,
        state=PaymentState.CAPTURED,
        version=0,
        opened_at=at,
        expires_at=at,
        captured_at=at,
        changed_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            changed(row, at)
    except IntegrityError:
        return Payment.objects.filter(pk=payment).first()
    return row


@transaction.atomic
def refund(payee: str, wanted: protocol.Refund, *, at: datetime) -> Payment:
    """Give money back, once for each id. Raises Refused: another's payment, more than there is, an id of another refund."""
    row = Payment.objects.select_for_update().filter(pk=wanted.payment, payee=payee).first()
    if row is None:
        raise Refused(Hop.ACQUIRER, Reason.UNKNOWN_RECORD)
    known = RefundRow.objects.filter(pk=wanted.refund).first()
    if known is not None:
        if (known.payment_id, known.amount) != (wanted.payment, wanted.amount):
            raise Refused(Hop.ACQUIRER, Reason.DUPLICATE_REQUEST)
        return row
    if not PaymentState(row.state).is_paid or row.refunded + wanted.amount > row.amount:
        raise Refused(Hop.ACQUIRER, Reason.NOT_ENTITLED, "there is not that much to give back")
    RefundRow.objects.create(id=wanted.refund, payment=row, amount=wanted.amount, reason=wanted.reason, at=at)
    row.refunded += wanted.amount
    whole = row.refunded == row.amount
    row.state = PaymentState.REFUNDED if whole else PaymentState.REFUNDED_IN_PART
    changed(row, at)
    return row


def result_of(payment: UUID) -> str:
    """The one-time reference with which the browser goes back; the same until it is used."""
    with transaction.atomic():
        row = locked(payment)
        if not row.result:
            row.result = secrets.token_urlsafe(16)
            row.save(update_fields=["result"])
        return row.result


@transaction.atomic
def look_up(site: str, wanted: protocol.LookUp, *, at: datetime) -> tuple[Payment, bool]:
    """A site's own payment, and whether its browser came back with the reference for the first time. Raises Refused."""
    row = Payment.objects.select_for_update().filter(site=site, checkout=wanted.checkout).first()
    if row is None:
        raise Refused(Hop.ACQUIRER, Reason.UNKNOWN_RECORD)
    row = expired(row.pk, at=at)
    given = wanted.result or ""
    first = bool(given) and secrets.compare_digest(given, row.result) and row.result_used_at is None
    if first:
        row.result_used_at = at
        row.save(update_fields=["result_used_at"])
    return row, first


def _end(row: Payment, state: PaymentState, cause: Cause, at: datetime) -> None:
    row.state, row.cause, row.next_try_at = state, cause.value, None
    changed(row, at)


def changed(row: Payment, at: datetime) -> None:
    """Save a change of the row the caller holds, and tell who has to know."""
    row.version += 1
    row.changed_at = at
    row.save()
    telling.tell(row, at=at)
