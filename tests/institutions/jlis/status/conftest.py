"""One running status service for the tests of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mynumber.foundation.pki import SIGNATURE
from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.jlis.status.service import Service


@pytest.fixture(scope="module")
def empty_service(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Service]:
    """A service that was not started, on a new database."""
    service = Service.make(tmp_path_factory.mktemp("status"), institution_database("jlis", migrated=True))
    yield service
    service.close()


@pytest.fixture(scope="module")
def service(empty_service: Service) -> Service:
    """Running, with both CAs and a verifier of everything whose key is `keys["bank"]`."""
    empty_service.add_authority()
    empty_service.add_authority(SIGNATURE)
    empty_service.add_verifier("bank", "authentication", "signature")
    empty_service.start()
    return empty_service
