"""The gateway's pages as Django in the process of the tests, over the database of the running gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from mynumber.webkit.tenancy import acting_as
from tests.support.exchange import Exchange
from tests.webkit import faces

PROJECT = "mynumber.institutions.gateway.settings"
faces.install(PROJECT)

PASSWORD = "とても長い合言葉 for tests"


def add_staff(tenant: str, username: str = "suzuki", role: str = "case_worker") -> None:
    """A member of staff of a member; call inside the face."""
    from mynumber.webkit.staff.models import StaffMember

    with acting_as(tenant):
        if not StaffMember.objects.filter(username=username).exists():
            member = StaffMember(
                username=username, display_name="鈴木　一", department="情報連携課", role=role
            )
            member.set_password(PASSWORD)
            member.save()


@pytest.fixture(scope="session")
def pages() -> Callable[[Exchange], AbstractContextManager[None]]:
    """``with pages(exchange):`` Django as the gateway's pages on the database of that gateway."""

    @contextmanager
    def opened(exchange: Exchange) -> Iterator[None]:
        with faces.face(
            PROJECT,
            exchange.gateway_database,
            MYNUMBER_PUBLIC_URL="http://gateway.localhost:8000",
            **exchange.systems.environment("gateway"),
        ):
            yield

    return opened
