"""A correction reaches everybody who received the wrong value, their systems, and the person's record; nobody else can make one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from mynumber.foundation.law import InformationKind
from mynumber.protocols.corrections import (
    CORRECT,
    NOTE_CORRECTIONS,
    RECEIVED_CORRECTIONS,
    TELL_CORRECTION,
    Correct,
    CorrectedExchange,
    CorrectionBegun,
    CorrectionReason,
    ReceivedCorrection,
    ReceivedKey,
    ReceivedQuery,
    ToldCorrection,
)
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldReason
from mynumber.protocols.records import QUERY_RECORDS, RecordQuery
from mynumber.protocols.refusal import Hop, Reason
from tests.support.exchange import CITY, FORMER_CITY, PENSION, TAX, Exchange, inquiry_of, resident_code
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def told(exchange: Exchange) -> tuple[Exchange, UUID]:
    """The former city gave the city a tax value; the city asked in one exchange."""
    exchange.give_codes({resident_code(): {CITY: "K-c", FORMER_CITY: "K-f"}})
    exchange.register(FORMER_CITY, "K-f", InformationKind.LOCAL_TAX, TAX)
    result = exchange.inquire("K-c")
    assert result.outcome is Outcome.PROVIDED
    return exchange, result.request_id


def correct(
    exchange: Exchange,
    *,
    correction: UUID | None = None,
    addressee: str = "K-f",
    reason: CorrectionReason = CorrectionReason.WRONG_VALUE,
    sender: str = FORMER_CITY,
    **when: datetime,
) -> CorrectionBegun:
    body = Correct(
        correction=correction or uuid4(), addressee=addressee, information="local_tax", reason=reason, **when
    )
    return exchange.call(CORRECT, body, sender=sender, receiver=f"gateway.{FORMER_CITY}")


def received(exchange: Exchange, *taken: ReceivedKey) -> list[ReceivedCorrection]:
    query = ReceivedQuery(taken=taken)
    return list(
        exchange.call(RECEIVED_CORRECTIONS, query, sender=CITY, receiver=f"gateway.{CITY}").corrections
    )


def rows(exchange: Exchange, query: str, *values: object, member: str = FORMER_CITY) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.gateway_database.tenant_urls[member.replace(".", "_")]) as connection:
        return connection.execute(query.encode(), values).fetchall()


def core(exchange: Exchange, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(exchange.network_database.url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def test_who_received_the_wrong_value_is_told_and_takes_it_once(told: tuple[Exchange, UUID]) -> None:
    exchange, request_id = told
    correction = uuid4()
    begun = correct(exchange, correction=correction)
    assert begun == CorrectionBegun(correction=correction, exchanges=1, inquirers=(CITY,))
    [one] = eventually(lambda: received(exchange))
    assert (one.correction, one.request_id, one.provider) == (correction, request_id, FORMER_CITY)
    assert (one.addressee, one.affair, one.reason) == ("K-c", "81-1", CorrectionReason.WRONG_VALUE)
    assert received(exchange) == [one]  # until the member says that it has it
    assert received(exchange, ReceivedKey(correction=correction, request_id=request_id)) == []
    assert correct(exchange, correction=correction) == begun  # said again: no second effect
    eventually(lambda: not rows(exchange, "SELECT 1 FROM letter"))
    assert received(exchange) == []
    assert rows(
        exchange, "SELECT 1 FROM copy WHERE code = (SELECT code FROM addressee_code WHERE addressee = 'K-f')"
    )


def test_the_persons_record_shows_the_correction(told: tuple[Exchange, UUID]) -> None:
    exchange, request_id = told
    correct(exchange)
    noted = eventually(
        lambda: core(exchange, "SELECT reason FROM exchange_correction WHERE request_id = %s", request_id)
    )
    assert set(noted) == {("wrong_value",)}
    code = rows(exchange, "SELECT code FROM addressee_code WHERE addressee = 'K-c'", member=CITY)[0][0]
    query = RecordQuery(code=code)
    # the portal asks with its own code; the test has the city's and asks the city's question of the same converter
    records = exchange.refusal(lambda: exchange.call(QUERY_RECORDS, query, sender=CITY, receiver="network"))
    assert records == (Hop.NETWORK, Reason.NOT_ENTITLED)
    for statement in (
        "DELETE FROM exchange_correction",
        "UPDATE exchange_correction SET reason = 'withdrawn'",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            core(exchange, statement)


def test_a_correction_of_another_content_under_the_same_number_is_refused(
    told: tuple[Exchange, UUID],
) -> None:
    exchange, _ = told
    correction = uuid4()
    correct(exchange, correction=correction)
    assert exchange.refusal(
        lambda: correct(exchange, correction=correction, reason=CorrectionReason.WITHDRAWN)
    ) == (Hop.PROVIDER_GATEWAY, Reason.DUPLICATE_REQUEST)
    assert exchange.refusal(lambda: correct(exchange, sender=CITY))[1] is Reason.NOT_ENTITLED


def test_only_provisions_of_the_time_and_the_person_are_told(told: tuple[Exchange, UUID]) -> None:
    exchange, _ = told
    now = datetime.now(UTC)
    assert correct(exchange, given_since=now + timedelta(hours=1)).exchanges == 0
    assert correct(exchange, given_until=now - timedelta(hours=1)).exchanges == 0
    assert correct(exchange, addressee="nobody").exchanges == 0
    assert correct(exchange, given_since=now - timedelta(hours=1)).exchanges == 1


def test_a_wrong_link_is_not_given_again(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "L-c", FORMER_CITY: "L-f"}})
    exchange.register(FORMER_CITY, "L-f", InformationKind.LOCAL_TAX, TAX)
    assert exchange.inquire("L-c").outcome is Outcome.PROVIDED
    assert correct(exchange, addressee="L-f", reason=CorrectionReason.WRONG_LINK).exchanges == 1
    gone = exchange.inquire("L-c")
    assert (gone.outcome, gone.as_of) == (Outcome.NO_DATA, None), "it never was this person's"
    assert rows(
        exchange,
        "SELECT reason, is_told FROM gone_copy WHERE gone_at > now() - interval '1 minute'",
        member=FORMER_CITY,
    ) == [("wrong_link", False)]


def test_an_inquirer_hears_since_when_nothing_is_held(exchange: Exchange) -> None:
    exchange.give_codes({resident_code(): {CITY: "G-c", FORMER_CITY: "G-f"}})
    exchange.register(FORMER_CITY, "G-f", InformationKind.LOCAL_TAX, TAX)
    begun, correction = datetime.now(UTC), uuid4()
    correct(exchange, correction=correction, addressee="G-f", reason=CorrectionReason.WITHDRAWN)
    inquiry = inquiry_of("G-c")
    (gone,) = exchange.ask(inquiry)
    assert gone.outcome is Outcome.NO_DATA
    assert gone.as_of is not None
    assert begun <= gone.as_of <= datetime.now(UTC)
    assert exchange.ask(inquiry) == (gone,), "asked again, it is told the same"
    assert rows(
        exchange,
        "SELECT correction, reason FROM gone_copy WHERE correction = %s",
        correction,
        member=FORMER_CITY,
    ) == [(correction, "withdrawn")]
    exchange.register(FORMER_CITY, "G-f", InformationKind.LOCAL_TAX, TAX)
    assert exchange.inquire("G-c").outcome is Outcome.PROVIDED, "held again"


def test_nobody_corrects_what_another_gave(told: tuple[Exchange, UUID]) -> None:
    """A gateway that knows the request id, even the digest, of somebody else's exchange changes nothing."""
    exchange, request_id = told
    digest = bytes(
        rows(exchange, "SELECT permit_digest FROM side_record WHERE request_id = %s", request_id)[0][0]
    ).hex()
    before = len(core(exchange, "SELECT 1 FROM exchange_correction"))
    forged = ToldCorrection(
        correction=uuid4(),
        information="local_tax",
        reason=CorrectionReason.WITHDRAWN,
        corrected_at=datetime.now(UTC),
        exchanges=(CorrectedExchange(inquirer=CITY, request_id=request_id, permit_digest=digest),),
    )
    pension = f"gateway.{PENSION}"
    assert exchange.call(TELL_CORRECTION, forged, sender=pension, receiver=f"gateway.{CITY}").count == 0
    assert exchange.call(NOTE_CORRECTIONS, forged, sender=pension, receiver="network").count == 0
    assert len(core(exchange, "SELECT 1 FROM exchange_correction")) == before
    assert exchange.refusal(
        lambda: exchange.call(TELL_CORRECTION, forged, sender=PENSION, receiver=f"gateway.{CITY}")
    ) == (Hop.INQUIRER_GATEWAY, Reason.NOT_ENTITLED)


def test_a_correction_waits_for_an_inquirer_that_is_away(fragile_exchange: Exchange) -> None:
    """The gateway dies after it has answered the provider: the letters are in its database and go out after the start."""
    exchange = fragile_exchange
    exchange.give_codes({resident_code(): {CITY: "K-c", FORMER_CITY: "K-f"}})
    exchange.register(FORMER_CITY, "K-f", InformationKind.LOCAL_TAX, TAX)
    exchange.inquire("K-c")
    exchange.network.stop()
    correct(exchange)
    exchange.gateway.kill()
    with psycopg.connect(
        exchange.gateway_database.tenant_urls[FORMER_CITY.replace(".", "_")], autocommit=True
    ) as former:
        former.execute("UPDATE letter SET next_at = now()")
        waiting = former.execute("SELECT kind FROM letter").fetchall()
    assert ("exchange-corrections.v1",) in waiting  # the core was away
    exchange.network.start()
    exchange.gateway.start()
    eventually(lambda: core(exchange, "SELECT 1 FROM exchange_correction"))
    eventually(lambda: received(exchange))
    eventually(lambda: not rows(exchange, "SELECT 1 FROM letter"))


def test_a_correction_that_overtakes_the_answer_is_kept(exchange: Exchange) -> None:
    """The provider has recorded what it gave, the inquirer has not yet recorded that it has it: the record there is still open."""
    exchange.give_codes({resident_code(): {CITY: "M-c", FORMER_CITY: "M-f"}})
    nothing = exchange.inquire("M-c")
    assert nothing.outcome is Outcome.NO_DATA
    hold = Hold(addressee="M-f", reason=HoldReason.BY_HAND, since=datetime.now(UTC) - timedelta(minutes=1))
    exchange.call(
        CHANGE_HOLDS, ChangeHolds(set=(hold,)), sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}"
    )
    waiting = exchange.inquire("M-c")
    assert waiting.outcome is Outcome.WAITING

    def tell(request_id: UUID) -> int:
        told = ToldCorrection(
            correction=uuid4(),
            information="local_tax",
            reason=CorrectionReason.WRONG_VALUE,
            corrected_at=datetime.now(UTC),
            exchanges=(CorrectedExchange(inquirer=CITY, request_id=request_id, permit_digest="0" * 64),),
        )
        return exchange.call(
            TELL_CORRECTION, told, sender=f"gateway.{FORMER_CITY}", receiver=f"gateway.{CITY}"
        ).count

    assert [tell(nothing.request_id), tell(waiting.request_id)] == [0, 1]
    assert waiting.request_id in {one.request_id for one in received(exchange)}
