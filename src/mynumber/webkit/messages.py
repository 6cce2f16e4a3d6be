"""Signed messages in a Django project: one view a kind of message.

    urlpatterns = [*message_routes(GIVE_WORDS, give_words, hop=Hop.PROVIDER, may_ask=only("gateway"))]

The order is the security argument: bound the size, verify signature, audience, kind and time and open the seal (`wire.receive`), ask whether the
sender may send this, and only then, in one transaction and as the receiver's tenant, mark the message as seen and act. A refusal
rolls back whatever was begun, is recorded by `on_refused`, and goes back signed.

The address is `/messages/<name>` for the institution itself and `/<system>/messages/<name>` for one of its systems
(`/municipality.131229/messages/...`). The institution lists `mynumber.webkit.inbox` among its apps.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from time import perf_counter
from typing import Final, Generic, TypeVar

import msgspec
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mynumber.foundation.envelope import CLOCK_SKEW
from mynumber.protocols import wire
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.access import signed_message
from mynumber.webkit.prepared import ask
from mynumber.webkit.tenancy import NotATenant, acting_as, default_tenant

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

FORGET_AT_ONCE: Final = 100
"""How many expired message ids one message clears away."""

_ACCEPT: Final = """
    WITH forgotten AS (
        DELETE FROM inbox_seenmessage WHERE id IN (
            SELECT id FROM inbox_seenmessage WHERE expires_at < $5
             ORDER BY expires_at LIMIT $6 FOR UPDATE SKIP LOCKED))
    INSERT INTO inbox_seenmessage (tenant, sender, message_id, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
    """

_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question(Generic[Q]):
    """A question whose sender is proven and entitled, and when it arrived."""

    received: wire.Received[Q]
    at: datetime

    @property
    def body(self) -> Q:
        """What is asked."""
        return self.received.question

    @property
    def sender(self) -> str:
        """The system that signed."""
        return self.received.sender

    @property
    def receiver(self) -> str:
        """The system of this institution that was asked."""
        return self.received.receiver


@dataclass(frozen=True, slots=True)
class Afterwards(Generic[A]):
    """What a handler returns when another institution has to be asked: `finish` runs after the transaction is committed.

    So the record stands before anything moves on, and no transaction waits for somebody else. A refusal in `finish` undoes nothing.
    """

    finish: Callable[[], A]


Handler = Callable[[Question[Q]], A | Afterwards[A]]
"""Acts on a question inside the transaction. Raises Refused."""
MayAsk = Callable[[str, str], bool]
"""(sender system, receiver system) -> whether this kind of message is open to it."""
OnRefused = Callable[[str, str, str | None, Refused], None]
"""(receiver, message name, proven sender or None, refusal): record it; runs in a transaction of its own as the receiver's tenant."""
View = Callable[..., HttpResponse]


def only(*institutions: str) -> MayAsk:
    """Open to the systems whose id begins with one of these words: `only("gateway", "jlis")`."""
    return lambda sender, _receiver: sender.partition(".")[0] in institutions


@cache
def this_node() -> Node:
    """This process's keys and the directory, from its environment. Raises NodeNotConfigured."""
    return Node.from_environment()


def message_routes(
    message: Message[Q, A],
    handler: Handler[Q, A],
    *,
    hop: Hop,
    may_ask: MayAsk,
    on_refused: OnRefused | None = None,
) -> list[URLPattern]:
    """The two addresses of one kind of message. Put them before routes that begin with a tenant."""
    view = message_view(message, handler, hop=hop, may_ask=may_ask, on_refused=on_refused)
    address = message.path.removeprefix("/")
    return [path(address, view), path(f"<str:system>/{address}", view)]


def message_view(
    message: Message[Q, A],
    handler: Handler[Q, A],
    *,
    hop: Hop,
    may_ask: MayAsk,
    on_refused: OnRefused | None = None,
) -> View:
    """The view that answers one kind of message."""
    endpoint = _Endpoint(message, handler, hop, may_ask, on_refused)

    @signed_message
    @csrf_exempt  # no cookie has a say here: the sender's signature has
    @transaction.non_atomic_requests
    @require_POST
    def view(request: HttpRequest, system: str | None = None) -> HttpResponse:
        return endpoint.serve(request, system or settings.MYNUMBER_INSTITUTION)

    return view


@dataclass(frozen=True, slots=True)
class _Endpoint(Generic[Q, A]):
    message: Message[Q, A]
    handler: Handler[Q, A]
    hop: Hop
    may_ask: MayAsk
    on_refused: OnRefused | None

    def serve(self, request: HttpRequest, receiver: str) -> HttpResponse:
        began = perf_counter()
        node = this_node()
        ours = _is_ours(receiver) and receiver in node.directory
        received: wire.Received[Q] | None = None
        try:
            if not ours:
                raise Refused(self.hop, Reason.WRONG_AUDIENCE)
            token = self._read(request)
            now = datetime.now(UTC)
            received = wire.receive(node, token, self.message, receiver=receiver, hop=self.hop, now=now)
            if not self.may_ask(received.sender, receiver):
                raise Refused(self.hop, Reason.NOT_ENTITLED)
            with _place_of(receiver):
                self._accept_once(received, now)
                answer = self.handler(Question(received, now))
                if not isinstance(answer, Afterwards):
                    # Inside: an answer that cannot be signed or sealed leaves no effect behind.
                    body = wire.answer(node, received, self.message, answer, now=datetime.now(UTC))
            if isinstance(answer, Afterwards):
                body = wire.answer(node, received, self.message, answer.finish(), now=datetime.now(UTC))
            status, outcome = 200, "answered"
        except Exception as error:  # noqa: BLE001 - every sender gets a typed refusal, the log the outline
            refused = self._as_refusal(error)
            outcome = refused.reason.value
            refused = self._record(refused, receiver if ours else None, received)
            # Nobody but a system of this institution has a key here; a stranger's question is refused unsigned.
            status, body = wire.refuse(
                node, received, refused.refusal, receiver=receiver, now=datetime.now(UTC)
            )
        logs.say(
            __name__,
            "message",
            kind=self.message.name,
            sender=received.sender if received else None,
            receiver=receiver if ours else None,
            outcome=outcome,
            bytes=len(body),
            duration_ms=round((perf_counter() - began) * 1000, 2),
            **_request_id(request),
        )
        plain = body.startswith(b"{")
        return HttpResponse(
            body, status=status, content_type="application/json" if plain else wire.CONTENT_TYPE
        )

    def _read(self, request: HttpRequest) -> bytes:
        """The body, never more than the message may have. Raises Refused before anything is parsed."""
        if request.content_type != wire.CONTENT_TYPE:
            raise Refused(self.hop, Reason.MALFORMED, f"the content type is not {wire.CONTENT_TYPE}")
        body = request.read(self.message.max_bytes + 1)
        if len(body) > self.message.max_bytes:
            raise Refused(self.hop, Reason.TOO_LARGE)
        return body

    def _accept_once(self, received: wire.Received[Q], now: datetime) -> None:
        """Mark the message as seen in the transaction of its effect. Raises Refused(REPLAYED) the second time."""
        header = received.header
        _, added = ask(
            _ACCEPT,
            [
                *(default_tenant(), header.issuer, header.message_id, header.expires_at + CLOCK_SKEW),
                *(now - CLOCK_SKEW, FORGET_AT_ONCE),
            ],
        )
        if added != 1:
            raise Refused(self.hop, Reason.REPLAYED)

    def _as_refusal(self, error: Exception) -> Refused:
        if isinstance(error, Refused):
            return error
        if isinstance(error, DatabaseFailure | OSError):
            _log.error("no record, no exchange", kind=self.message.name, exc_info=error)
            return Refused(self.hop, Reason.RECORD_UNAVAILABLE)
        if isinstance(error, NotATenant):
            return Refused(self.hop, Reason.WRONG_AUDIENCE)
        _log.error("a handler failed", kind=self.message.name, exc_info=error)
        return Refused(self.hop, Reason.UNAVAILABLE)

    def _record(self, refused: Refused, receiver: str | None, received: wire.Received[Q] | None) -> Refused:
        """Record the refusal; where that fails, the sender is told that nothing can be recorded."""
        if self.on_refused is None or receiver is None:
            return refused
        try:
            with _place_of(receiver):
                sender = received.sender if received else refused.sender
                self.on_refused(receiver, self.message.name, sender, refused)
        except NotATenant:
            # A system of this house without a tenant of its own: there is no place to record in, the log has it.
            return refused
        except DatabaseFailure as error:
            _log.error("a refusal could not be recorded", kind=self.message.name, exc_info=error)
            return Refused(self.hop, Reason.RECORD_UNAVAILABLE)
        return refused


def _request_id(request: HttpRequest) -> dict[str, str]:
    found: str = getattr(request, "request_id", "")
    return {"request_id": found} if found else {}


def _is_ours(system: str) -> bool:
    name: str = settings.MYNUMBER_INSTITUTION
    return system == name or system.startswith(f"{name}.")


def _place_of(receiver: str) -> AbstractContextManager[None]:
    """The transaction in which the receiver works: its tenant's, where the institution has tenants."""
    if not settings.MYNUMBER_TENANTED:
        return transaction.atomic()
    return acting_as(receiver.removeprefix(f"{settings.MYNUMBER_INSTITUTION}."))
