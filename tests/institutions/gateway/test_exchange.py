"""One exchange over real processes: permit, answer, records on three sides."""

from uuid import uuid4

import msgspec
import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.facts import LocalTaxFact
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import AGENCY, CITY, FORMER_CITY, PENSION, PENSIONS, TAX, Exchange, resident_code


@pytest.fixture(scope="module")
def person(exchange: Exchange) -> dict[str, str]:
    """A person known to all members but the digital agency; her addressee numbers."""
    holders = {CITY: "C-1", FORMER_CITY: "F-1", PENSION: "P-1"}
    exchange.give_codes({resident_code(): holders})
    exchange.register(FORMER_CITY, "F-1", InformationKind.LOCAL_TAX, TAX)
    exchange.register(PENSION, "P-1", InformationKind.PUBLIC_PENSION_BENEFIT, PENSIONS)
    return holders


def test_a_fact_that_the_table_allows_is_provided(exchange: Exchange, person: dict[str, str]) -> None:
    result = exchange.inquire(person[CITY])
    assert result.outcome is Outcome.PROVIDED
    assert result.provision == "81-1-3"
    assert msgspec.json.decode(bytes(result.fact), type=LocalTaxFact) == TAX


def test_what_the_table_does_not_name_is_refused(exchange: Exchange, person: dict[str, str]) -> None:
    def ask() -> object:
        return exchange.inquire(person[CITY], provider=PENSION, information=InformationKind.LOCAL_TAX.value)

    assert exchange.refusal(ask) == (Hop.NETWORK, Reason.NOT_IN_TABLE)


def test_a_provider_without_a_code_is_said_so(exchange: Exchange, person: dict[str, str]) -> None:
    def ask() -> object:
        return exchange.inquire(
            person[CITY], provider=AGENCY, information=InformationKind.RECEIVING_ACCOUNT.value
        )

    assert exchange.refusal(ask) == (Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE)


def test_both_sides_record_the_person_by_their_own_number(exchange: Exchange, person: dict[str, str]) -> None:
    """Order 85 art. 47(1)-(2): each side names the person; here by its addressee number, which means nothing to the other."""
    request_id = uuid4()
    exchange.inquire(person[CITY], request_id=request_id)
    for member, side in ((CITY, "inquirer"), (FORMER_CITY, "provider")):
        with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as tenant:
            row = tenant.execute(
                "SELECT addressee FROM side_record WHERE side = %s AND request_id = %s", [side, request_id]
            ).fetchone()
        assert row == (person[member],)
