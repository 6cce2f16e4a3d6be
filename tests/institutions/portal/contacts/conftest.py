"""A portal, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mynumber.institutions.portal.contacts.models import Mail
from mynumber.institutions.portal.contacts.posting import MailServer
from tests.institutions.portal.contacts.mail import Mailbox, mail_server
from tests.institutions.portal.house import House


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Mailbox, int]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def box(server: tuple[Mailbox, int], house: House) -> Mailbox:
    """An empty mailbox in a good mood, and an empty outbox."""
    Mail.objects.all().delete()
    found, _ = server
    found.arrived.clear()
    found.nobody_there.clear()
    found.busy = 0
    return found


@pytest.fixture
def post(server: tuple[Mailbox, int]) -> MailServer:
    """The way to that server."""
    return MailServer.parse(f"smtp://127.0.0.1:{server[1]}")
