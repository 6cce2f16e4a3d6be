"""Schemathesis against real processes of network and gateway: whatever comes, the answer is a message or a clear 4xx, never a 5xx.

Twice: bodies as the documents describe them from outside, which nobody has signed; and bodies as they are inside the signature (and the seal),
signed and sealed by a system that may send them, good and bad ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from schemathesis import GenerationMode

from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.openapi import (
    GATEWAY,
    JLIS,
    MEMBER,
    NETWORK,
    PORTAL,
    SERVICES,
    AnyMessage,
)
from tests.openapi.making import BOUNDED, as_it_is, bodies, check, inside, outside, signed
from tests.support.exchange import CITY, FORMER_CITY, Exchange, running_exchange

OUTSIDE_EXAMPLES, INSIDE_EXAMPLES = (4, 8) if os.environ.get("MYNUMBER_THOROUGH") else (2, 3)
SENDERS = {
    ("gateway", MEMBER): CITY,
    ("gateway", GATEWAY): f"gateway.{FORMER_CITY}",
    ("gateway", NETWORK): "network",
    ("gateway", PORTAL): "portal",
    ("network", GATEWAY): f"gateway.{CITY}",
    ("network", JLIS): "jlis",
    ("network", PORTAL): "portal",
}
RECEIVERS = {"gateway": f"gateway.{CITY}", "network": "network"}
CASES = [
    (name, sender, message)
    for name in RECEIVERS
    for sender, messages in SERVICES[name].takes.items()
    if (name, sender) in SENDERS
    for message in messages
]


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """Processes that may be filled with anything."""
    with running_exchange(tmp_path_factory.mktemp("fuzz"), institution_database) as running:
        yield running


@pytest.mark.parametrize(
    ("name", "message"), [(n, m) for n, _, m in CASES], ids=[f"{n}-{m.name}" for n, _, m in CASES]
)
def test_bodies_that_nobody_signed(running: Exchange, name: str, message: AnyMessage) -> None:
    @settings(BOUNDED, max_examples=OUTSIDE_EXAMPLES)
    @given(case=bodies(outside(message), GenerationMode.POSITIVE))
    def try_one(case: Any) -> None:
        status, answer = running.send(RECEIVERS[name], message.name, as_it_is(None, case.body))
        assert status != 200
        check(status, answer)

    try_one()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("name", "sender", "message"), CASES, ids=[f"{n}-{m.name}" for n, _, m in CASES])
def test_bodies_that_are_signed_by_one_who_may(
    running: Exchange, name: str, sender: str, message: AnyMessage, mode: GenerationMode
) -> None:
    receiver, system = RECEIVERS[name], SENDERS[name, sender]

    @settings(BOUNDED, max_examples=INSIDE_EXAMPLES)
    @given(case=bodies(inside(message), mode))
    def try_one(case: Any) -> None:
        body = case.body
        if isinstance(body, dict) and isinstance(body.get("wait_seconds"), int | float):
            body["wait_seconds"] = min(
                body["wait_seconds"], 0
            )  # a question that waits for events is no failure
        token = signed(running.node(system), message, msgspec.json.encode(body), system, receiver)
        check(*running.send(receiver, message.name, token))

    try_one()
