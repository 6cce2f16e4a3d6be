"""One address for devices: an application in, certificates out. Nothing is kept here; J-LIS checks the card's signature and answers."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mynumber.protocols import refusal, sign_in, wire
from mynumber.protocols.certification import APPLY_FOR_PHONE, ApplyForPhone, PhoneCertificates
from mynumber.protocols.refusal import Hop, Refused
from mynumber.protocols.sign_in import Reason, SignInRefusal, SignInRefused
from mynumber.webkit import logs
from mynumber.webkit.access import public
from mynumber.webkit.messages import this_node

SYSTEM, JLIS = "portal", "jlis"
MAXIMUM_BODY = 64 * 1024

_REASONS: Final = {
    refusal.Reason.MALFORMED: Reason.MALFORMED,
    refusal.Reason.BAD_SIGNATURE: Reason.SIGNATURE_NOT_ACCEPTED,
    refusal.Reason.EXPIRED: Reason.EXPIRED,
    refusal.Reason.REPLAYED: Reason.ALREADY_ANSWERED,
    refusal.Reason.NOT_ENTITLED: Reason.CERTIFICATE_NOT_ACCEPTED,
    refusal.Reason.UNKNOWN_RECORD: Reason.CERTIFICATE_NOT_ACCEPTED,
}
"""What the device is told; any other refusal is `UNREACHABLE`: J-LIS cannot answer at the moment."""

_log = logs.get_logger(__name__)


@public  # the card's signature over the application is what proves it
@csrf_exempt  # no cookie has a say here
@transaction.non_atomic_requests  # J-LIS is asked
@never_cache
@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Hand the application on, and the certificates back."""
    try:
        answer = _ask(_read(request))
    except SignInRefused as refused:
        _log.info("no phone certificates", reason=refused.detail or refused.reason.value)
        body = sign_in.encode(SignInRefusal(reason=refused.reason, detail=refused.detail))
        return _json(body, status=sign_in.STATUS[refused.reason])
    return _json(msgspec.json.encode(answer))


def _read(request: HttpRequest) -> ApplyForPhone:
    body = request.read(MAXIMUM_BODY + 1)
    if request.content_type != sign_in.CONTENT_TYPE or len(body) > MAXIMUM_BODY:
        raise SignInRefused(Reason.MALFORMED)
    try:
        return msgspec.json.decode(body, type=ApplyForPhone)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SignInRefused(Reason.MALFORMED) from None


def _ask(application: ApplyForPhone) -> PhoneCertificates:
    try:
        return wire.call(
            this_node(),
            APPLY_FOR_PHONE,
            application,
            sender=SYSTEM,
            receiver=JLIS,
            hop=Hop.PORTAL,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        reason = _REASONS.get(refused.reason, Reason.UNREACHABLE)
        raise SignInRefused(reason, refused.reason.value) from None


def _json(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=sign_in.CONTENT_TYPE)
