"""The keys of codes change while exchanges go on: old and new codes understand each other until the old version is closed."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
import psycopg
import pytest
from django.core.management import CommandError, call_command

from mynumber.foundation.codes import Code, CodeKeys
from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.mesh import store
from mynumber.institutions.gateway.rotation import rotating
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols.events import (
    CODED_WATCHES,
    EVENTS,
    ChangeCodedWatches,
    CodedEntry,
    CodedEvent,
    EventKind,
    EventRefusal,
    Events,
    Ground,
)
from mynumber.protocols.exchange import REQUEST_PERMITS, Outcome, PermitRequests, RequestedPermit
from mynumber.protocols.holders import QUERY_HOLDERS, HoldersQuery
from mynumber.protocols.records import QUERY_RECORDS, RecordQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import (
    ALLOWANCE,
    CITY,
    FORMER_CITY,
    PENSION,
    TAX,
    Exchange,
    Granted,
    resident_code,
    running_exchange,
)
from tests.support.mesh import AWARDS, Mesh, addressee, award
from tests.support.waiting import eventually
from tests.webkit import faces

pytestmark = pytest.mark.thorough  # keys change beside exchanges that go on

NETWORK = "mynumber.institutions.network.settings"
EAST, WEST = "network", "network.west"
faces.install(NETWORK)


def rotate(exchange: Exchange, *words: str, succeeds: bool | None = True, core: str = "network") -> str:
    """The command of a core, in this process: one of its own would take a second to begin, each time."""
    said, failed = io.StringIO(), False
    with faces.face(NETWORK, exchange.core_databases[core], **exchange.cores[core].environment):
        try:
            call_command("rotate_codes", *words, stdout=said)
        except CommandError as error:
            said.write(str(error))
            failed = True
    assert succeeds in (None, not failed), said.getvalue()
    return said.getvalue()


def meet(exchange: Exchange, name: str) -> str:
    """Somebody new whom both cities know; returns the resident code."""
    person = resident_code()
    exchange.give_codes({person: {CITY: f"C-{name}", FORMER_CITY: f"F-{name}"}})
    exchange.register(FORMER_CITY, f"F-{name}", InformationKind.LOCAL_TAX, TAX)
    return person


def ask(exchange: Exchange, name: str) -> Outcome:
    return exchange.inquire(f"C-{name}").outcome


def versions_held(exchange: Exchange, member: str) -> set[int]:
    """Of the codes in the gateway, copies included."""
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        rows = tenant.execute("SELECT code FROM addressee_code UNION SELECT code FROM copy").fetchall()
    return {Code.parse(row[0]).version for row in rows}


def remembered(exchange: Exchange, member: str, later: timedelta) -> int:
    """Former codes that a gateway tenant would still know then."""

    async def look() -> int:
        tenant = member.replace(".", "_")
        connection = await asyncpg.connect(exchange.gateway_database.tenant_urls[tenant])
        try:
            turn = connection.transaction()
            await turn.start()
            await rotating.forget(connection, tenant, datetime.now(UTC) + later)
            count: int = await connection.fetchval("SELECT count(*) FROM former_code")
            await turn.rollback()
            return count
        finally:
            await connection.close()

    return asyncio.run(look())


def restore_codes(exchange: Exchange, member: str, old: str) -> None:
    """A gateway as it was before the keys changed, with one person."""
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        (new,) = tenant.execute("SELECT code FROM former_code WHERE former = %s", [old]).fetchone() or ("",)
        for table in ("addressee_code", "copy"):
            tenant.execute(f"UPDATE {table} SET code = %s WHERE code = %s".encode(), [old, new])  # noqa: S608
        tenant.execute("DELETE FROM former_code")


def permit_for(exchange: Exchange, code: str) -> Reason | None:
    request = RequestedPermit(
        request_id=uuid4(),
        code=code,
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information="local_tax",
        organisation="子育て支援課",
    )
    question = PermitRequests(inquirer=CITY, requests=(request,))
    decisions = exchange.call(REQUEST_PERMITS, question, sender=f"gateway.{CITY}", receiver="network")
    return decisions.decisions[0].reason


def test_keys_of_codes_change_while_exchanges_go_on(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    first = CodeKeys.from_bytes(exchange.node("network").keyring.secret("codes"))
    person = meet(exchange, "one")
    assert ask(exchange, "one") is Outcome.PROVIDED

    assert "新しい版 2" in rotate(exchange, "begin")
    rotate(exchange, "begin", succeeds=False)
    _until_current(exchange, 2)
    meet(exchange, "new")
    assert ask(exchange, "one") is Outcome.PROVIDED, "old codes work"
    assert versions_held(exchange, CITY) == {1, 2}, "new people have new codes"
    assert ask(exchange, "new") is Outcome.PROVIDED

    assert f"{FORMER_CITY}：1 個" in rotate(exchange, "status")
    assert "of the old version only" in rotate(exchange, "close", succeeds=False)
    assert "1 個を渡しました" in rotate(exchange, "deliver", FORMER_CITY)
    assert versions_held(exchange, FORMER_CITY) == {2}
    assert ask(exchange, "one") is Outcome.PROVIDED, "the inquirer's old code leads to the provider's new one"
    exchange.gateway.kill()
    assert "unreachable" in rotate(exchange, "deliver", "--all", succeeds=False)
    refused = rotate(exchange, "close", succeeds=False)
    assert f"1 members have codes of the old version only, first {CITY}" in refused, "issued is not taken"
    exchange.gateway.start()
    assert f"{CITY}：1 個を渡しました" in rotate(exchange, "deliver", "--all"), "done again it goes on"
    assert rotate(exchange, "deliver", "--all") == "", "nothing is left"
    assert versions_held(exchange, CITY) == {2}
    assert ask(exchange, "one") is Outcome.PROVIDED
    old = first.issue(CITY, person).to_text()
    assert permit_for(exchange, old) is None, (
        "an inquirer that is late is understood until the version is closed"
    )

    exchange.gateway.kill()
    assert "have not heard of it" in rotate(exchange, "close", succeeds=False)
    exchange.gateway.start()
    assert remembered(exchange, FORMER_CITY, timedelta(days=400)) == 1, "it has not heard of the close"
    assert "版 1 を閉じました" in rotate(exchange, "close")
    assert remembered(exchange, FORMER_CITY, timedelta(days=59)) == 1
    assert remembered(exchange, FORMER_CITY, timedelta(days=61)) == 0
    eventually(lambda: permit_for(exchange, old) is Reason.UNKNOWN_CODE)
    assert ask(exchange, "one") is Outcome.PROVIDED
    assert ask(exchange, "new") is Outcome.PROVIDED

    portal = first.issue("portal", person).to_text()
    records = exchange.call(QUERY_RECORDS, RecordQuery(code=portal), sender="portal", receiver="network")
    provided = [one for one in records.records if one.outcome is not Outcome.REFUSED]
    assert len(provided) == 6, "the person sees what was recorded under either version"

    for member in (CITY, FORMER_CITY):
        restore_codes(exchange, member, first.issue(member, person).to_text())
    assert exchange.refusal(lambda: ask(exchange, "one"))[1] is Reason.UNKNOWN_CODE
    numbers = {person: {CITY: "C-one", FORMER_CITY: "F-one"}}
    exchange.give_codes(numbers)
    assert exchange.refusal(lambda: ask(exchange, "one"))[1] is Reason.UNKNOWN_CODE, "it is held, though dead"
    exchange.give_codes(numbers, anew=True)
    assert ask(exchange, "one") is Outcome.PROVIDED, "the copy came along"


def test_permits_and_events_go_on_while_codes_are_delivered_at_any_hour(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    mesh = Mesh(exchange)
    (person,) = mesh.people(1)
    at_former = addressee(FORMER_CITY, person)
    exchange.register(FORMER_CITY, at_former, InformationKind.LOCAL_TAX, TAX)
    mesh.subscribe(CITY, AWARDS)
    mesh.watch(CITY, AWARDS, [person])
    start = mesh.place(CITY)
    old = {member: held_code(exchange, member, addressee(member, person)) for member in (CITY, PENSION)}
    before = permit(exchange, old[CITY])
    rotate(exchange, "begin")
    _until_current(exchange, 2)
    mesh.publish(PENSION, award(person))
    assert mesh.wait_for(CITY, start, 1)[0].addressee == addressee(CITY, person)

    rotate(exchange, "deliver", FORMER_CITY)
    assert exchange.present(before.sheet).outcome is Outcome.PROVIDED, "a permit of before is understood"
    assert exchange.present(permit(exchange, old[CITY]).sheet).outcome is Outcome.PROVIDED
    rotate(exchange, "deliver", CITY)
    mesh.publish(PENSION, award(person))
    assert mesh.wait_for(CITY, start + 1, 1)[0].addressee == addressee(CITY, person)
    rotate(exchange, "deliver", PENSION)
    mesh.watch(CITY, AWARDS, [person])  # renewed by the new code: one watch in each version
    assert watched_by(exchange) == {1, 2}
    late = permit(exchange, old[CITY])

    rotate(exchange, "close")
    eventually(lambda: permit_for(exchange, old[CITY]) is Reason.UNKNOWN_CODE)
    assert watched_by(exchange) == {2}, "watches move with the rest"
    assert exchange.present(late.sheet).outcome is Outcome.PROVIDED
    mesh.publish(PENSION, award(person))
    (heard,) = mesh.wait_for(CITY, start + 2, 1)
    assert heard.addressee == addressee(CITY, person)

    event = CodedEvent(
        event_id=uuid4(),
        code=old[PENSION],
        kind=EventKind.BENEFIT_AWARDED,
        information="public_pension_benefit",
        occurred_at=datetime.now(UTC),
    )
    told = exchange.call(EVENTS, Events(events=(event,)), sender=f"gateway.{PENSION}", receiver="network")
    assert told.results[0].refused is EventRefusal.UNKNOWN_CODE
    watch = ChangeCodedWatches(topic=AWARDS, watch=(old[CITY],))
    refused = exchange.call(CODED_WATCHES, watch, sender=f"gateway.{CITY}", receiver="network").refused
    assert [one.reason for one in refused] == [EventRefusal.UNKNOWN_CODE]
    who = HoldersQuery(code=old[CITY], affair=ALLOWANCE)
    assert exchange.refusal(
        lambda: exchange.call(QUERY_HOLDERS, who, sender=f"gateway.{CITY}", receiver="network")
    ) == (Hop.NETWORK, Reason.UNKNOWN_CODE)
    assert addressee_of_late_page(exchange, old[CITY]) == addressee(CITY, person)


def test_neither_of_two_cores_closes_before_the_members_of_the_other_have_their_codes(
    tmp_path: Path, institution_database: Callable[..., InstitutionDatabase]
) -> None:
    with running_exchange(tmp_path, institution_database, homes={FORMER_CITY: WEST}) as exchange:
        meet(exchange, "one")
        rotate(exchange, "begin")
        keys = exchange.systems.node(EAST).keyring.secret("codes")
        exchange.systems.node(WEST).keyring.add_secret("codes", keys)
        rotate(exchange, "deliver", FORMER_CITY, core=WEST)

        exchange.gateway.kill()
        rotate(exchange, "deliver", CITY, succeeds=False)
        of_city = " WHERE member = %s AND code LIKE '2.%%'"
        assert count(exchange, EAST, f"issued_code{of_city}", CITY) == 1
        assert count(exchange, EAST, f"untold_code{of_city}", CITY) == 0
        assert count(exchange, WEST, f"issued_code{of_city}", CITY) == 0, "what no gateway has is not told"
        assert CITY in rotate(exchange, "close", core=WEST, succeeds=False)

        exchange.gateway.start()
        rotate(exchange, "deliver", CITY)
        for core in (EAST, WEST):
            eventually(partial(closes, exchange, core))
        assert ask(exchange, "one") is Outcome.PROVIDED


def closes(exchange: Exchange, core: str) -> bool:
    return "版 1 を閉じました" in rotate(exchange, "close", core=core, succeeds=None)


def count(exchange: Exchange, core: str, rows: str, *arguments: str) -> int:
    with psycopg.connect(exchange.core_databases[core].owner_url) as connection:
        found = connection.execute(f"SELECT count(*) FROM {rows}".encode(), arguments).fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def permit(exchange: Exchange, code: str) -> Granted:
    return exchange.request_permit(
        RequestedPermit(
            request_id=uuid4(),
            code=code,
            provider=FORMER_CITY,
            affair=ALLOWANCE,
            information="local_tax",
            organisation="子育て支援課",
        )
    )


def held_code(exchange: Exchange, member: str, number: str) -> str:
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
        row = tenant.execute("SELECT code FROM addressee_code WHERE addressee = %s", [number]).fetchone()
    assert row is not None
    return str(row[0])


def watched_by(exchange: Exchange) -> set[int]:
    """Key versions of the people who are watched."""
    with psycopg.connect(exchange.network_database.owner_url) as core:
        return {Code.parse(row[0]).version for row in core.execute("SELECT person FROM event_watch")}


def addressee_of_late_page(exchange: Exchange, code: str) -> str | None:
    """To whom the city's gateway assigns an event that was sealed before its codes changed, and comes now."""
    tenant = CITY.replace(".", "_")

    async def take() -> str | None:
        connection = await asyncpg.connect(exchange.gateway_database.tenant_urls[tenant])
        try:
            place = await store.fetched(connection, tenant)
            entry = CodedEntry(
                sequence=place + 1,
                publisher=PENSION,
                event_id=uuid4(),
                code=code,
                kind=EventKind.BENEFIT_AWARDED,
                information="public_pension_benefit",
                occurred_at=datetime.now(UTC),
                grounds=(Ground(affair=ALLOWANCE, provision="81-1-4"),),
            )
            async with connection.transaction():
                assert await store.take_in(connection, tenant, [entry], 1, datetime.now(UTC)) == place + 1
                found: str | None = await connection.fetchval(
                    "SELECT addressee FROM incoming_event WHERE sequence = $1", place + 1
                )
            return found
        finally:
            await connection.close()

    return asyncio.run(take())


def _until_current(exchange: Exchange, version: int) -> None:
    """The core looks for other keys now and then, and logs it when it has taken them up."""
    held = exchange.node("network").keyring.secret("codes")
    assert CodeKeys.from_bytes(held).current == version
    log = exchange.cores["network"].log

    def is_taken_up() -> bool:
        lines = (line for line in log.read_text().splitlines() if "other keys of codes" in line)
        return any(msgspec.json.decode(line)["items"].split()[0] == str(version) for line in lines)

    eventually(is_taken_up)
