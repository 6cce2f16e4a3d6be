"""Schemathesis against real processes of network, gateway and J-LIS: whatever comes, the answer is what the documents say, and never that something failed inside.

Twice: requests as the documents describe them from outside, which nobody has signed, judged by schemathesis; and bodies as they are inside the
signature (and the seal), signed and sealed by a system that may send them, good and bad ones.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.launch import serve_command
from mynumber.platform.registry import message_process
from mynumber.protocols import wire
from mynumber.protocols.node import Node
from mynumber.protocols.openapi import (
    COMMISSION,
    GATEWAY,
    JLIS,
    MEMBER,
    NETWORK,
    PORTAL,
    SERVICES,
    AnyMessage,
)
from tests.faults.counts import count
from tests.openapi.making import AT_LENGTH, BOUNDED, Sent, bodies, check, inside, operation, signed
from tests.support.exchange import AGENCY, CITY, FORMER_CITY, Exchange, Server, running_exchange
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

OUTSIDE_EXAMPLES, INSIDE_EXAMPLES = (20, 25) if AT_LENGTH else (1, 3)
SIBLING = "network.2"
SENDERS = {
    ("gateway", MEMBER): CITY,
    ("gateway", GATEWAY): f"gateway.{FORMER_CITY}",
    ("gateway", NETWORK): "network",
    ("gateway", PORTAL): "portal",
    ("network", GATEWAY): f"gateway.{CITY}",
    ("network", JLIS): "jlis",
    ("network", NETWORK): SIBLING,
    ("network", PORTAL): "portal",
    ("network", COMMISSION): "commission",
    ("jlis", MEMBER): CITY,
}
RECEIVERS = {"gateway": f"gateway.{CITY}", "network": "network", "jlis": "jlis"}
CASES = [
    (name, SENDERS[name, sender], message)
    for name, service in SERVICES.items()
    for sender, messages in service.takes.items()
    for message in messages
]
OUTSIDE_CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@dataclass(frozen=True, slots=True)
class Running:
    """Processes that may be filled with anything."""

    exchange: Exchange
    servers: dict[str, Server]

    def node(self, system: str) -> Node:
        """The keys of a system; those of the sibling are not the first core's."""
        return self.exchange.systems.node(system) if system == SIBLING else self.exchange.node(system)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.servers[name].port}"


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Running]:
    """A core with a sibling, a gateway and J-LIS."""
    folder = tmp_path_factory.mktemp("fuzz")
    with running_exchange(folder, institution_database, homes={AGENCY: SIBLING}) as exchange:
        port = free_port()
        environment = {
            **exchange.systems.environment("jlis"),
            "DATABASE_URL": institution_database("jlis", migrated=True).url,
        }
        command = serve_command(message_process("jlis"), f"127.0.0.1:{port}")
        jlis = Server("jlis", port, environment, folder / "jlis.log", tuple(command))
        jlis.start()
        try:
            yield Running(exchange, {"network": exchange.network, "gateway": exchange.gateway, "jlis": jlis})
        finally:
            jlis.stop()


@pytest.mark.parametrize(
    ("name", "message"), [(n, m) for n, _, m in CASES], ids=[f"{n}-{m.name}" for n, _, m in CASES]
)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_requests_that_nobody_signed(
    running: Running, name: str, message: AnyMessage, mode: GenerationMode
) -> None:
    tried = 0

    @settings(BOUNDED, max_examples=OUTSIDE_EXAMPLES)
    @given(case=operation(name, message).as_strategy(generation_mode=mode))
    def try_one(case: Any) -> None:
        nonlocal tried
        tried += 1
        response = case.call(base_url=running.url(name))
        case.validate_response(response, checks=OUTSIDE_CHECKS)
        assert response.status_code != 200, "nobody signed it"

    try_one()
    count("requests that nobody signed (schemathesis)", "requests", tried)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("name", "sender", "message"), CASES, ids=[f"{n}-{m.name}" for n, _, m in CASES])
def test_bodies_that_are_signed_by_one_who_may(
    running: Running, name: str, sender: str, message: AnyMessage, mode: GenerationMode
) -> None:
    receiver, node, tried = RECEIVERS[name], running.node(sender), 0

    @settings(BOUNDED, max_examples=INSIDE_EXAMPLES)
    @given(case=bodies(inside(message), mode))
    def try_one(case: Any) -> None:
        nonlocal tried
        tried += 1
        body = case.body
        if isinstance(body, dict) and isinstance(body.get("wait_seconds"), int | float):
            body["wait_seconds"] = min(
                body["wait_seconds"], 0
            )  # a question that waits for events is no failure
        sent = signed(node, message, msgspec.json.encode(body), sender, receiver)
        check(node, message, sent, *post(running, name, sent, message))

    try_one()
    count("bodies signed by one who may (schemathesis)", "messages", tried)


def post(running: Running, name: str, sent: Sent, message: AnyMessage) -> tuple[int, bytes]:
    """Send it; status and body of what comes back."""
    connection = http.client.HTTPConnection("127.0.0.1", running.servers[name].port, timeout=PATIENCE_SECONDS)
    prefix = f"/{sent.receiver}" if name == "gateway" else ""
    headers = {"Content-Type": wire.CONTENT_TYPE}
    try:
        connection.request("POST", f"{prefix}{message.path}", body=sent.token, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
