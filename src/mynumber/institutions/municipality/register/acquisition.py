"""Codes (符号) for the people of the register: Act art. 21-2, Cabinet Order art. 27.

The municipality's own gateway opens acquisition numbers; the municipality sends each to J-LIS with the individual number; the code goes from the network to the
gateway, and the municipality itself never sees it. No acquisition number is kept here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mynumber.institutions.municipality.register.batches import in_batches
from mynumber.institutions.municipality.register.models import PersonNumber
from mynumber.institutions.municipality.systems import ask_gateway, ask_jlis
from mynumber.protocols.acquisition import (
    OPEN_ACQUISITION,
    REQUEST_CODES,
    AcquisitionState,
    CodeRequest,
    CodeRequestItem,
    OpenAcquisition,
)
from mynumber.webkit.tenancy import acting_as

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Acquired:
    """People whose code the gateway holds now, and those whom J-LIS did not find."""

    obtained: int
    not_found: int


def acquire_codes(
    code: str,
    *,
    now: Callable[[], datetime],
    progress: Progress = lambda done, total: None,
    anew: bool = False,
) -> Acquired:
    """Get codes for everybody who has a number and no code. May be repeated. Raises Refused when a batch is refused.

    ``anew``: for everybody who has a number, because the keys of the codes that the gateway holds are closed.
    """
    with acting_as(code):
        numbered = PersonNumber.objects.all() if anew else PersonNumber.objects.filter(code_obtained_at=None)
        waiting = list(numbered.select_related("person").order_by("pk"))
    obtained = done = 0
    for batch in in_batches(waiting):
        held = _acquire(code, batch, anew=anew)
        with acting_as(code):
            obtained += PersonNumber.objects.filter(
                pk__in=[number.pk for number in batch if number.person.addressee in held]
            ).update(code_obtained_at=now())
        done += len(batch)
        progress(done, len(waiting))
    return Acquired(obtained, done - obtained)


def _acquire(code: str, batch: Sequence[PersonNumber], *, anew: bool) -> set[str]:
    """The addressees of the batch whose code the gateway holds afterwards."""
    individual_number = {number.person.addressee: number.individual_number for number in batch}
    wanted = OpenAcquisition(addressees=tuple(individual_number), anew=anew)
    opened = ask_gateway(code, OPEN_ACQUISITION, wanted)
    held = set(opened.already_obtained)
    if opened.numbers:
        items = tuple(
            CodeRequestItem(number=item.number, individual_number=individual_number[item.addressee])
            for item in opened.numbers
        )
        answer = ask_jlis(code, REQUEST_CODES, CodeRequest(items=items))
        arrived = _delivered((result.number, result.state) for result in answer.results)
        held |= {item.addressee for item in opened.numbers if item.number in arrived}
    return held


def _delivered(results: Iterable[tuple[str, AcquisitionState]]) -> set[str]:
    return {
        number
        for number, state in results
        if state in {AcquisitionState.DELIVERED, AcquisitionState.ALREADY_OBTAINED}
    }
