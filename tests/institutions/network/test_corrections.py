"""The person sees in the record that what was given was wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from mynumber.protocols.corrections import CORRECT, Correct, CorrectionReason
from mynumber.protocols.records import RecordCorrection
from tests.institutions.network.test_records import Person
from tests.support.exchange import FORMER_CITY, Exchange
from tests.support.waiting import eventually


def test_a_correction_stands_beside_the_record_of_its_exchange_alone(exchange: Exchange) -> None:
    person = Person(exchange, "corrected")
    wrong = exchange.inquire(person.at_city).request_id
    between = datetime.now(UTC)
    right = exchange.inquire(person.at_city).request_id
    correction = Correct(
        correction=uuid4(),
        addressee=person.at_former,
        information="local_tax",
        reason=CorrectionReason.WRONG_LINK,
        given_until=between,
    )
    begun = exchange.call(CORRECT, correction, sender=FORMER_CITY, receiver=f"gateway.{FORMER_CITY}")
    assert begun.exchanges == 1

    def noted() -> tuple[RecordCorrection, ...]:
        return {record.request_id: record for record in person.records().records}[wrong].corrections

    [seen] = eventually(noted, "the correction")
    assert seen.reason is CorrectionReason.WRONG_LINK
    assert between < seen.at < datetime.now(UTC)
    records = {record.request_id: record for record in person.records().records}
    assert records[right].corrections == ()
