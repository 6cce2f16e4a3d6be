"""The messages of acquisition (docs/protocols/residents.md): J-LIS stands between the institution and the network.

The effect at J-LIS (message seen, provision recorded) is committed before the network is asked: no transaction waits for another institution. If the
network does not answer, the institution is told so and asks again with a new message; the network gives the same code again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from mynumber.institutions.jlis.acquisition.resident_codes import Match, match_numbers, match_person
from mynumber.institutions.jlis.certification.holders import holder_of
from mynumber.institutions.jlis.doors import door
from mynumber.institutions.jlis.entitlement import SYSTEM
from mynumber.institutions.jlis.residents.messages import asking
from mynumber.protocols import wire
from mynumber.protocols.acquisition import (
    ISSUE_CODES,
    REQUEST_CODE_BY_CERTIFICATE,
    REQUEST_CODES,
    AcquisitionState,
    CodeRequest,
    CodeRequestByCertificate,
    CodeRequestResult,
    CodeRequestResults,
    IssueCodes,
    IssueItem,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.messages import Afterwards, Question, this_node


def answer_request_codes(question: Question[CodeRequest]) -> Afterwards[CodeRequestResults]:
    """Codes for the sender, who alone can ask for itself."""
    matches = match_numbers(question.body.items, asking(question))
    return Afterwards(partial(_have_codes_issued, matches, member=question.sender))


def answer_request_code_by_certificate(
    question: Question[CodeRequestByCertificate],
) -> Afterwards[CodeRequestResults]:
    """A code for the portal, of the holder of a certificate that is valid now."""
    holder = holder_of(question.body.certificate_serial, at=question.at)
    matches = match_person(question.body.number, holder, asking(question))
    return Afterwards(partial(_have_codes_issued, matches, member=question.sender))


def _have_codes_issued(matches: Sequence[Match], *, member: str) -> CodeRequestResults:
    """Hand acquisition numbers and resident codes to the network, and bring its results back in the order of the request."""
    items = tuple(
        IssueItem(number=match.number, resident_code=match.resident_code)
        for match in matches
        if match.resident_code is not None
    )
    states = _ask_network(IssueCodes(member=member, items=items)) if items else {}
    return CodeRequestResults(
        results=tuple(
            CodeRequestResult(number=match.number, state=states.get(match.number, AcquisitionState.NOT_FOUND))
            for match in matches
        )
    )


def _ask_network(question: IssueCodes) -> dict[str, AcquisitionState]:
    try:
        node = this_node()
        answer = wire.call(
            node,
            ISSUE_CODES,
            question,
            sender=SYSTEM,
            receiver=node.directory.core_of(question.member),
            hop=Hop.JLIS,
            now=partial(datetime.now, UTC),
        )
    except Refused as refused:
        if (refused.hop, refused.reason) == (Hop.JLIS, Reason.UNREACHABLE):
            raise Refused(Hop.JLIS, Reason.NETWORK_UNREACHABLE) from None
        raise
    states = {result.number: result.state for result in answer.results}
    if len(answer.results) != len(question.items) or states.keys() != {
        item.number for item in question.items
    }:
        raise Refused(
            Hop.JLIS, Reason.ANSWER_NOT_BOUND, "the network answered for other people than were asked"
        )
    return states


routes = [
    *door(REQUEST_CODES, answer_request_codes),
    *door(REQUEST_CODE_BY_CERTIFICATE, answer_request_code_by_certificate),
]
