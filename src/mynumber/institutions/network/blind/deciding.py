"""The decision on blind requests: the rule as always, the person unseen. No database, no clock.

The order is that of the open mode: the rule of the day comes before the person, then the proof, then the conversions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mynumber.foundation.blind import BlindRequest, convert
from mynumber.foundation.codes import BadCode, CodeKeys, CodeReason
from mynumber.foundation.law import LegalBasis, LocalBasis
from mynumber.institutions.network.core.decision import Judgement, Rules
from mynumber.institutions.network.core.records import RECORD_DOMAIN
from mynumber.protocols.blind import (
    PORTAL,
    BlindPermitRequests,
    cipher_text,
    mark_of,
    read_blind_request,
    reader_keys,
    sheet_code,
)
from mynumber.protocols.directory import Directory, UnknownSystem
from mynumber.protocols.exchange import RequestedPermit
from mynumber.protocols.refusal import Hop, Reason, Refused


@dataclass(frozen=True, slots=True)
class Person:
    """Who a blind request is about, as the core records it: ciphertexts and their mark."""

    mark: str
    for_records: str
    for_portal: str


def judge_blind(
    asked: BlindPermitRequests,
    *,
    inquirer: str,
    core: str,
    directory: Directory,
    basis: LegalBasis | LocalBasis,
    keys: CodeKeys,
    live: Sequence[int],
) -> tuple[tuple[Judgement, ...], tuple[Person, ...]]:
    """Find the rule of each request and convert its ciphertexts; ``inquirer`` is proven. With the persons that the records will name.

    Raises Refused: MALFORMED when requests and ciphertexts are not as many, BLIND_OFF while codes change from one version to the next, since
    nobody could tell which of the two the provider holds.
    """
    if len(asked.requests) != len(asked.blinded):
        raise Refused(Hop.NETWORK, Reason.MALFORMED, "one blinded code for each request")
    if len(live) != 1:
        raise Refused(Hop.NETWORK, Reason.BLIND_OFF, "codes are being changed from one version to the next")
    rules = Rules(inquirer, asked.inquirer == inquirer, directory, basis)
    judgements: list[Judgement] = []
    persons: list[Person] = []
    for request, text in zip(asked.requests, asked.blinded, strict=True):
        provision, refusal = rules.find(request)
        person: Person | None = None
        codes: tuple[str, ...] = ()
        try:
            given = read_blind_request(text, request, inquirer=inquirer, core=core, directory=directory)
            if given.version not in live:
                raise BadCode(CodeReason.UNKNOWN_VERSION, "codes of this version are closed")
            conversions = _Conversions(
                given, request, inquirer, reader_keys(directory, core, request.provider), keys
            )
            person = conversions.person()
            codes = conversions.for_provider() if refusal is None else ()
        except UnknownSystem:
            refusal = refusal or Reason.BLIND_OFF
        except BadCode as error:
            refusal = refusal or (
                Reason.BAD_PROOF if error.reason is CodeReason.BAD_PROOF else Reason.UNKNOWN_CODE
            )
        if person is not None:
            persons.append(person)
        mark = person.mark if person else None
        judgements.append(Judgement(request, provision, codes, mark, refusal, is_blind=True))
    return tuple(judgements), tuple(persons)


@dataclass(frozen=True, slots=True)
class _Conversions:
    given: BlindRequest
    request: RequestedPermit
    inquirer: str
    readers: tuple[bytes, bytes, bytes]
    keys: CodeKeys

    def for_provider(self) -> tuple[str, ...]:
        key = self.readers[0]
        blinded = convert(self.given.for_key(0), self.keys, self.inquirer, self.request.provider, key=key)
        return (sheet_code(blinded, key),)

    def person(self) -> Person:
        for_records, for_portal = (
            cipher_text(
                convert(self.given.for_key(place), self.keys, self.inquirer, to, key=self.readers[place])
            )
            for place, to in ((1, RECORD_DOMAIN), (2, PORTAL))
        )
        return Person(mark_of(for_records, for_portal), for_records, for_portal)
