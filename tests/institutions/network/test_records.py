"""Records, their disclosure to the person, receipts, the log and its audit: on a running core."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime

import psycopg
import pytest

from mynumber.foundation import tlog
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.law import InformationKind
from mynumber.protocols.acquisition import ISSUE_CODES, IssueCodes
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.records import (
    QUERY_RECEIPT,
    QUERY_RECORDS,
    ExchangeRecord,
    ReceiptQuery,
    RecordQuery,
    Records,
)
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import (
    CITY,
    FORMER_CITY,
    PENSION,
    TAX,
    Exchange,
    resident_code,
)
from tests.support.waiting import eventually


class Person:
    """Somebody known to the two cities; asks through the portal's code."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self.exchange = exchange
        self.resident_code = resident_code()
        self.at_city, self.at_former = f"C-{name}", f"F-{name}"
        exchange.give_codes({self.resident_code: {CITY: self.at_city, FORMER_CITY: self.at_former}})
        exchange.register(FORMER_CITY, self.at_former, InformationKind.LOCAL_TAX, TAX)
        # the portal itself is not running: its code is recorded as issued, and its delivery finds nobody
        exchange.refusal(
            lambda: exchange.call(
                ISSUE_CODES, IssueCodes(member="portal", items=()), sender="jlis", receiver="network"
            )
        )
        keys = CodeKeys.from_bytes(exchange.node("network").keyring.secret("codes"))
        self.portal_code = keys.issue("portal", self.resident_code).to_text()

    def records(self, **query: object) -> Records:
        return self.exchange.call(
            QUERY_RECORDS,
            RecordQuery(code=self.portal_code, **query),  # type: ignore[arg-type]
            sender="portal",
            receiver="network",
        )

    def receipt(self, index: int) -> str:
        return self.exchange.call(
            QUERY_RECEIPT,
            ReceiptQuery(code=self.portal_code, index=index),
            sender="portal",
            receiver="network",
        ).text


def settled(person: Person, events: int) -> ExchangeRecord:
    """The person's only exchange, once it has so many entries under a signed checkpoint."""

    def look() -> ExchangeRecord | None:
        records = person.records().records
        if records and len(records[0].events) == events and all(e.integrated for e in records[0].events):
            return records[0]
        return None

    return eventually(look, f"{events} integrated entries")


def test_the_person_sees_who_asked_what_of_whom_and_how_it_ended(exchange: Exchange) -> None:
    person = Person(exchange, "seen")
    exchange.inquire(person.at_city)
    record = settled(person, 3)
    assert (record.inquirer, record.provider, record.affair, record.provision) == (
        CITY,
        FORMER_CITY,
        "81-1",
        "81-1-3",
    )
    assert record.information == "local_tax"
    assert record.outcome is Outcome.PROVIDED
    assert record.events[0].side == "network"
    assert {event.side for event in record.events} == {"network", "provider", "inquirer"}


def test_a_refusal_is_in_the_records_too(exchange: Exchange) -> None:
    person = Person(exchange, "refused")
    refusal = exchange.refusal(
        lambda: exchange.inquire(person.at_city, provider=PENSION, information="local_tax")
    )
    assert refusal == (Hop.NETWORK, Reason.NOT_IN_TABLE)
    record = settled(person, 1)
    assert record.outcome is Outcome.REFUSED
    assert record.provision is None
    assert (record.events[0].hop, record.events[0].reason) == (Hop.NETWORK, Reason.NOT_IN_TABLE)


def test_an_exchange_with_the_non_disclosure_flag_is_recorded_and_not_shown(exchange: Exchange) -> None:
    person = Person(exchange, "hidden")
    exchange.inquire(person.at_city, non_disclosure=True)
    assert person.records().total == 0


def test_each_entry_has_a_receipt_that_verifies_offline_and_one_bit_changed_does_not(
    exchange: Exchange,
) -> None:
    person = Person(exchange, "receipt")
    exchange.inquire(person.at_city)
    for event in settled(person, 3).events:
        text = person.receipt(event.index)
        verified = tlog.verify_receipt(text, exchange.vkey)
        assert verified.index == event.index
        assert verified.record["affair"] == "81-1"
        broken = bytearray(text.encode())
        broken[len("c2sp.org/tlog-proof@v1\nextra ") + 40] ^= 1
        with pytest.raises(tlog.ReceiptInvalid):
            tlog.verify_receipt(broken.decode("utf-8", "replace"), exchange.vkey)


def test_nobody_gets_the_receipt_of_another_person(exchange: Exchange) -> None:
    owner, stranger = Person(exchange, "owner"), Person(exchange, "stranger")
    exchange.inquire(owner.at_city)
    index = settled(owner, 3).events[0].index
    assert exchange.refusal(lambda: stranger.receipt(index)) == (Hop.NETWORK, Reason.UNKNOWN_RECORD)
    assert stranger.records().total == 0


def test_only_the_portal_may_ask_for_records(exchange: Exchange) -> None:
    person = Person(exchange, "private")

    def ask_as_a_city() -> object:
        return exchange.call(
            QUERY_RECORDS,
            RecordQuery(code=person.portal_code),
            sender=f"gateway.{CITY}",
            receiver="network",
        )

    assert exchange.refusal(ask_as_a_city) == (Hop.NETWORK, Reason.NOT_ENTITLED)


def test_records_are_filtered_and_paged(exchange: Exchange) -> None:
    person = Person(exchange, "paged")
    for _ in range(3):
        exchange.inquire(person.at_city)
    with suppress(AssertionError):
        exchange.refusal(lambda: exchange.inquire(person.at_city, provider=PENSION, information="local_tax"))
    assert person.records().total == 4
    assert person.records(provider=PENSION).total == 1
    page = person.records(offset=2, limit=1)
    assert (page.total, len(page.records)) == (4, 1)
    today = datetime.now(UTC).date()
    assert person.records(until=today.replace(year=today.year - 1)).total == 0


def run(exchange: Exchange, *command: str) -> subprocess.CompletedProcess[str]:
    """A management command of the network, as `mynumber network ...` runs it."""
    return subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", "network", *command],
        env={**exchange.network.environment, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


ALTERATIONS = {
    "the outcome": "UPDATE exchange_event SET outcome = 'refused' WHERE index = {index}",
    "the provider": "UPDATE exchange SET provider = 'digital_agency' WHERE request_id = '{request_id}'",
    "the person": "UPDATE exchange SET record_code = 'v1.x' WHERE request_id = '{request_id}'",
    "the time by a microsecond": "UPDATE exchange_event SET at = at + interval '1 microsecond' WHERE index = {index}",
    "the flag": "UPDATE exchange SET non_disclosure = true WHERE request_id = '{request_id}'",
    "its existence": "DELETE FROM exchange_event WHERE index = {index}",
    "a tile": "UPDATE log_tile SET hashes = overlay(hashes placing '\\x00000000' from 1) WHERE level = 0",
    "a checkpoint": "UPDATE checkpoint SET note = replace(note, E'\\n', E'\\r\\n') WHERE size = (SELECT max(size) FROM checkpoint)",
}
QUICK = {"the person", "its existence", "a checkpoint"}


@pytest.mark.parametrize(
    "what",
    [what if what in QUICK else pytest.param(what, marks=pytest.mark.thorough) for what in ALTERATIONS],
)
def test_the_audit_finds_an_altered_row(fragile_exchange: Exchange, what: str) -> None:
    exchange = fragile_exchange
    person = Person(exchange, "audited")
    exchange.inquire(person.at_city)
    record = settled(person, 3)
    clean = run(exchange, "audit")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    alteration = ALTERATIONS[what].format(index=record.events[1].index, request_id=record.request_id)
    with psycopg.connect(exchange.network_database.owner_url, autocommit=True) as owner:
        owner.execute(alteration.encode())
    found = run(exchange, "audit")
    assert found.returncode != 0
    assert "異常" in found.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchange SET provider = 'x'",
        "DELETE FROM exchange_event",
        "UPDATE exchange_event SET outcome = 'x'",
        "DELETE FROM checkpoint",
        "TRUNCATE exchange_event",
        "UPDATE issued_code SET member = 'x'",
    ],
)
def test_the_core_itself_cannot_change_what_it_recorded(exchange: Exchange, statement: str) -> None:
    with (
        psycopg.connect(exchange.network_database.url) as core,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        core.execute(statement.encode())


def test_any_day_of_the_calendar_may_be_asked_for(exchange: Exchange) -> None:
    person = Person(exchange, "calendar")
    exchange.inquire(person.at_city)
    assert person.records(since=date.min, until=date.max).total == 1
    assert person.records(since=date.max).total == 0


def test_every_checkpoint_is_consistent_with_every_earlier_one(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    person = Person(exchange, "steady")
    for _ in range(6):
        exchange.inquire(person.at_city)
        eventually(
            lambda: all(e.integrated for r in person.records().records for e in r.events) or None,
            "a checkpoint of its own",
        )
    eventually(lambda: sum(len(r.events) for r in person.records().records) == 18 or None, "all notices")
    with psycopg.connect(exchange.network_database.url) as core:
        checkpoints = [
            tlog.verify_checkpoint(note, exchange.vkey)
            for (note,) in core.execute("SELECT note FROM checkpoint ORDER BY size")
        ]
        tiles = {
            (level, index): bytes(hashes)
            for level, index, hashes in core.execute("SELECT level, index, hashes FROM log_tile")
        }
    assert len(checkpoints) > 2
    for later in checkpoints:
        reader = tlog.hash_reader(later.size, lambda level, index, width: tiles[level, index])
        for earlier in checkpoints:
            if earlier.size < later.size:
                proof = tlog.consistency_proof(earlier.size, later.size, reader)
                tlog.verify_consistency(earlier.size, later.size, earlier.root, later.root, proof)
