"""Traces of exchanges over all hops (OpenTelemetry), by request id and without headers. Off unless ``MYNUMBER_TRACES`` names a collector. No Django here.

Every hop makes the trace id of an exchange from its request id with the same secret, so spans join although no message carries an id of a trace,
and whoever reads the traces without the secret cannot tell which exchange one is of. Sampling looks at the same id: all hops keep the same exchanges. A span has kind, hop and
outcome, all words of this program; no institution, no person, no content.

``MYNUMBER_TRACES``: address of an OTLP collector, ``http://HOST:4318/v1/traces``. ``MYNUMBER_TRACES_KEY``: the secret, 32 letters or more, the same for all. ``MYNUMBER_TRACES_RATE``:
part of the exchanges that is kept, 0 to 1 (0.01).
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context

from mynumber.foundation.message_keys import from_base64url
from mynumber.protocols.exchange import ASK, NOTIFY, PRESENT_SHEET, REQUEST_PERMITS
from mynumber.protocols.refusal import Hop
from mynumber.webkit import logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

URL, KEY, RATE = "MYNUMBER_TRACES", "MYNUMBER_TRACES_KEY", "MYNUMBER_TRACES_RATE"
_SHORTEST_KEY: Final = 32
_DEFAULT_RATE: Final = "0.01"
_MOST_ROOTS: Final = 10_000
Ends = Sequence[tuple[UUID, str]]
"""Request ids of a message, and how each ended here."""

_log = logs.get_logger(__name__)


class BadTraceSettings(ValueError):
    """A variable cannot be used; the message names it and never shows its value."""


class Ids:
    """Trace and root span of an exchange, made from its request id; the same at every hop that has the secret."""

    def __init__(self, secret: str, rate: float) -> None:
        self._key = hashlib.blake2b(secret.encode()).digest()
        self._limit = int(rate * 2**64)

    def of(self, request_id: UUID) -> tuple[int, int] | None:
        """(trace id, id of the span of the whole exchange), or None for one that is not kept."""
        made = hashlib.blake2b(request_id.bytes, key=self._key, digest_size=24).digest()
        if int.from_bytes(made[8:16], "big") >= self._limit:
            return None
        return int.from_bytes(made[:16], "big") or 1, int.from_bytes(made[16:], "big") or 1


class Spans:
    """The spans that one process sends. ``record`` is cheap for what is not kept; sending is a thread's work."""

    def __init__(self, ids: Ids, provider: TracerProvider, given: _GivenIds) -> None:
        self._ids = ids
        self._provider = provider
        self._given = given
        self._tracer = provider.get_tracer("mynumber")
        self._roots: set[int] = set()

    def record(
        self, kind: str, hop: Hop, question: object, answer: object | None, outcome: str, seconds: float
    ) -> None:
        """One span for each exchange that a message is about. ``answer`` is None when the message was refused, ``outcome`` says why."""
        if kind in _ENDS:
            try:
                self._record(kind, hop, _ENDS[kind](question, answer, outcome), seconds)
            except Exception as error:  # noqa: BLE001 - an exchange does not fail of its trace
                _log.error("a span could not be made", kind=kind, exception=logs.outline(error))

    def _record(self, kind: str, hop: Hop, ends: Ends, seconds: float) -> None:
        end = time.time_ns()
        start = end - int(seconds * 1e9)
        for request_id, ended in ends:
            found = self._ids.of(request_id)
            if found is None:
                continue
            attributes = {"mynumber.hop": hop.value, "mynumber.outcome": ended}
            span = self._tracer.start_span(
                kind,
                context=self._place(kind, *found),
                kind=SpanKind.SERVER,
                attributes=attributes,
                start_time=start,
            )
            span.end(end)

    def _place(self, kind: str, trace_id: int, root: int) -> Context:
        """Where the next span belongs. The first time that somebody asks is the whole exchange; the others, also asking again, lie in it."""
        if kind == ASK.name and root not in self._roots:
            if len(self._roots) >= _MOST_ROOTS:
                self._roots.clear()
            self._roots.add(root)
            self._given.trace_id, self._given.span_id = trace_id, root
            return Context()
        self._given.span_id = random.getrandbits(64) or 1
        parent = SpanContext(trace_id, root, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
        return set_span_in_context(NonRecordingSpan(parent), Context())

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()


class _GivenIds:
    """An id generator of the SDK that gives what it was given: spans are made one at a time, on the event loop."""

    trace_id = 1
    span_id = 1

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id

    def is_trace_id_random(self) -> bool:
        return False


def spans_of(institution: str, environment: Mapping[str, str] | None = None) -> Spans | None:
    """What the environment asks for; None: no traces. Raises BadTraceSettings; ImportError without the extra ``tracing``."""
    env = os.environ if environment is None else environment
    url = env.get(URL)
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise BadTraceSettings(f"{URL} must be the http address of an OTLP collector")
    secret = env.get(KEY, "")
    if len(secret) < _SHORTEST_KEY:
        raise BadTraceSettings(f"{KEY} must have {_SHORTEST_KEY} letters or more, the same at every hop")
    try:
        rate = float(env.get(RATE) or _DEFAULT_RATE)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise BadTraceSettings(f"{RATE} must be a number from 0 to 1")

    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    given = _GivenIds()
    provider = TracerProvider(
        id_generator=given,  # type: ignore[arg-type]  # has its methods; its base class is in the extra
        resource=Resource({"service.name": institution}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return Spans(Ids(secret, rate), provider, given)


# which exchanges a message is about ------------------------------------------------------------------------------------------


def _asked(question: Any, answer: Any, outcome: str) -> Ends:
    if answer is None:
        return [(one.request_id, outcome) for one in question.inquiries]
    return [(one.request_id, one.outcome.value) for one in answer.results]


def _decided(question: Any, answer: Any, outcome: str) -> Ends:
    if answer is None:
        return [(one.request_id, outcome) for one in question.requests]
    return [(one.request_id, one.reason.value if one.reason else "permitted") for one in answer.decisions]


def _reported(question: Any, answer: Any, outcome: str) -> Ends:
    return [(one.request_id, outcome if answer is None else one.outcome.value) for one in question.notices]


class _Permit(msgspec.Struct):
    request_id: UUID


class _Sheet(msgspec.Struct):
    permits: list[_Permit]


class _Token(msgspec.Struct):
    body: _Sheet


_read_token = msgspec.json.Decoder(_Token).decode


def _presented(question: Any, answer: Any, outcome: str) -> Ends:
    """A refused presentation is left out: nobody has verified its sheet."""
    if answer is None:
        return []
    permits = _read_token(from_base64url(question.sheet.split(".")[1].encode())).body.permits
    chosen = [permits[place] for place in question.only] if question.only else permits
    return [
        (permit.request_id, one.reason.value if one.reason else one.outcome.value)
        for permit, one in zip(chosen, answer.answers, strict=True)
    ]


_ENDS: Final[Mapping[str, Callable[[Any, Any, str], Ends]]] = {
    ASK.name: _asked,
    REQUEST_PERMITS.name: _decided,
    PRESENT_SHEET.name: _presented,
    NOTIFY.name: _reported,
}
