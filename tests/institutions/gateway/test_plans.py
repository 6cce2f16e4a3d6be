"""The statements of the hot path look every row up by its key, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from mynumber.institutions.gateway.tenants import inquirer_side, provider_side
from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit.pool import LOOK_UP_BY_KEY

TENANT = "municipality_131229"
ROWS = 3_000
FILL = f"""
INSERT INTO addressee_code (tenant, addressee, code, obtained_at)
    SELECT '{TENANT}', 'A-' || n, 'code-' || n, now() FROM generate_series(1, {ROWS}) AS n;
INSERT INTO copy (tenant, code, information, as_of, registered_at, fact)
    SELECT '{TENANT}', 'code-' || n, 'local_tax', now(), now(), '{{}}' FROM generate_series(1, {ROWS}) AS n;
INSERT INTO answer_hold (tenant, code, reason, since, set_at, set_by)
    SELECT '{TENANT}', 'code-' || n, 'protective_measure', now(), now(), 'test' FROM generate_series(1, {ROWS}) AS n;
INSERT INTO side_record (tenant, side, inquirer, request_id, provider, affair, information, organisation, non_disclosure, outcome, asked_at)
    SELECT '{TENANT}', 'inquirer', 'municipality.131229', gen_random_uuid(), 'x', '81-1', 'local_tax', 'x', false, 'provided', now()
    FROM generate_series(1, {ROWS})
"""  # noqa: S608 - constants


@pytest.fixture(scope="module")
def tenant(institution_database: Callable[..., InstitutionDatabase]) -> Iterator[psycopg.Connection]:
    """A connection as the gateway opens them, on tables with thousands of rows of which PostgreSQL has statistics."""
    database = institution_database("gateway", tenants=(TENANT,), migrated=True)
    with psycopg.connect(database.tenant_urls[TENANT], autocommit=True) as filler:
        filler.execute(FILL.encode())
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")
    settings = " ".join(f"-c {name}={value}" for name, value in LOOK_UP_BY_KEY.items())
    with psycopg.connect(database.url, autocommit=True, options=settings) as connection:
        connection.execute(f'SET ROLE "gateway_{TENANT}"'.encode())
        yield connection


STATEMENTS = {
    "open": (
        inquirer_side._OPEN,
        "text, text, uuid, json, json",
        "'x', 'x', NULL, '[]', '[]'",
        {"addressee_code_pkey": "addressee"},
    ),
    "use": (
        provider_side._USE,
        "text, text, json, json, bool, timestamptz",
        "'x', 'x', '[]', '[]', true, now()",
        {"copy_pkey": "information", "one_hold_a_reason": "code", "addressee_of_code": "code"},
    ),
    "close": (
        inquirer_side._CLOSE,
        "text, text, json",
        "'x', 'x', '[]'",
        {"side_record_pkey": "request_id"},
    ),
    "known": (
        inquirer_side._KNOWN,
        "text, uuid[]",
        "'x', '{}'",
        {"side_record_pkey": "request_id", "kept_fact_pkey": "request_id"},
    ),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_are_looked_up_by_their_key(tenant: psycopg.Connection, name: str) -> None:
    statement, types, arguments, keys = STATEMENTS[name]
    tenant.execute(f"PREPARE hot_{name} ({types}) AS {statement}".encode(), prepare=False)
    rows = tenant.execute(f"EXPLAIN EXECUTE hot_{name} ({arguments})".encode()).fetchall()
    plan = [str(line) for (line,) in rows]
    assert not [line for line in plan if "Seq Scan" in line]
    for index, column in keys.items():
        found = [
            at for at, line in enumerate(plan) if f"using {index} " in line or f"Scan on {index} " in line
        ]
        assert found, f"{index} is not used:\n" + "\n".join(plan)
        assert all("Index Cond" in plan[at + 1] and column in plan[at + 1] for at in found), "\n".join(plan)
