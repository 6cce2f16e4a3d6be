"""What a person asks about themself, on a running core: the ground, the scope, the proof of the sign-in, and who may not."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from mynumber.foundation.law import InformationKind
from mynumber.protocols.exchange import (
    PRESENT_SHEET,
    REQUEST_PERMITS,
    Outcome,
    PermitRequests,
    RequestedPermit,
    SheetPresentation,
)
from mynumber.protocols.information import (
    INVENTORY,
    OWN_REQUEST,
    PORTAL,
    QUERY_INVENTORY,
    QUERY_OWN_HOLDERS,
    REQUEST_OWN_PERMITS,
    OwnHoldersQuery,
    OwnPermitRequests,
    OwnRequest,
)
from mynumber.protocols.records import QUERY_RECORDS, QUERY_SIDE, ExchangeRecord, RecordQuery, SideQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, resident_code
from tests.support.own_information import Self, proof_of
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def person(exchange: Exchange) -> Self:
    """Somebody known to two cities; one of them holds a tax fact."""
    code = resident_code()
    exchange.give_codes({code: {CITY: "C-own", FORMER_CITY: "F-own"}})
    exchange.register(FORMER_CITY, "F-own", InformationKind.LOCAL_TAX, TAX)
    return Self(exchange, code)


def test_a_person_learns_who_can_find_them_and_what_those_hold(exchange: Exchange, person: Self) -> None:
    holders = {holder.member: holder.information for holder in person.holders().holders}
    assert set(holders) == {CITY, FORMER_CITY}
    assert "local_tax" in holders[FORMER_CITY]
    held = person.inventory()
    assert held.answer.outcome is Outcome.PROVIDED
    assert [(kind.information, [one.period for one in kind.periods]) for kind in held.held] == [
        ("local_tax", ["fy2026"])
    ]
    assert person.inventory(provider=CITY).answer.outcome is Outcome.NO_DATA


def test_all_three_records_say_that_it_was_the_persons_own_request(exchange: Exchange, person: Self) -> None:
    request_id = person.see(periods=("fy2025", "fy2026"))

    def look() -> ExchangeRecord | None:
        found = exchange.call(
            QUERY_RECORDS,
            RecordQuery(code=person.code, inquirer=PORTAL, request_id=request_id),
            sender=PORTAL,
            receiver="network",
        ).records
        return found[0] if found and len(found[0].events) == 3 else None

    record = eventually(look, "three entries")
    assert (record.affair, record.provision, record.organisation) == (OWN_REQUEST, OWN_REQUEST, "本人")
    assert {event.side for event in record.events} == {"network", "provider", "inquirer"}
    (side,) = exchange.call(
        QUERY_SIDE,
        SideQuery(request_ids=(request_id,)),
        sender=FORMER_CITY,
        receiver=f"gateway.{FORMER_CITY}",
    ).records
    assert (side.affair, side.inquirer, side.periods, side.given) == (
        OWN_REQUEST,
        PORTAL,
        ("fy2025", "fy2026"),
        ("fy2026",),
    )


def test_only_what_the_network_carries_is_given(exchange: Exchange, person: Self) -> None:
    """Scope: a kind that the table lets nobody of this kind give, a word that is no kind, an institution that is none."""
    for information, provider, reason in (
        ("pension_benefit", FORMER_CITY, Reason.NOT_IN_TABLE),
        ("favourite_colour", FORMER_CITY, Reason.NOT_IN_TABLE),
        ("local_tax", "municipality.999999", Reason.UNKNOWN_PROVIDER),
        ("pension_benefit", PENSION, Reason.PROVIDER_HAS_NO_CODE),
    ):
        assert exchange.refusal(partial(person.permit, information, provider)) == (Hop.NETWORK, reason)


def test_a_proof_is_of_one_person_and_of_this_hour(exchange: Exchange, person: Self) -> None:
    asked = [OwnRequest(request_id=uuid4(), provider=FORMER_CITY, information="local_tax")]
    other = Self(exchange, resident_code())
    for proof, reason in (
        (proof_of("0badc0de", ago=timedelta(minutes=62)), Reason.EXPIRED),
        (proof_of("0badc0de", ago=timedelta(minutes=-5)), Reason.NOT_YET_VALID),
    ):
        assert exchange.refusal(lambda p=proof: person.decisions(asked, proof=p)) == (Hop.NETWORK, reason)  # type: ignore[misc]
        assert exchange.refusal(lambda p=proof: person.holders(proof=p)) == (Hop.NETWORK, reason)  # type: ignore[misc]
    person.holders()
    # replayed: the sign-in of one person with the code of another
    assert exchange.refusal(lambda: other.decisions(asked, proof=person.proof)) == (
        Hop.NETWORK,
        Reason.NOT_ENTITLED,
    )
    assert exchange.refusal(lambda: other.holders(proof=person.proof)) == (Hop.NETWORK, Reason.NOT_ENTITLED)
    never = exchange.code_of(PORTAL, resident_code())  # a code that was never issued to the portal
    decisions = person.decisions(asked, proof=proof_of("1"), code=never)
    assert [one.reason for one in decisions.decisions] == [Reason.UNKNOWN_CODE]


def test_nobody_but_the_portal_asks_for_a_person(exchange: Exchange, person: Self) -> None:
    city = exchange.code_of(CITY, person.resident_code)
    own = OwnRequest(request_id=uuid4(), provider=FORMER_CITY, information="local_tax")
    for sender in (f"gateway.{CITY}", CITY, "commission"):
        assert exchange.refusal(
            lambda s=sender: exchange.call(  # type: ignore[misc]
                REQUEST_OWN_PERMITS,
                OwnPermitRequests(code=city, proof=person.proof, requests=(own,)),
                sender=s,
                receiver="network",
            )
        ) == (Hop.NETWORK, Reason.NOT_ENTITLED)
        assert exchange.refusal(
            lambda s=sender: exchange.call(  # type: ignore[misc]
                QUERY_OWN_HOLDERS,
                OwnHoldersQuery(code=city, proof=person.proof),
                sender=s,
                receiver="network",
            )
        ) == (Hop.NETWORK, Reason.NOT_ENTITLED)


def test_the_portal_asks_for_nothing_else(exchange: Exchange, person: Self) -> None:
    """The portal is no inquirer of the table, and a gateway cannot use a person's ground."""
    asked = RequestedPermit(
        request_id=uuid4(),
        code=person.code,
        provider=FORMER_CITY,
        affair="81-1",
        information="local_tax",
        organisation="課",
    )
    assert exchange.refusal(
        lambda: exchange.call(
            REQUEST_PERMITS,
            PermitRequests(inquirer=PORTAL, requests=(asked,)),
            sender=PORTAL,
            receiver="network",
        )
    ) == (Hop.NETWORK, Reason.NOT_ENTITLED)
    assert exchange.refusal(lambda: exchange.inquire("C-own", affair=OWN_REQUEST)) == (
        Hop.NETWORK,
        Reason.NOT_IN_TABLE,
    )


def test_a_permit_of_the_person_is_the_portals_and_used_once(exchange: Exchange, person: Self) -> None:
    _, sheet = person.permit()
    assert exchange.refusal(
        lambda: exchange.call(
            PRESENT_SHEET,
            SheetPresentation(sheet=sheet),
            sender=f"gateway.{CITY}",
            receiver=f"gateway.{FORMER_CITY}",
        )
    ) == (Hop.PROVIDER_GATEWAY, Reason.PERMIT_NOT_YOURS)
    answer, facts = person.present(sheet)
    assert answer.outcome is Outcome.PROVIDED
    assert b"1234567" in bytes(facts[0].fact)
    again, nothing = person.present(sheet)
    assert (again.outcome, again.reason, nothing) == (Outcome.REFUSED, Reason.PERMIT_USED, ())


def test_an_inventory_has_a_permit_of_its_own(exchange: Exchange, person: Self) -> None:
    _, sheet = person.permit()  # of a value
    assert exchange.refusal(
        lambda: exchange.call(
            QUERY_INVENTORY, SheetPresentation(sheet=sheet), sender=PORTAL, receiver=f"gateway.{FORMER_CITY}"
        )
    ) == (Hop.PROVIDER_GATEWAY, Reason.NOT_ENTITLED)
    _, own = person.permit(INVENTORY)
    first, second = (
        exchange.call(
            QUERY_INVENTORY, SheetPresentation(sheet=own), sender=PORTAL, receiver=f"gateway.{FORMER_CITY}"
        )
        for _ in range(2)
    )
    assert first.answer.outcome is Outcome.PROVIDED
    assert (second.answer.reason, second.held) == (Reason.PERMIT_USED, ())
