"""Acquisition of codes, as far as J-LIS goes; with a network that answers it is tested on the running platform."""

from __future__ import annotations

import pytest

from mynumber.foundation.smartcard import KeyName
from mynumber.institutions.jlis.residents.models import LookUpRecord
from mynumber.institutions.jlis.residents.numbering import draw
from mynumber.protocols.acquisition import (
    REQUEST_CODE_BY_CERTIFICATE,
    REQUEST_CODES,
    AcquisitionState,
    CodeRequest,
    CodeRequestByCertificate,
    CodeRequestItem,
    CodeRequestResult,
)
from mynumber.protocols.card_life import REPORT_LOSS, RETURN_CARD, ReportLoss, ReturnCard
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.institutions.jlis.contents import Connection, everything_in
from tests.institutions.jlis.door import Door
from tests.institutions.jlis.holding import holder_of_card
from tests.institutions.jlis.people import KATSUSHIKA, somebody

ACQUISITION_NUMBER = "q3Zx0Yv8aW1LrT5uJpKdMg"


def request(
    door: Door, *items: tuple[str, str], sender: str = "pension_service"
) -> tuple[CodeRequestResult, ...]:
    question = CodeRequest(
        items=tuple(CodeRequestItem(number=number, individual_number=person) for number, person in items)
    )
    return door.ask(REQUEST_CODES, question, sender=sender).results


def by_certificate(door: Door, serial: str) -> CodeRequestResult:
    question = CodeRequestByCertificate(number=ACQUISITION_NUMBER, certificate_serial=serial)
    (result,) = door.ask(REQUEST_CODE_BY_CERTIFICATE, question, sender="portal").results
    return result


def test_numbers_that_nobody_holds_are_not_found_and_nobody_else_is_asked(door: Door) -> None:
    # Nothing listens where the directory lists the network: a call would be refused as unreachable.
    nobody = [drawn.individual_number for drawn in draw(2)]
    assert request(door, ("first", nobody[0]), ("second", nobody[1])) == (
        CodeRequestResult(number="first", state=AcquisitionState.NOT_FOUND),
        CodeRequestResult(number="second", state=AcquisitionState.NOT_FOUND),
    )
    records = LookUpRecord.objects.filter(kind="code_acquisition").order_by("-pk")[:2]
    assert [(r.asked_by, r.outcome, r.person_id) for r in records] == [("pension_service", "none", None)] * 2


def test_while_the_network_is_away_the_institution_is_told_and_can_ask_again(door: Door) -> None:
    person = door.number_of(somebody())
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            request(door, (ACQUISITION_NUMBER, person))
        assert refused.value.refusal == Refused(Hop.JLIS, Reason.NETWORK_UNREACHABLE).refusal


def test_for_whom_a_code_is_acquired_is_recorded_before_the_network_is_asked(door: Door) -> None:
    person = door.number_of(somebody())
    question = CodeRequest(items=(CodeRequestItem(number=ACQUISITION_NUMBER, individual_number=person),))
    outgoing = door.prepare(REQUEST_CODES, question, sender=KATSUSHIKA)
    with pytest.raises(Refused) as refused:
        door.deliver(outgoing)
    assert refused.value.reason is Reason.NETWORK_UNREACHABLE
    record = LookUpRecord.objects.get(message_id=outgoing.message_id)
    assert (record.asked_by, record.kind, record.outcome) == (KATSUSHIKA, "code_acquisition", "found")
    assert record.person is not None
    assert record.person.individual_number == person
    with pytest.raises(Refused) as again:
        door.deliver(outgoing)
    assert again.value.reason is Reason.REPLAYED


def test_the_acquisition_number_is_kept_nowhere(door: Door, owner: Connection) -> None:
    person = door.number_of(somebody())
    with pytest.raises(Refused):
        request(door, (ACQUISITION_NUMBER, person))
    kept = everything_in(owner)
    assert person in kept
    assert ACQUISITION_NUMBER not in kept


@pytest.mark.parametrize("number", ["", "x" * 81, "123456789018", "12345678901"], ids=len)
def test_an_acquisition_number_that_could_be_a_persons_number_is_refused(door: Door, number: str) -> None:
    with pytest.raises(Refused, match="not an acquisition number"):
        request(door, (number, draw(1)[0].individual_number))


def test_impossible_requests_are_refused(door: Door) -> None:
    person = draw(1)[0].individual_number
    with pytest.raises(Refused, match="an acquisition number stands for one person only"):
        request(door, ("same", person), ("same", person))
    with pytest.raises(Refused, match="not an individual number"):
        request(door, ("first", "123456789012"))
    with pytest.raises(Refused) as refused:
        request(door, *((f"n{i}", person) for i in range(BATCH_ITEMS + 1)))
    assert refused.value.reason is Reason.TOO_LARGE


def test_a_certificate_leads_to_a_code_until_it_is_revoked(door: Door) -> None:
    holder = holder_of_card(door)
    serial = holder.serial_of()
    with pytest.raises(Refused) as refused:
        by_certificate(door, serial)
    assert (
        refused.value.reason is Reason.NETWORK_UNREACHABLE
    )  # J-LIS found the holder and went on to the network
    assert by_certificate(door, holder.serial_of(KeyName.SIGNATURE)).state is AcquisitionState.NOT_FOUND
    door.ask(REPORT_LOSS, ReportLoss(card_serial=holder.serial), sender=KATSUSHIKA)
    assert by_certificate(door, serial).state is AcquisitionState.NOT_FOUND
    door.ask(RETURN_CARD, ReturnCard(card_serial=holder.serial), sender=KATSUSHIKA)
    assert by_certificate(door, serial).state is AcquisitionState.NOT_FOUND


def test_an_unknown_certificate_leads_nowhere(door: Door) -> None:
    assert by_certificate(door, "7FFFFFFFFFFFFFFF").state is AcquisitionState.NOT_FOUND
    with pytest.raises(Refused, match="not a serial number"):
        by_certificate(door, "7fff")
