"""The pension service on a real database, beside a running network that lets it ask as the Minister's delegate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from mynumber.foundation.law import InstitutionKind
from mynumber.platform.databases import InstitutionDatabase
from tests.support import exchange as network
from tests.support.exchange import Exchange, running_exchange
from tests.webkit import faces

PROJECT = "mynumber.institutions.pension_service.settings"
HOST = "pension-service.localhost:8000"
STAFF_PASSWORD = "とても長い合言葉 for tests"
STAFF = (("okada", "case_worker"), ("noguchi", "supervisor"))
faces.install(PROJECT)


@pytest.fixture(scope="module")
def exchange(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """A network in which the service has the Minister's affairs too, as on the platform."""
    kinds = (*network.KINDS[network.PENSION], InstitutionKind.MINISTER_OF_HEALTH.value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(network.KINDS, network.PENSION, kinds)
        with running_exchange(tmp_path_factory.mktemp("exchange"), institution_database) as running:
            yield running


@pytest.fixture(scope="module")
def database(institution_database: Callable[..., InstitutionDatabase]) -> InstitutionDatabase:
    return institution_database("pension_service", migrated=True)


@pytest.fixture(scope="module")
def service(exchange: Exchange, database: InstitutionDatabase) -> Iterator[Exchange]:
    """Django as the pension service, with staff."""
    from mynumber.webkit.staff.models import StaffMember

    variables = exchange.systems.environment("pension_service")
    with faces.face(PROJECT, database, MYNUMBER_PUBLIC_URL=f"http://{HOST}", **variables):
        for username, role in STAFF:
            one = StaffMember(username=username, display_name=username, department="国民年金部", role=role)
            one.set_password(STAFF_PASSWORD)
            one.save()
        yield exchange


@pytest.fixture
def fresh(service: Exchange, database: InstitutionDatabase) -> Iterator[Exchange]:
    """Whatever a test writes is gone afterwards."""
    yield service
    with psycopg.connect(database.owner_url) as owner:
        tables = owner.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
            " AND (tablename ~ '^pension_(exemptions|offers)_' OR tablename IN ('insured', 'enrolment', 'premium_month', 'benefit'))"
        ).fetchone()
        assert tables is not None
        owner.execute(f"TRUNCATE {tables[0]} CASCADE")
