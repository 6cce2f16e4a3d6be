"""Answers that wait for a person at the provider's desk: pending in both records, asked about again, ended once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.institutions.gateway.desk.holds import DESK_TIME
from mynumber.protocols.exchange import WITHDRAW, Inquiry, InquiryResult, Outcome, Withdrawal
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import CITY, FORMER_CITY, TAX, Exchange, inquiry_of, resident_code
from tests.support.waiting import eventually

DECIDED = msgspec.structs.replace(TAX, total_income=5)


class Held:
    """A person whose items the former city answers by hand."""

    def __init__(self, exchange: Exchange, name: str) -> None:
        self.exchange = exchange
        self.city, former = f"C-{name}", f"F-{name}"
        person = resident_code()
        exchange.give_codes({person: {CITY: self.city, FORMER_CITY: former}})
        exchange.register(FORMER_CITY, former, InformationKind.LOCAL_TAX, TAX)
        self.code = exchange.code_of(FORMER_CITY, person)
        self.at_provider(
            """
            INSERT INTO answer_hold (tenant, code, reason, since, set_at, set_by)
            VALUES ('municipality_272124', %s, 'protective_measure', %s, now(), 'test')
            """,
            self.code,
            datetime.now(UTC) - timedelta(days=1),
        )

    def at_provider(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return self._as(FORMER_CITY, statement, *values)

    def at_inquirer(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        return self._as(CITY, statement, *values)

    def _as(self, member: str, statement: str, *values: object) -> list[tuple[object, ...]]:
        url = self.exchange.gateway_database.tenant_urls[member.replace(".", "_")]
        with psycopg.connect(url) as tenant:
            cursor = tenant.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def ask(self, inquiry: Inquiry) -> InquiryResult:
        return self.exchange.ask(inquiry)[0]

    def decide(self, request_id: UUID, state: str, refusal: Reason | None = None) -> None:
        """What a person types at the desk."""
        provided = state == "provided"
        self.at_provider(
            "UPDATE desk_item SET state = %s, fact = %s, as_of = %s, refusal = %s WHERE request_id = %s",
            state,
            msgspec.json.encode(DECIDED).decode() if provided else None,
            datetime.now(UTC) if provided else None,
            refusal,
            request_id,
        )

    def recorded(self, request_id: UUID) -> tuple[object, object]:
        """(inquirer's outcome, provider's outcome)."""
        query = "SELECT outcome FROM side_record WHERE side = %s AND request_id = %s"
        ((mine,),) = self.at_inquirer(query, "inquirer", request_id)
        ((its,),) = self.at_provider(query, "provider", request_id)
        return mine, its

    def sheets(self, request_id: UUID) -> int:
        return len(self.at_inquirer("SELECT 1 FROM waiting_sheet WHERE %s = ANY(request_ids)", request_id))


@pytest.fixture
def held(exchange: Exchange, request: pytest.FixtureRequest) -> Held:
    return Held(exchange, f"held-{abs(hash(request.node.name)) % 10**6}")


def test_what_waits_is_pending_on_both_sides_and_asked_about_again(held: Held) -> None:
    inquiry = inquiry_of(held.city)
    first = held.ask(inquiry)
    assert (first.outcome, first.reason, bytes(first.fact)) == (Outcome.WAITING, None, b"null")
    assert first.deadline is not None
    assert abs(first.deadline - datetime.now(UTC) - DESK_TIME) < timedelta(minutes=1)
    assert held.recorded(inquiry.request_id) == ("waiting", "waiting")
    assert held.sheets(inquiry.request_id) == 1
    assert held.ask(inquiry) == first, "nobody has decided yet"


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        ("provided", Outcome.PROVIDED, None),
        ("no_data", Outcome.NO_DATA, None),
        ("refused", Outcome.REFUSED, Reason.VALUE_PENDING),
    ],
)
def test_what_the_desk_decides_ends_it_once(
    held: Held, state: str, outcome: Outcome, reason: Reason | None
) -> None:
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    held.decide(inquiry.request_id, state, reason)
    result = held.ask(inquiry)
    assert (result.outcome, result.reason) == (outcome, reason)
    assert result.hop is (Hop.PROVIDER_GATEWAY if reason else None)
    if outcome is Outcome.PROVIDED:
        assert msgspec.json.decode(bytes(result.fact), type=type(TAX)) == DECIDED
        assert result.provision == "81-1-3"
    assert held.recorded(inquiry.request_id) == (outcome.value, outcome.value)
    assert held.sheets(inquiry.request_id) == 0
    assert held.at_provider("SELECT fact FROM desk_item WHERE request_id = %s", inquiry.request_id) == [
        (None,)
    ], "what was typed is forgotten with the answer"
    assert held.ask(inquiry) == result


def test_what_the_inquirer_gives_up_leaves_the_desk(held: Held) -> None:
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    ((digest,),) = held.at_provider(
        "SELECT permit_digest FROM desk_item WHERE request_id = %s AND state = 'open'", inquiry.request_id
    )
    assert isinstance(digest, bytes)
    withdrawal = Withdrawal(
        request_id=inquiry.request_id,
        permit_digest=digest.hex(),
        inquirer=CITY,
        affair=inquiry.affair,
        information=inquiry.information,
        organisation=inquiry.organisation,
        asked_at=datetime.now(UTC),
    )
    gave_up = held.exchange.call(
        WITHDRAW, withdrawal, sender=f"gateway.{CITY}", receiver=f"gateway.{FORMER_CITY}"
    )
    assert gave_up.outcome is Outcome.ABANDONED
    assert held.at_provider(
        "SELECT state, decided_by FROM desk_item WHERE request_id = %s", inquiry.request_id
    ) == [("withdrawn", CITY)]
    assert held.at_provider("SELECT what, who FROM desk_event WHERE permit_digest = %s", digest) == [
        ("withdrawn", CITY)
    ]


def test_the_core_learns_the_end_from_both_sides(held: Held) -> None:
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    held.decide(inquiry.request_id, "provided")
    held.ask(inquiry)
    query = b"SELECT side, outcome FROM exchange_event WHERE request_id = %s"

    def told() -> list[tuple[object, ...]] | None:
        with psycopg.connect(held.exchange.network_database.url) as core:
            events = core.execute(query, [inquiry.request_id]).fetchall()
        return sorted(events) if len(events) == 3 else None

    assert eventually(told, "three entries") == [
        ("inquirer", "provided"),
        ("network", "permitted"),
        ("provider", "provided"),
    ]


def test_in_one_sheet_some_wait_and_others_are_answered(exchange: Exchange, held: Held) -> None:
    exchange.give_codes({resident_code(): {CITY: "C-free", FORMER_CITY: "F-free"}})
    exchange.register(FORMER_CITY, "F-free", InformationKind.LOCAL_TAX, TAX)
    asked = (inquiry_of("C-free"), inquiry_of(held.city), inquiry_of("C-free"))
    results = exchange.ask(*asked)
    assert [one.outcome for one in results] == [Outcome.PROVIDED, Outcome.WAITING, Outcome.PROVIDED]
    held.decide(asked[1].request_id, "provided")
    again = exchange.ask(*asked)
    assert [one.outcome for one in again] == [Outcome.PROVIDED] * 3
    assert (again[0], again[2]) == (results[0], results[2])


@pytest.mark.thorough
def test_nobody_asks_the_member_to_poll(held: Held) -> None:
    """The gateway asks again by itself, when the sheet is due; the member finds the answer there."""
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    held.decide(inquiry.request_id, "no_data")
    held.at_inquirer(
        "UPDATE waiting_sheet SET ask_at = now() WHERE %s = ANY(request_ids)", inquiry.request_id
    )
    eventually(lambda: held.recorded(inquiry.request_id) == ("no_data", "no_data"), "its end")


@pytest.mark.thorough
def test_after_the_deadline_a_permit_has_expired(held: Held) -> None:
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    held.at_provider(
        "UPDATE desk_item SET deadline = now() - interval '1 minute' WHERE request_id = %s",
        inquiry.request_id,
    )
    result = held.ask(inquiry)
    assert (result.outcome, result.hop, result.reason) == (
        Outcome.REFUSED,
        Hop.PROVIDER_GATEWAY,
        Reason.PERMIT_EXPIRED,
    )
    assert held.recorded(inquiry.request_id) == ("refused", "refused")


def test_a_fact_that_was_forgotten_is_not_given_as_none(held: Held) -> None:
    inquiry = inquiry_of(held.city)
    held.ask(inquiry)
    held.decide(inquiry.request_id, "provided")
    held.at_provider("UPDATE desk_item SET fact = NULL WHERE request_id = %s", inquiry.request_id)
    result = held.ask(inquiry)
    assert (result.outcome, result.reason) == (Outcome.REFUSED, Reason.PERMIT_EXPIRED)


@pytest.mark.thorough
def test_what_waits_outlives_the_process(fragile_exchange: Exchange) -> None:
    exchange = fragile_exchange
    held = Held(exchange, "kill")
    inquiry = inquiry_of(held.city)
    first = held.ask(inquiry)
    exchange.gateway.kill()
    exchange.gateway.start()
    assert held.ask(inquiry) == first
    held.decide(inquiry.request_id, "provided")
    assert held.ask(inquiry).outcome is Outcome.PROVIDED
