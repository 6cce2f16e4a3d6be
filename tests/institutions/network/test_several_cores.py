"""Two cores of the network, each with its own database, log and key ring, on real processes: members of the one ask members of the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.foundation.tlog import LogSigner, Policy
from mynumber.foundation.tlog.policy import KnownLog
from mynumber.foundation.tlog.receipt import ReceiptInvalid, VerifiedReceipt, verify_receipt_under
from mynumber.institutions.portal.records.cores import ask_for_changes, ask_for_records
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.acquisition import TELL_ISSUED, IssuedCode, IssuedCodes
from mynumber.protocols.events import (
    EVENTS,
    CodedEvent,
    EventKind,
    EventRecordQuery,
    EventRefusal,
    EventResult,
    Events,
)
from mynumber.protocols.exchange import REQUEST_PERMITS, Outcome, PermitRequests, RequestedPermit
from mynumber.protocols.holders import QUERY_HOLDERS, HoldersQuery
from mynumber.protocols.records import QUERY_RECEIPT, ReceiptQuery, RecordQuery
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.commission import make_commission
from tests.support.directory import NOWHERE
from tests.support.exchange import (
    ALLOWANCE,
    CITY,
    FORMER_CITY,
    PENSION,
    TAX,
    Exchange,
    resident_code,
    running_exchange,
)
from tests.support.waiting import eventually

pytestmark = pytest.mark.thorough  # three cores and their gateways

EAST, WEST = "network", "network.west"
PERSON = resident_code()


@pytest.fixture(scope="module")
def two(
    tmp_path_factory: pytest.TempPathFactory, institution_database: Callable[..., InstitutionDatabase]
) -> Iterator[Exchange]:
    """The city at the first core, its former city and the pension service at the other."""
    with running_exchange(
        tmp_path_factory.mktemp("two"), institution_database, homes={FORMER_CITY: WEST, PENSION: WEST}
    ) as exchange:
        exchange.give_codes({PERSON: {CITY: "C-1", FORMER_CITY: "F-1", PENSION: "P-1"}})
        for member, addressee in ((CITY, "C-1"), (FORMER_CITY, "F-1")):
            exchange.register(member, addressee, InformationKind.LOCAL_TAX, TAX)
        yield exchange


@pytest.fixture(scope="module")
def policy(
    two: Exchange,
    tmp_path_factory: pytest.TempPathFactory,
    institution_database: Callable[..., InstitutionDatabase],
) -> Iterator[Policy]:
    """The witness of the commission, which cosigns the logs of both cores."""
    logs = {
        core: LogSigner.from_bytes(two.systems.node(core).keyring.secret("log")).verifier_key
        for core in two.cores
    }
    commission = make_commission(
        tmp_path_factory.mktemp("witness"), institution_database, log_key=logs[EAST], log_url=NOWHERE
    )
    both = replace(commission.policy, logs=tuple(KnownLog(key) for key in logs.values()))
    commission.policy_path.write_text(both.to_text())
    for server in two.cores.values():
        server.stop()
        server.environment = {**server.environment, "MYNUMBER_LOG_POLICY": str(commission.policy_path)}
        server.start()
    commission.witness.start()
    try:
        yield both
    finally:
        commission.witness.stop()


def rows(exchange: Exchange, core: str, query: str, *arguments: object) -> list[tuple[object, ...]]:
    with psycopg.connect(exchange.core_databases[core].owner_url) as connection:
        return connection.execute(query, arguments).fetchall()


def test_members_of_two_cores_ask_each_other_and_each_record_is_at_the_inquirers_home(two: Exchange) -> None:
    there = two.inquire("C-1", member=CITY, provider=FORMER_CITY)
    back = two.inquire("F-1", member=FORMER_CITY, provider=CITY)
    assert (there.outcome, back.outcome) == (Outcome.PROVIDED, Outcome.PROVIDED)

    def told(core: str, request_id: UUID) -> bool | None:
        sides = rows(two, core, "SELECT side FROM exchange_event WHERE request_id = %s", request_id)
        return {side for (side,) in sides} == {"network", "inquirer", "provider"} or None

    for core, result in ((EAST, there), (WEST, back)):
        eventually(partial(told, core, result.request_id), f"both sides at {core}")
        other = WEST if core == EAST else EAST
        assert not rows(two, other, "SELECT FROM exchange WHERE request_id = %s", result.request_id)
    assert eventually(
        lambda: rows(two, EAST, "SELECT FROM issued_code WHERE member = %s", PENSION) or None, "codes told"
    )


def test_a_code_that_a_core_has_not_heard_of_is_asked_for_at_the_providers_home(two: Exchange) -> None:
    """The fact of issue goes from core to core by itself; one that has not come yet, or was lost, is asked for."""
    person = resident_code()
    two.give_codes({person: {CITY: "C-2", FORMER_CITY: "F-2"}})
    code = two.code_of(FORMER_CITY, person)
    known = "SELECT FROM issued_code WHERE (member, code) = (%s, %s)"
    eventually(lambda: rows(two, EAST, known, FORMER_CITY, code) or None, "the code told")
    with psycopg.connect(two.core_databases[EAST].owner_url) as connection:
        connection.execute("DELETE FROM issued_code WHERE (member, code) = (%s, %s)", (FORMER_CITY, code))
    assert two.inquire("C-2").outcome is Outcome.NO_DATA
    assert rows(two, EAST, known, FORMER_CITY, code)
    stranger = resident_code()
    two.give_codes({stranger: {CITY: "C-3"}})
    assert two.refusal(lambda: two.inquire("C-3")) == (Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE)


def test_what_a_core_leaves_out_of_what_it_was_told_it_does_not_acknowledge(two: Exchange) -> None:
    """A core that has not read of a member's move yet is told its codes again, when it has."""
    foreign, own = (
        IssuedCode(member=member, code=two.code_of(member, resident_code()), issued_at=datetime.now(UTC))
        for member in (CITY, PENSION)
    )
    told, west = IssuedCodes(codes=(foreign, own)), two.systems.node(WEST)

    def tell() -> object:
        now = datetime.now(UTC)
        return wire.call(
            west, TELL_ISSUED, told, sender=WEST, receiver=EAST, hop=Hop.NETWORK, now=lambda: now
        )

    assert two.refusal(tell) == (Hop.NETWORK, Reason.UNAVAILABLE)
    known = "SELECT member FROM issued_code WHERE code = ANY(%s)"
    assert rows(two, EAST, known, [foreign.code, own.code]) == [(PENSION,)]


def test_another_core_than_its_own_takes_no_request_of_a_member(two: Exchange) -> None:
    request = RequestedPermit(
        request_id=uuid4(),
        code=two.code_of(CITY, PERSON),
        provider=FORMER_CITY,
        affair=ALLOWANCE,
        information=InformationKind.LOCAL_TAX.value,
        organisation="子育て支援課",
        non_disclosure=False,
    )
    asked = PermitRequests(inquirer=CITY, requests=(request,))
    refused = two.refusal(lambda: two.call(REQUEST_PERMITS, asked, sender=f"gateway.{CITY}", receiver=WEST))
    assert refused == (Hop.NETWORK, Reason.WRONG_AUDIENCE)
    assert not rows(two, WEST, "SELECT FROM exchange WHERE inquirer = %s", CITY)


def test_the_portal_sees_the_records_of_all_cores_and_each_receipt_holds_by_its_own_witnessed_log(
    two: Exchange, policy: Policy
) -> None:
    two.inquire("C-1", member=CITY, provider=FORMER_CITY)
    two.inquire("F-1", member=FORMER_CITY, provider=CITY)
    code = two.code_of("portal", PERSON)
    node = two.node("portal")
    seen = ask_for_records(node, RecordQuery(code=code, limit=50))
    assert not seen.missing
    assert {core.core for core in seen.cores} == {EAST, WEST}
    assert seen.total == sum(core.total or 0 for core in seen.cores) == len(seen.records)
    times = [record.events[0].at for record in seen.records]
    assert times == sorted(times, reverse=True)
    changes = ask_for_changes(node, EventRecordQuery(code=code, limit=50))
    assert {core.core for core in changes.cores} == {EAST, WEST}
    assert changes.total == len(changes.records) == sum(core.total or 0 for core in changes.cores)
    second = ask_for_records(node, RecordQuery(code=code, offset=1, limit=2))
    assert [one.request_id for one in second.records] == [one.request_id for one in seen.records[1:3]]
    origins = dict(zip(two.cores, (log.key.name for log in policy.logs), strict=True))
    for core in (EAST, WEST):
        record = next(one for one in seen.records if one.core == core)

        def receipt(core: str, index: int) -> VerifiedReceipt | None:
            try:
                question = ReceiptQuery(code=code, index=index)
                text = two.call(QUERY_RECEIPT, question, sender="portal", receiver=core).text
                return verify_receipt_under(text, policy)
            except (Refused, ReceiptInvalid):  # no checkpoint covers it yet, or it is from before the witness
                return None

        verified = eventually(partial(receipt, core, record.events[0].index), f"a receipt of {core}")
        assert verified.record["request_id"] == str(record.request_id)
        assert verified.origin == origins[core]
    assert len(set(origins.values())) == 2


def test_who_holds_a_code_is_answered_over_all_cores(two: Exchange) -> None:
    with psycopg.connect(two.core_databases[EAST].owner_url) as connection:
        connection.execute("DELETE FROM issued_code WHERE member = %s", (FORMER_CITY,))
    answer = two.call(
        QUERY_HOLDERS,
        HoldersQuery(code=two.code_of(CITY, PERSON), affair=ALLOWANCE),
        sender=f"gateway.{CITY}",
        receiver=EAST,
    )
    assert FORMER_CITY in {holder.member for holder in answer.holders}
    assert answer.not_known == ()


def test_an_event_about_a_code_that_the_first_core_has_not_heard_of_is_taken(two: Exchange) -> None:
    with psycopg.connect(two.core_databases[EAST].owner_url) as connection:
        connection.execute("DELETE FROM issued_code WHERE member = %s", (FORMER_CITY,))
    codes = two.code_of(FORMER_CITY, PERSON), two.code_of(FORMER_CITY, resident_code())
    assert [result.refused for result in published(two, *codes)] == [None, EventRefusal.UNKNOWN_CODE]


def published(
    exchange: Exchange, *codes: str, information: InformationKind = InformationKind.LOCAL_TAX
) -> tuple[EventResult, ...]:
    """What the first core answers to events of the former city. Raises Refused."""
    events = tuple(
        CodedEvent(
            event_id=uuid4(),
            code=code,
            kind=EventKind.TAX_ASSESSED,
            information=information.value,
            occurred_at=datetime.now(UTC),
        )
        for code in codes
    )
    sender = f"gateway.{FORMER_CITY}"
    return tuple(exchange.call(EVENTS, Events(events=events), sender=sender, receiver=EAST).results)


def test_one_core_dies_and_the_other_goes_on(two: Exchange) -> None:
    """Nothing of the living one waits, and what cannot be known is said to be unknown."""
    stranger = resident_code()
    two.give_codes({stranger: {CITY: "C-4"}})
    two.inquire("F-1", member=FORMER_CITY, provider=CITY)
    two.cores[WEST].kill()

    assert two.inquire("C-1").outcome is Outcome.PROVIDED  # its provider is at home at the dead one
    assert two.refusal(lambda: two.inquire("C-4")) == (Hop.NETWORK, Reason.UNAVAILABLE)
    asked = two.refusal(lambda: two.inquire("F-1", member=FORMER_CITY, provider=CITY))
    assert asked == (Hop.INQUIRER_GATEWAY, Reason.NETWORK_UNREACHABLE)
    query = RecordQuery(code=two.code_of("portal", PERSON), limit=10)
    seen = ask_for_records(two.node("portal"), query)
    assert seen.missing == (WEST,)
    changes = ask_for_changes(two.node("portal"), EventRecordQuery(code=query.code, limit=10))
    assert changes.missing == (WEST,)
    assert {one.core for one in seen.records} == {EAST}

    unknown = two.code_of(FORMER_CITY, resident_code())
    assert two.refusal(lambda: published(two, unknown)) == (Hop.NETWORK, Reason.UNAVAILABLE)
    (foreign,) = published(two, unknown, information=InformationKind.PUBLIC_PENSION_BENEFIT)
    assert foreign.refused is EventRefusal.NOT_A_PROVIDER, "nobody need be asked about it"
    two.systems.at_home({FORMER_CITY: (EAST, WEST)})  # the dead one was its home before

    def answered() -> EventRefusal | None:
        try:
            return published(two, unknown)[0].refused
        except Refused:  # the core has not read the directory yet
            return None

    assert eventually(answered, "an answer without the former home") is EventRefusal.UNKNOWN_CODE
    two.systems.at_home({})

    two.cores[WEST].start()
    seen = ask_for_records(two.node("portal"), query)
    assert not seen.missing
    assert {one.core for one in seen.records} == {EAST, WEST}
    assert two.inquire("F-1", member=FORMER_CITY, provider=CITY).outcome is Outcome.PROVIDED

    def settled() -> bool | None:
        """Every notice has reached the core that it is for, and no inquiry is open."""
        for member in (CITY, FORMER_CITY):
            with psycopg.connect(two.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
                if tenant.execute("SELECT FROM notice LIMIT 1").fetchone() is not None:
                    return None
        return True

    eventually(settled, "notices")
    for core in (EAST, WEST):
        for command in ("reconcile", "audit"):
            done = subprocess.run(
                [sys.executable, "-m", "mynumber.webkit.manage", "network", command],
                env={
                    **two.cores[core].environment,
                    "PATH": "",
                    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                },
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, (core, done.stdout + done.stderr)
