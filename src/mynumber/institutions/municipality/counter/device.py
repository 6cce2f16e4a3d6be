"""What the holder's device asks of a counter or a kiosk (`protocols.card_reader`): one address for every town, since a code names its town."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mynumber.institutions.municipality.counter import sessions
from mynumber.protocols import card_reader, sign_in
from mynumber.protocols.sign_in import Reason, SignInRefusal, SignInRefused
from mynumber.webkit import logs
from mynumber.webkit.access import public

_log = logs.get_logger(__name__)


@public  # the device has no session here: the code on the clerk's screen is what binds the two
@csrf_exempt  # no cookie has a say here
@transaction.non_atomic_requests  # J-LIS may have to be asked; each step has transactions of its own
@never_cache
@require_POST
def take_step(request: HttpRequest) -> HttpResponse:
    """One step of a procedure: the device's reply in, the next task out."""
    try:
        if request.content_type != sign_in.CONTENT_TYPE:
            raise SignInRefused(Reason.MALFORMED)
        step = card_reader.decode_step(request.read(card_reader.MAXIMUM_BODY + 1))
        task = sessions.take_step(step, now=timezone.now)
    except SignInRefused as refused:
        _log.info("card reader refused", reason=refused.reason.value)
        body = sign_in.encode(SignInRefusal(reason=refused.reason, detail=refused.detail))
        return _json(body, status=sign_in.STATUS[refused.reason])
    return _json(card_reader.encode(task))


def _json(body: bytes, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type=sign_in.CONTENT_TYPE)
