"""Who holds a code, and asking a provider to obtain one: the person travels sealed past both gateways."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.protocols.holders import (
    ANSWER_OBTAIN,
    ASK_TO_OBTAIN,
    FETCH_OBTAIN,
    QUERY_HOLDERS,
    SENT_OBTAINS,
    TELL_OBTAINED,
    WHO_HOLDS,
    Holders,
    HoldersQuery,
    ObtainAnswer,
    ObtainedAnswer,
    ObtainQuery,
    ObtainRequest,
    ObtainState,
    ReceivedObtain,
    SentObtainsQuery,
    WhoHolds,
    open_person,
    seal_person,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from tests.support.exchange import AGENCY, CITY, FORMER_CITY, PENSION, Exchange, resident_code
from tests.support.waiting import eventually

GATEWAY = f"gateway.{CITY}"
PERSON = FourAttributes(name="見本　太郎", address="見本県見本市１－２", birth_date=date(1990, 1, 2), sex="1")


def who_holds(
    exchange: Exchange, addressee: str, *, affair: str = "81-1", information: str | None = None
) -> Holders:
    body = WhoHolds(addressee=addressee, affair=affair, information=information, organisation="課")
    return exchange.call(WHO_HOLDS, body, sender=CITY, receiver=GATEWAY)


def test_the_holders_are_named_that_the_affair_may_ask(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "H-1", FORMER_CITY: "H-f", PENSION: "H-p"}})
    exchange.give_codes({resident_code(): {CITY: "H-2", AGENCY: "H-a"}})
    found = {holder.member: holder for holder in who_holds(exchange, "H-1").holders}
    assert set(found) == {FORMER_CITY, PENSION}
    assert "local_tax" in found[FORMER_CITY].information
    assert "local_tax" not in found[PENSION].information
    taxes = who_holds(exchange, "H-1", information="local_tax")
    assert [(one.member, one.information) for one in taxes.holders] == [(FORMER_CITY, ("local_tax",))]
    assert who_holds(exchange, "H-2", information="local_tax").holders == ()
    with psycopg.connect(exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as city:
        asked = city.execute("SELECT addressee, found FROM holder_question ORDER BY id").fetchall()
    assert asked == [("H-1", 2), ("H-1", 1), ("H-2", 0)]


def test_who_may_not_ask_the_provider_learns_nothing(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "H-3", PENSION: "H-3p"}})
    network = (Hop.NETWORK, Reason.NOT_IN_TABLE)
    assert exchange.refusal(lambda: who_holds(exchange, "H-3", affair="no-such")) == network
    assert exchange.refusal(lambda: who_holds(exchange, "H-3", information="no_such_kind")) == network
    nobody = exchange.refusal(lambda: who_holds(exchange, "nobody"))
    assert nobody == (Hop.INQUIRER_GATEWAY, Reason.NO_CODE_HELD)
    with psycopg.connect(exchange.gateway_database.tenant_urls[CITY.replace(".", "_")]) as city:
        row = city.execute("SELECT code FROM addressee_code WHERE addressee = 'H-3'").fetchone()
    assert row is not None
    query = HoldersQuery(code=row[0], affair="81-1")

    def ask(sender: str) -> tuple[Hop, Reason]:
        return exchange.refusal(
            lambda: exchange.call(QUERY_HOLDERS, query, sender=sender, receiver="network")
        )

    assert ask(f"gateway.{FORMER_CITY}") == (Hop.NETWORK, Reason.UNKNOWN_CODE)  # another's code
    assert ask(f"gateway.{PENSION}") == network  # the affair is not its
    assert ask(CITY) == (Hop.NETWORK, Reason.NOT_ENTITLED)


def ask_in_vain(exchange: Exchange, addressee: str) -> UUID:
    request_id = uuid4()
    refused = exchange.refusal(lambda: exchange.inquire(addressee, request_id=request_id))
    assert refused == (Hop.NETWORK, Reason.PROVIDER_HAS_NO_CODE)
    return request_id


def ask_to_obtain(exchange: Exchange, request_id: UUID) -> ObtainState:
    sealed = seal_person(
        PERSON,
        to=exchange.node(CITY).directory.seal_key(FORMER_CITY),
        inquirer=CITY,
        request_id=request_id,
    )
    body = ObtainRequest(request_id=request_id, sealed_person=sealed)
    return exchange.call(ASK_TO_OBTAIN, body, sender=CITY, receiver=GATEWAY).state


def on_the_desk(exchange: Exchange, request_id: UUID) -> list[ReceivedObtain]:
    fetched = exchange.call(
        FETCH_OBTAIN, ObtainQuery(), sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}"
    )
    return [one for one in fetched.requests if one.request_id == request_id]


def state(exchange: Exchange, request_id: UUID) -> ObtainState:
    query = SentObtainsQuery(request_ids=(request_id,))
    [one] = exchange.call(SENT_OBTAINS, query, sender=CITY, receiver=GATEWAY).requests
    return one.state


def answer(exchange: Exchange, request_id: UUID, state: ObtainState) -> int:
    return exchange.call(
        ANSWER_OBTAIN,
        ObtainAnswer(inquirer=CITY, request_id=request_id, state=state),
        sender=FORMER_CITY,
        receiver=f"gateway.{FORMER_CITY}",
    ).count


def test_a_provider_obtains_a_code_for_a_person_that_only_its_own_system_reads(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "O-1"}})
    request_id = ask_in_vain(exchange, "O-1")
    assert ask_to_obtain(exchange, request_id) is ObtainState.OPEN
    assert ask_to_obtain(exchange, request_id) is ObtainState.OPEN  # again: the same request
    [request] = eventually(lambda: on_the_desk(exchange, request_id))
    assert (request.inquirer, request.affair, request.information) == (CITY, "81-1", "local_tax")
    own = exchange.node(FORMER_CITY)
    key = own.sealing_key(FORMER_CITY)
    assert open_person(request.sealed_person, key=key, inquirer=CITY, request_id=request_id) == PERSON
    for inquirer, other in ((PENSION, request_id), (CITY, uuid4())):
        with pytest.raises(Refused) as refused:
            open_person(request.sealed_person, key=key, inquirer=inquirer, request_id=other)
        assert refused.value.reason is Reason.MALFORMED
    assert answer(exchange, request_id, ObtainState.OBTAINED) == 1
    eventually(lambda: state(exchange, request_id) is ObtainState.OBTAINED)
    assert answer(exchange, request_id, ObtainState.DECLINED) == 0  # the first word stands
    assert on_the_desk(exchange, request_id) == []
    with psycopg.connect(exchange.gateway_database.tenant_urls[FORMER_CITY.replace(".", "_")]) as former:
        kept = former.execute(
            "SELECT sealed_person FROM obtain_request WHERE request_id = %s", [request_id]
        ).fetchall()
    assert kept == [(None,)]


def test_only_after_an_inquiry_in_vain_and_only_the_provider_answers(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "O-2"}})
    unasked = exchange.refusal(lambda: ask_to_obtain(exchange, uuid4()))
    assert unasked == (Hop.INQUIRER_GATEWAY, Reason.UNKNOWN_RECORD)
    request_id = ask_in_vain(exchange, "O-2")
    ask_to_obtain(exchange, request_id)
    eventually(lambda: on_the_desk(exchange, request_id))
    forged = ObtainedAnswer(request_id=request_id, state=ObtainState.OBTAINED)
    told = exchange.call(TELL_OBTAINED, forged, sender=f"gateway.{PENSION}", receiver=GATEWAY)
    assert told.count == 0
    assert state(exchange, request_id) is ObtainState.OPEN
    assert exchange.refusal(lambda: answer(exchange, request_id, ObtainState.OPEN)) == (
        Hop.PROVIDER_GATEWAY,
        Reason.MALFORMED,
    )
    answer(exchange, request_id, ObtainState.DECLINED)
    eventually(lambda: state(exchange, request_id) is ObtainState.DECLINED)
