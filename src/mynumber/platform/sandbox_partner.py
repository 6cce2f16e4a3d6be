"""What the partner of a sandbox does when the vendor's member has asked it for something, or was given something wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mynumber.client import Client, CorrectionReason, ObtainAsked, ObtainState
from mynumber.platform.sandbox import SandboxFile, SandboxPerson
from mynumber.protocols.corrections import CorrectionBegun
from mynumber.protocols.residents import LookUpState

_NEW: Final = "N"


@dataclass(frozen=True, slots=True)
class Obtained:
    """What the partner did about requests to obtain a code."""

    obtained: int = 0
    declined: int = 0


def obtain(partner: Client, file: SandboxFile) -> Obtained:
    """Obtain a code for everybody the partner is asked to (Cabinet Order art. 26(3)); whom the residents network does not know is declined."""
    states = [_obtain(partner, file, asked) for asked in partner.obtain_requests()]
    return Obtained(states.count(ObtainState.OBTAINED), states.count(ObtainState.DECLINED))


def correct(partner: Client, file: SandboxFile, person: SandboxPerson) -> CorrectionBegun:
    """Say that what the vendor was told about a person was wrong."""
    return partner.correct(person.partner_addressee, file.first.information, CorrectionReason.WRONG_VALUE)


def _obtain(partner: Client, file: SandboxFile, asked: ObtainAsked) -> ObtainState:
    state = ObtainState.DECLINED
    if asked.person is not None:
        [found] = partner.look_up([asked.person])
        if found.state is LookUpState.FOUND and found.individual_number is not None:
            known = next((one for one in file.people if one.attributes == asked.person), None)
            addressee = known.partner_addressee if known else f"{_NEW}{asked.request.request_id.hex[:12]}"
            partner.acquire_codes([(addressee, found.individual_number)])
            state = ObtainState.OBTAINED
    partner.answer_obtain(asked, state)
    return state
