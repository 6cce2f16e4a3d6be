"""Traces: one exchange is one trace over all its hops, and says nothing of anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from mynumber.foundation.law import InformationKind
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.tracing import KEY, RATE, URL, BadTraceSettings, Ids, spans_of
from tests.support.exchange import CITY, FORMER_CITY, TAX, resident_code, running_exchange
from tests.support.waiting import eventually

SECRET = "a secret that all hops of a test have"


class Collector:
    """An OTLP collector: takes what the processes send, as bytes and as spans by the service that sent them."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.spans: list[tuple[str, Span]] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                del args

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def take(self, body: bytes) -> None:
        self.raw.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = resource.resource.attributes[0].value.string_value
            for scope in resource.scope_spans:
                self.spans += [(service, span) for span in scope.spans]


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_one_exchange_is_one_trace_of_all_hops_that_names_nobody(
    tmp_path: Path,
    institution_database: Callable[..., InstitutionDatabase],
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ((URL, collector.url), (KEY, SECRET), (RATE, "1")):
        monkeypatch.setenv(name, value)
    ids = [uuid4(), uuid4()]
    person = resident_code()
    with running_exchange(tmp_path, institution_database) as exchange:
        exchange.give_codes({person: {CITY: "C-traced", FORMER_CITY: "F-traced"}})
        exchange.register(FORMER_CITY, "F-traced", InformationKind.LOCAL_TAX, TAX)
        for one in ids:
            exchange.inquire("C-traced", request_id=one)
        exchange.inquire("C-traced", request_id=ids[0])  # asked again: the same exchange

        def told() -> bool:
            with psycopg.connect(exchange.network_database.owner_url) as core:
                return core.execute("SELECT count(*) FROM exchange_event").fetchone() == (6,)

        eventually(told, "the ends of both exchanges at the core")
        # what is left is sent when a process ends
    codes = [exchange.code_of(member, person) for member in (CITY, FORMER_CITY)]

    traces: dict[bytes, list[tuple[str, Span]]] = {}
    for service, span in collector.spans:
        traces.setdefault(span.trace_id, []).append((service, span))
    assert len(traces) == len(ids)
    again = Ids(SECRET, 1).of(ids[0])
    assert again is not None
    for trace_id, spans in traces.items():
        names = {(service, span.name) for service, span in spans}
        assert names == {
            ("gateway", "inquiries.v2"),
            ("gateway", "presentation.v2"),
            ("network", "permit-requests.v2"),
            ("network", "provision-notices.v1"),
        }
        roots = [span for _, span in spans if not span.parent_span_id]
        assert [span.name for span in roots] == ["inquiries.v2"]
        assert {span.parent_span_id for _, span in spans} == {b"", roots[0].span_id}
        assert len({span.span_id for _, span in spans}) == len(spans)
        asked = [span for _, span in spans if span.name == "inquiries.v2"]
        assert len(asked) == (2 if trace_id == again[0].to_bytes(16, "big") else 1)
        for _, span in spans:
            assert roots[0].start_time_unix_nano <= span.end_time_unix_nano
            assert {value.key for value in span.attributes} == {"mynumber.hop", "mynumber.outcome"}
        outcomes = {
            (span.name, value.value.string_value)
            for _, span in spans
            for value in span.attributes
            if value.key == "mynumber.outcome"
        }
        assert outcomes == {
            ("inquiries.v2", "provided"),
            ("permit-requests.v2", "permitted"),
            ("presentation.v2", "provided"),
            ("provision-notices.v1", "provided"),
        }
    sent = b"".join(collector.raw)
    hidden = [person, "C-traced", "F-traced", "131229", "272124", "1234567", SECRET, *codes]
    for one in ids:
        hidden += [str(one), one.hex]
        assert one.bytes not in sent
    assert not [text for text in hidden if text.encode() in sent]


@given(st.uuids(), st.floats(0, 1))
def test_all_hops_keep_the_same_exchanges(request_id: UUID, rate: float) -> None:
    here, there = Ids(SECRET, rate), Ids(SECRET, rate)
    assert here.of(request_id) == there.of(request_id)
    assert Ids(SECRET, 0).of(request_id) is None
    full = Ids(SECRET, 1).of(request_id)
    assert full is not None
    assert here.of(request_id) in (None, full)
    assert Ids(SECRET + "x", 1).of(request_id) != full, (
        "who lacks the secret cannot tell which exchange it is"
    )


def test_a_part_of_the_exchanges_is_kept() -> None:
    kept = sum(Ids(SECRET, 0.25).of(UUID(int=number)) is not None for number in range(4000))
    assert 850 < kept < 1150


def test_traces_are_off_unless_asked_for() -> None:
    assert spans_of("network", {}) is None
    assert spans_of("network", {KEY: SECRET, RATE: "1"}) is None


@pytest.mark.parametrize(
    ("variable", "environment"),
    [
        (URL, {URL: "collector:4318", KEY: SECRET}),
        (KEY, {URL: "http://127.0.0.1:9/v1/traces"}),
        (KEY, {URL: "http://127.0.0.1:9/v1/traces", KEY: "short"}),
        (RATE, {URL: "http://127.0.0.1:9/v1/traces", KEY: SECRET, RATE: "1.5"}),
        (RATE, {URL: "http://127.0.0.1:9/v1/traces", KEY: SECRET, RATE: "nan"}),
        (RATE, {URL: "http://127.0.0.1:9/v1/traces", KEY: SECRET, RATE: "all"}),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_not_shown(variable: str, environment: dict[str, str]) -> None:
    with pytest.raises(BadTraceSettings, match=variable) as caught:
        spans_of("network", environment)
    assert environment.get(variable, "collector") not in str(caught.value) or variable == KEY
