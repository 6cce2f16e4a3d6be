"""The portal's code (符号) for the person of an account, from the serial number of the certificate (docs/protocols/records.md).

The acquisition number is committed before J-LIS is asked: the network delivers the code in a message of its own, which another
thread takes in while the question is still open.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction

from mynumber.foundation.codes import BadCode, Code
from mynumber.institutions.portal.account.models import Account, Acquisition
from mynumber.protocols import wire
from mynumber.protocols.acquisition import (
    REQUEST_CODE_BY_CERTIFICATE,
    AcquisitionState,
    CodeRequestByCertificate,
    DeliverCodes,
)
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.messages import Question, this_node

SYSTEM, JLIS = "portal", "jlis"
NUMBER_BYTES = 24
NUMBER_VALIDITY = timedelta(minutes=10)
"""How long a code may be delivered for a number."""

AT_A_TIME = 1
"""Acquisitions under way in one process: fewer than its threads (platform.launch.THREADS_OF_SHARED), so that one is free to take the delivery in."""

_places = threading.BoundedSemaphore(AT_A_TIME)
_log = logs.get_logger(__name__)


def acquire_code(account: Account, *, now: datetime) -> Account:
    """Have the code of this account's person delivered; the account as it is then. Not inside a transaction. Raises Refused.

    Asking again is harmless: the same code is delivered again (Order 85 art. 44(2)).
    """
    # Nobody waits for a place: whoever waits holds a thread that a delivery may need.
    if not _places.acquire(blocking=False):
        raise Refused(Hop.PORTAL, Reason.UNAVAILABLE, "too many acquisitions at a time")
    try:
        number = _open(account, now)
        _ask(account.certificate_serial, number)
    except Refused as refused:
        _log.warning("no code for an account", hop=refused.hop.value, reason=refused.reason.value)
        raise
    finally:
        _places.release()
    account.refresh_from_db()
    if account.code is None:
        raise Refused(Hop.PORTAL, Reason.NO_CODE_HELD, "the code was announced and did not arrive")
    return account


def take_delivery(question: Question[DeliverCodes]) -> Acknowledged:
    """Take codes from the network and forget their acquisition numbers (Act art. 21-2(4)). A number that is over is passed by."""
    if len(question.body.codes) > BATCH_ITEMS:
        raise Refused(Hop.PORTAL, Reason.TOO_LARGE)
    try:
        codes = {item.number: Code.parse(item.code).to_text() for item in question.body.codes}
    except BadCode:
        raise Refused(Hop.PORTAL, Reason.MALFORMED) from None
    opened = Acquisition.objects.select_for_update().filter(
        number__in=list(codes), requested_at__gte=question.at - NUMBER_VALIDITY
    )
    count = 0
    for acquisition in opened:
        Account.objects.filter(pk=acquisition.account_id).update(
            code=codes[acquisition.number], code_obtained_at=question.at
        )
        acquisition.delete()
        count += 1
    return Acknowledged(count=count)


def _open(account: Account, now: datetime) -> str:
    """A fresh acquisition number, committed."""
    number = secrets.token_urlsafe(NUMBER_BYTES)
    with transaction.atomic(durable=True):
        account.acquisitions.filter(requested_at__lt=now - NUMBER_VALIDITY).delete()
        Acquisition.objects.create(number=number, account=account, requested_at=now)
    return number


def _ask(serial: str, number: str) -> None:
    answer = wire.call(
        this_node(),
        REQUEST_CODE_BY_CERTIFICATE,
        CodeRequestByCertificate(number=number, certificate_serial=serial),
        sender=SYSTEM,
        receiver=JLIS,
        hop=Hop.PORTAL,
        now=partial(datetime.now, UTC),
    )
    if [result.number for result in answer.results] != [number]:
        raise Refused(Hop.PORTAL, Reason.ANSWER_NOT_BOUND)
    if answer.results[0].state is AcquisitionState.NOT_FOUND:
        raise Refused(Hop.JLIS, Reason.UNKNOWN_RECORD, "no person has this certificate")
