"""What the played device needs of Django's test client, over a real connection to a running town."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from django.test import Client

from tests.support.waiting import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    content: bytes


def FarClient(address: str) -> Client:  # noqa: N802 - stands where a class stands
    """Something with `post`, as far as the device uses it."""
    return cast(Client, _Far(address))


@dataclass(frozen=True, slots=True)
class _Far:
    address: str

    def post(self, path: str, data: bytes, content_type: str) -> Answer:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", path, body=data, headers={"Content-Type": content_type})
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()
