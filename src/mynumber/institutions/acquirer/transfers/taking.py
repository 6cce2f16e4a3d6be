"""Taking a file of transfers: as a whole, once, or not at all."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum

from mynumber.foundation.zengin.transfers import BadTransferFile, decode
from mynumber.foundation.zengin.transfers import TransferFile as Content
from mynumber.institutions.acquirer.transfers.models import WAITING, Transfer, TransferFile
from mynumber.protocols import transfers as protocol
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.transfers import FileStanding, SendTransfers, TransfersTaken

JAPAN: Final = ZoneInfo("Asia/Tokyo")


def take(customer: str, sent: SendTransfers, *, at: datetime) -> TransfersTaken:
    """Take a file in, or answer as before. Raises Refused: unreadable, another's, of a past day, sent twice."""
    digest = hashlib.sha256(sent.content).hexdigest()
    known = _known(customer, sent, digest)
    if known is not None:
        return known
    try:
        content = decode(sent.content)
    except BadTransferFile as bad:
        raise Refused(Hop.ACQUIRER, Reason.MALFORMED, str(bad)) from None
    if customer.rpartition(".")[2] != content.payer[:6]:
        raise Refused(Hop.ACQUIRER, Reason.WRONG_INSTITUTION, "the account is another customer's")
    if len(content.transfers) > protocol.MOST_TRANSFERS:
        raise Refused(Hop.ACQUIRER, Reason.TOO_LARGE)
    if not content.falls_on(sent.pay_on):
        raise Refused(Hop.ACQUIRER, Reason.MALFORMED, "the day is not the one of the file")
    if sent.pay_on < at.astimezone(JAPAN).date():
        raise Refused(Hop.ACQUIRER, Reason.OUT_OF_PLACE, "the day has passed")
    try:
        with transaction.atomic():
            return _taken(_store(customer, sent, content, digest, at))
    except IntegrityError:
        # Two at once, or a reference that was used before: the database lets one through.
        known = _known(customer, sent, digest)
        if known is None:
            raise Refused(
                Hop.ACQUIRER, Reason.DUPLICATE_REQUEST, "a transfer of it was ordered before"
            ) from None
        return known


def _known(customer: str, sent: SendTransfers, digest: str) -> TransfersTaken | None:
    row = TransferFile.objects.filter(customer=customer, file=sent.file).first()
    if row is not None and (row.digest, row.pay_on) == (digest, sent.pay_on):
        return _taken(row)
    if row is not None or TransferFile.objects.filter(customer=customer, digest=digest).exists():
        raise Refused(Hop.ACQUIRER, Reason.DUPLICATE_REQUEST, "a file that was sent before")
    return None


def _store(customer: str, sent: SendTransfers, content: Content, digest: str, at: datetime) -> TransferFile:
    row = TransferFile.objects.create(
        customer=customer,
        file=sent.file,
        digest=digest,
        content=sent.content,
        pay_on=sent.pay_on,
        count=len(content.transfers),
        total=content.total,
        taken_at=at,
    )
    Transfer.objects.bulk_create(
        Transfer(
            file=row,
            customer=customer,
            reference=each.reference,
            bank=each.to.bank,
            branch=each.to.branch,
            number=each.to.number,
            amount=each.amount,
        )
        for each in content.transfers
    )
    return row


def _taken(row: TransferFile) -> TransfersTaken:
    return TransfersTaken(
        file=row.file,
        digest=row.digest,
        count=row.count,
        total=row.total,
        pay_on=row.pay_on,
        taken_at=row.taken_at,
    )


def compare(customer: str, wanted: protocol.Compare) -> FileStanding:
    """A file of the customer in sums. Raises Refused."""
    row = TransferFile.objects.filter(customer=customer, file=wanted.file).first()
    if row is None:
        raise Refused(Hop.ACQUIRER, Reason.UNKNOWN_RECORD)
    sums = {
        each["state"]: protocol.Sum(count=each["count"], yen=each["yen"])
        for each in row.transfers.values("state").annotate(count=Count("pk"), yen=Sum("amount"))
    }
    return FileStanding(
        file=row.file,
        pay_on=row.pay_on,
        waiting=sums.get(WAITING, protocol.Sum()),
        paid=sums.get("paid", protocol.Sum()),
        returned=sums.get("returned", protocol.Sum()),
    )
