"""Sheets that wait: each is claimed by one, and no more at a time than was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from mynumber.institutions.gateway.tenants.inquirer_side import InquirerSide
from mynumber.institutions.gateway.tenants.sessions import TenantSessions
from mynumber.institutions.gateway.tenants.waiting import BATCH
from mynumber.platform.databases import InstitutionDatabase
from tests.institutions.gateway.house import TENANT, TENANTS, House


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> House:
    return House(tmp_path_factory.mktemp("house"), institution_database("gateway", TENANTS, migrated=True))


async def test_no_more_are_claimed_than_asked_for_and_none_twice(house: House) -> None:
    at = datetime.now(UTC)
    for number in range(2 * BATCH + 1):
        house.rows(
            "INSERT INTO waiting_sheet (tenant, sheet_digest, provider, sheet, request_ids, ask_at) "
            "VALUES (%s, %s, 'p', 's', ARRAY[%s::uuid], %s)",
            *(TENANT, number.to_bytes(32), uuid4(), at),
        )
    sessions = TenantSessions(house.database.url, largest=2)
    side = InquirerSide(sessions, uuid4())
    try:
        claimed = [await side.claim_sheets(TENANT, at, at + timedelta(minutes=1), BATCH) for _ in range(4)]
    finally:
        await sessions.close()
    assert [len(some) for some in claimed] == [BATCH, BATCH, 1, 0]
    assert len({sheet.sheet_digest for some in claimed for sheet in some}) == 2 * BATCH + 1
