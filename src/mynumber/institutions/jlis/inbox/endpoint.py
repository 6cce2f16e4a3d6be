"""A signed-message endpoint of this Django project.

The order is the security argument: bound the size -> verify and parse (`wire.receive`) -> entitlement -> the handler, which first marks the
message as seen (:func:`accept_once`) in the transaction of its effect. Refusals are signed and logged without any content.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final, Generic, TypeVar

import msgspec
from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.institutions.jlis.inbox.entitlement import may_send
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.access import signed_message

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

SYSTEM: Final = "jlis"
_FORGET_AT_ONCE: Final = 100
"""How many expired message ids one message clears away."""

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question(Generic[Q]):
    """A question whose sender is proven and entitled, and when it arrived."""

    received: wire.Received[Q]
    at: datetime

    @property
    def body(self) -> Q:
        return self.received.question

    @property
    def sender(self) -> str:
        return self.received.sender

    @property
    def message_id(self) -> str:
        return self.received.header.message_id


Handler = Callable[[Question[Q]], A]
View = Callable[[HttpRequest], HttpResponse]


@cache
def this_node() -> Node:
    """This process as the system ``jlis``: its keys and the directory."""
    return Node.from_environment()


def accept_once(question: Question[Q]) -> None:
    """Mark a message as seen, inside the transaction of its effect. Raises Refused(REPLAYED) the second time."""
    header = question.received.header
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jlis_inbox_seenmessage (sender, message_id, expires_at) VALUES (%s, %s, %s)
                ON CONFLICT (sender, message_id) DO NOTHING
            """,
            [header.issuer, header.message_id, header.expires_at + CLOCK_SKEW],
        )
        if cursor.rowcount != 1:
            raise Refused(Hop.JLIS, Reason.REPLAYED)
        cursor.execute(
            """
            DELETE FROM jlis_inbox_seenmessage WHERE id IN (
                SELECT id FROM jlis_inbox_seenmessage WHERE expires_at < %s
                 ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED)
            """,
            [question.at - CLOCK_SKEW, _FORGET_AT_ONCE],
        )


def endpoint(message: Message[Q, A], handler: Handler[Q, A]) -> View:
    """The view that answers one kind of message. The handler opens its own transactions."""

    @signed_message
    @csrf_exempt  # no cookies are involved: the signature of the sender is checked
    @transaction.non_atomic_requests
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        status, body, sender, outcome = _serve(message, handler, request)
        _log.info(
            "message",
            kind=message.name,
            sender=sender,
            outcome=outcome,
            bytes=len(body),
            duration_ms=round((time.perf_counter() - began) * 1000, 2),
        )
        content_type = "application/json" if body.startswith(b"{") else wire.CONTENT_TYPE
        return HttpResponse(body, status=status, content_type=content_type)

    return view


def _serve(
    message: Message[Q, A], handler: Handler[Q, A], request: HttpRequest
) -> tuple[int, bytes, str | None, str]:
    """HTTP status, body, proven sender, outcome for the log."""
    node = this_node()
    received: wire.Received[Q] | None = None
    try:
        token = _read(request, message.max_bytes)
        now = datetime.now(UTC)
        received = wire.receive(node, token, message, receiver=SYSTEM, hop=Hop.JLIS, now=now)
        if not may_send(received.sender, message.name):
            raise Refused(Hop.JLIS, Reason.NOT_ENTITLED)
        answer = handler(Question(received, now))
        body = wire.answer(node, received, message, answer, now=datetime.now(UTC))
    except Refused as refused:
        refusal = refused
    except DatabaseFailure as error:
        # No record, no exchange: whatever the handler began is rolled back.
        _log.error("no record, no exchange", kind=message.name, exception=logs.outline(error))
        refusal = Refused(Hop.JLIS, Reason.RECORD_UNAVAILABLE)
    except Exception as error:  # noqa: BLE001 - the sender gets a signed refusal, the log the outline
        _log.error("a handler failed", kind=message.name, exception=logs.outline(error))
        refusal = Refused(Hop.JLIS, Reason.UNAVAILABLE)
    else:
        return 200, body, received.sender, "answered"
    status, body = wire.refuse(node, received, refusal.refusal, receiver=SYSTEM, now=datetime.now(UTC))
    return status, body, received.sender if received else None, refusal.reason.value


def _read(request: HttpRequest, limit: int) -> bytes:
    """The body, up to ``limit`` bytes. Raises Refused(TOO_LARGE) for more, before anything is parsed."""
    body = request.read(limit + 1)
    if len(body) > limit:
        raise Refused(Hop.JLIS, Reason.TOO_LARGE)
    return body
