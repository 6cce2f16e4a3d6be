"""What the holder's device asks of the portal: the request, and to believe the card's answer (`protocols.sign_in`, `protocols.signing`).

The device is no system of the directory, so these addresses are open; what the device brings proves itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from mynumber.institutions.portal.account import signing_documents, signing_in
from mynumber.protocols import sign_in, signing
from mynumber.protocols.sign_in import Reason, SignInRefusal, SignInRefused
from mynumber.webkit import logs
from mynumber.webkit.access import public
from mynumber.webkit.headers import never_kept

LARGEST_SIGNATURES = 64 * 1024
"""Bytes: a certificate and ten signatures."""

_log = logs.get_logger(__name__)


@public  # the device has no session here; the request tells nothing but what its holder must read
@transaction.non_atomic_requests  # one SELECT
@never_kept
@require_safe
def show_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """The sign-in request, as long as it may be answered."""
    try:
        return _json(sign_in.encode(signing_in.show(_identifier(request_id), now=_now())))
    except SignInRefused as refused:
        return _refusal(refused)


@public  # the card's signature over a fresh challenge is what proves the answer
@csrf_exempt  # no cookie has a say here
@transaction.non_atomic_requests  # J-LIS may have to be asked; the service has its own transaction
@never_kept
@require_POST
def take_response(request: HttpRequest, request_id: str) -> HttpResponse:
    """The card's answer: believed once, or refused with the reason."""
    try:
        response = sign_in.decode_response(_body(request, sign_in.MAXIMUM_BODY))
        accepted = signing_in.answer(_identifier(request_id), response, now=_now())
    except SignInRefused as refused:
        return _refusal(refused)
    return _json(sign_in.encode(accepted))


@public  # as `show_request`
@never_kept
@require_safe
def show_signing(request: HttpRequest, request_id: str) -> HttpResponse:
    """What is to be signed, as long as it may be."""
    try:
        return _json(signing.encode(signing_documents.show(_identifier(request_id), now=_now())))
    except SignInRefused as refused:
        return _refusal(refused)


@public  # as `take_response`
@csrf_exempt  # no cookie has a say here
@transaction.non_atomic_requests  # J-LIS has to be asked; the service has its own transaction
@never_kept
@require_POST
def take_signatures(request: HttpRequest, request_id: str) -> HttpResponse:
    """The card's signatures: believed once, or refused with the reason."""
    try:
        response = signing.decode_response(_body(request, LARGEST_SIGNATURES))
        accepted = signing_documents.answer(_identifier(request_id), response, now=_now())
    except SignInRefused as refused:
        return _refusal(refused)
    return _json(sign_in.encode(accepted))


def _body(request: HttpRequest, limit: int) -> bytes:
    if request.content_type != sign_in.CONTENT_TYPE:
        raise SignInRefused(Reason.MALFORMED)
    return request.read(limit + 1)


def _identifier(text: str) -> str:
    if not sign_in.is_identifier(text):
        raise SignInRefused(Reason.MALFORMED)
    return text


def _refusal(refused: SignInRefused) -> HttpResponse:
    _log.info("sign-in refused", reason=refused.detail or refused.reason.value)
    body = sign_in.encode(SignInRefusal(reason=refused.reason, detail=refused.detail))
    return _json(body, status=sign_in.STATUS[refused.reason])


def _json(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=sign_in.CONTENT_TYPE)


def _now() -> datetime:
    return datetime.now(UTC)
