"""Schemathesis against J-LIS as a member meets it: look-ups and requests for codes, good and bad, signed and not."""

from __future__ import annotations

import http.client
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from schemathesis import GenerationMode

from mynumber.foundation.envelope import VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.platform.registry import message_process
from mynumber.protocols import wire
from mynumber.protocols.node import Node
from mynumber.protocols.openapi import MEMBER, SERVICES, AnyMessage
from tests.openapi.making import BOUNDED, as_it_is, bodies, check, inside, outside, signed
from tests.support.platform import Platform
from tests.support.waiting import PATIENCE_SECONDS

SENDER = "municipality.131229"
EXAMPLES = 6
MESSAGES = SERVICES["jlis"].takes[MEMBER]


def send(platform: Platform, message: AnyMessage, token: bytes) -> tuple[int, bytes]:
    port = message_process("jlis").port(platform.settings)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    connection.request("POST", message.path, body=token, headers={"Content-Type": wire.CONTENT_TYPE})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_bodies_that_nobody_signed(platform: Platform, message: AnyMessage) -> None:
    @settings(BOUNDED, max_examples=EXAMPLES)
    @given(case=bodies(outside(message), GenerationMode.POSITIVE))
    def try_one(case: Any) -> None:
        status, answer = send(platform, message, as_it_is(None, case.body))
        assert status != 200
        check(status, answer)

    try_one()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_bodies_that_a_member_signed(platform: Platform, message: AnyMessage, mode: GenerationMode) -> None:
    chosen = platform.settings
    trusted = msgspec.json.decode(chosen.directory_key.read_bytes(), type=dict[str, str])
    ring = KeyRing.open(chosen.keys / "municipality")
    node = Node("municipality", ring, chosen.directory, VerifyKey.from_jwk(trusted))

    @settings(BOUNDED, max_examples=EXAMPLES)
    @given(case=bodies(inside(message), mode))
    def try_one(case: Any) -> None:
        token = signed(node, message, msgspec.json.encode(case.body), SENDER, "jlis")
        check(*send(platform, message, token))

    try_one()
