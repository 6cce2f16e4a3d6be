"""Every process that is no Django project tells its figures, as those that are one do."""

from __future__ import annotations

import importlib
from collections.abc import MutableMapping
from typing import Any

import pytest

from mynumber.platform.registry import PROCESSES, Interface, Process


@pytest.mark.parametrize(
    "process",
    [one for one in PROCESSES if one.interface is Interface.ASGI],
    ids=lambda process: process.name,
)
async def test_a_process_tells_its_figures(process: Process) -> None:
    module, _, name = process.application.partition(":")
    application = getattr(importlib.import_module(module), name)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [], "query_string": b""}
    await application(scope, receive, send)
    assert sent[0]["status"] == 200
    assert b"mynumber_message_seconds" in sent[1]["body"]
