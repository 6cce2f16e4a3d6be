"""Permit sheets and what is bound to them: the functions that network, gateways and clients share. Pure: no clock, no network, no database.

The digest of a sheet is what its signature covers; the digest of one permit in it is made of that and of its request id. Codes and facts are
sealed once for a whole sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.blind import BlindKey
from mynumber.foundation.codes import BadCode, Code
from mynumber.foundation.envelope import EnvelopeReason, EnvelopeRefused, SealingKey, SealPublicKey
from mynumber.protocols.blind import is_sheet_code, open_sheet_code
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import (
    SHEET_KIND,
    SHEET_LIFETIME,
    FactSheet,
    FactSheets,
    Outcome,
    Permit,
    PermitSheet,
    SheetAnswer,
)
from mynumber.protocols.message import GROUP_ITEMS
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.wire import from_text, reason_of, to_text

CODES_INFO = b"mynumber permit codes v2"
FACTS_INFO = b"mynumber fact sheets v2"

_CodeInSheet = Annotated[str, msgspec.Meta(min_length=40, max_length=120)]
_Codes = Annotated[tuple[_CodeInSheet, ...], msgspec.Meta(min_length=1, max_length=GROUP_ITEMS)]
_decode_codes = msgspec.json.Decoder(_Codes).decode


def permit_digest(sheet_digest: bytes, request_id: UUID) -> bytes:
    """SHA-256 (32 bytes) by which all records name one permit of a sheet."""
    return sha256(sheet_digest + request_id.bytes).digest()


# --- codes: sealed by the network to the provider's gateway --------------------------------------------------------------


def seal_codes(codes: Sequence[str], request_ids: Iterable[UUID], *, to: SealPublicKey) -> str:
    """The provider's codes (text form) in one seal (base64url), bound to the request ids of the sheet in their order."""
    plain = msgspec.json.encode(codes)
    return to_text(envelope.seal(plain, to=to, info=CODES_INFO, aad=_codes_aad(request_ids)))


def open_codes(
    sheet: PermitSheet, *, key: SealingKey, blind_keys: Mapping[str, BlindKey] | None = None
) -> tuple[str, ...]:
    """The provider's code (text form) for each permit of a sheet, in their order. ``blind_keys``, by their ids, open codes that the network did not see.

    A blinded code may turn out to be none, since nobody but its reader sees it: it is given as one that nobody holds.
    Raises Refused(PROVIDER_GATEWAY, MALFORMED) when the seal does not open with these request ids, a code that the network saw is none, or a
    permit's place is not in the list; BLIND_OFF when a code is blinded and there are no keys.
    """
    try:
        plain = envelope.open_sealed(
            from_text(sheet.sealed_codes),
            key=key,
            info=CODES_INFO,
            aad=_codes_aad(permit.request_id for permit in sheet.permits),
        )
        codes = [_code(text, blind_keys).to_text() for text in _decode_codes(plain)]
        return tuple(codes[permit.code] for permit in sheet.permits)
    except (EnvelopeRefused, BadCode, ValueError, IndexError):
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.MALFORMED, "the sealed codes") from None


def _code(text: str, blind_keys: Mapping[str, BlindKey] | None) -> Code:
    if not is_sheet_code(text):
        return Code.parse(text)
    if blind_keys is None:
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.BLIND_OFF)
    return open_sheet_code(text, blind_keys)


def _codes_aad(request_ids: Iterable[UUID]) -> bytes:
    return b"".join(request_id.bytes for request_id in request_ids)


# --- sheets: read by the provider's gateway ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet that the network signed for this receiver and this presenter.

    One that ``is_expired`` is read all the same: what waits for a person is asked about again until its deadline, and the refusals of the
    rest (PERMIT_EXPIRED) are recorded with what was asked.
    """

    body: PermitSheet
    core: str
    """The core of the network that signed it and keeps the record."""
    digest: bytes
    is_expired: bool

    def digest_of(self, permit: Permit) -> bytes:
        """SHA-256 (32 bytes) by which all records name a permit of this sheet."""
        return permit_digest(self.digest, permit.request_id)


def read_sheet(text: str, *, directory: Directory, presenter: str, receiver: str, now: datetime) -> ReadSheet:
    """Verify a presented sheet: signature of a core at which the inquirer is at home, receiver, kind, time, presenter, provider, one permit a
    request id.

    Raises Refused(PROVIDER_GATEWAY) with the reason.
    """
    token = text.encode("utf-8", "replace")
    try:
        verified = envelope.verify(
            token,
            key_for=lambda issuer, kid: (
                directory.verify_key(issuer, kid) if directory.is_core(issuer) else None
            ),
            audience=receiver,
            kind=SHEET_KIND,
            now=now,
            max_lifetime=SHEET_LIFETIME,
        )
        sheet = envelope.decode_body(verified.body, PermitSheet)
    except EnvelopeRefused as error:
        reason = Reason.PERMIT_EXPIRED if error.reason is EnvelopeReason.EXPIRED else reason_of(error)
        raise Refused(Hop.PROVIDER_GATEWAY, reason, "the permit sheet") from None
    if sheet.presenter != presenter:
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.PERMIT_NOT_YOURS)
    if sheet.provider != Directory.member_of(receiver) or sheet.inquirer not in directory:
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.WRONG_AUDIENCE, "the permit sheet")
    core = verified.header.issuer
    if core not in directory.cores_of(sheet.inquirer):
        raise Refused(
            Hop.PROVIDER_GATEWAY, Reason.NOT_ENTITLED, "a core at which the inquirer is not at home"
        )
    if len({permit.request_id for permit in sheet.permits}) != len(sheet.permits):
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.MALFORMED, "a request id twice in one sheet")
    return ReadSheet(sheet, core, envelope.digest(token), is_expired=sheet.valid_until < now)


def presented(sheet: PermitSheet, only: Sequence[int]) -> tuple[Permit, ...]:
    """The permits of a sheet that are presented; all when ``only`` is empty.

    Raises Refused(PROVIDER_GATEWAY, MALFORMED) unless the places are in the sheet and ascend.
    """
    if not only:
        return sheet.permits
    if only[-1] >= len(sheet.permits) or any(a >= b for a, b in pairwise(only)):
        raise Refused(Hop.PROVIDER_GATEWAY, Reason.MALFORMED, "the places of permits")
    return tuple(sheet.permits[place] for place in only)


# --- facts: sealed by the provider's gateway to the inquirer's -----------------------------------------------------------


def seal_facts(facts: Sequence[FactSheet], *, to: SealPublicKey, sheet_digest: bytes) -> str | None:
    """The facts of an answer in one seal (base64url), bound to the sheet; None when there are none."""
    if not facts:
        return None
    plain = msgspec.json.encode(FactSheets(facts=tuple(facts)))
    return to_text(envelope.seal(plain, to=to, info=FACTS_INFO, aad=sheet_digest))


Wanted = tuple[str, Sequence[str]]
"""Kind of information and periods of a permit."""
ANSWERED = frozenset({Outcome.PROVIDED, Outcome.NO_DATA, Outcome.WAITING, Outcome.REFUSED})
"""What a provider may say of a permit."""


def open_answer(
    answer: SheetAnswer, asked: Sequence[Wanted], *, sheet_digest: bytes, key: SealingKey
) -> list[tuple[FactSheet, ...]]:
    """Check that an answer belongs to the permits presented and open it.

    ``asked`` is what was asked with each permit presented, in their order. For each the facts that were provided: one a period in the order
    asked, one if none was named; empty unless ``provided``. Raises Refused(INQUIRER_GATEWAY, ANSWER_NOT_BOUND) saying which rule is broken;
    then nothing of the answer may be used.
    """
    if answer.sheet_digest != sheet_digest.hex():
        raise _not_bound("another sheet")
    if len(answer.answers) != len(asked):
        raise _not_bound("another number of answers than of permits")
    for one in answer.answers:
        if one.outcome not in ANSWERED:
            raise _not_bound("not the provider's to say")
        if (one.reason is not None) is not (one.outcome is Outcome.REFUSED):
            raise _not_bound("a refusal has a reason, and nothing else has")
        is_closed = one.reason is Reason.PROVIDER_CLOSED
        if (one.deadline is not None) is not (one.outcome is Outcome.WAITING) and not is_closed:
            raise _not_bound(
                "what waits has a deadline, and nothing else has but a provider that opens again"
            )
    provided = sum(one.outcome is Outcome.PROVIDED for one in answer.answers)
    if (answer.sealed_facts is not None) is not (provided > 0):
        raise _not_bound("the outcomes and the facts contradict each other")
    facts = _open_facts(answer.sealed_facts, sheet_digest, key) if answer.sealed_facts else ()
    opened: list[tuple[FactSheet, ...]] = []
    place = 0
    for one, (kind, periods) in zip(answer.answers, asked, strict=True):
        told: tuple[FactSheet, ...] = ()
        if one.outcome is Outcome.PROVIDED:
            count = len(periods) or 1
            told = facts[place : place + count]
            place += count
            if len(told) != count or any(fact.information != kind for fact in told):
                raise _not_bound("a fact is missing or of another kind")
            if periods and tuple(fact.period for fact in told) != tuple(periods):
                raise _not_bound("not the periods that were asked")
            if any((fact.as_of is None) is not (bytes(fact.fact) == b"null") for fact in told):
                raise _not_bound("a fact has its time, and nothing else has")
            if all(fact.as_of is None for fact in told):
                raise _not_bound("nothing was provided")
        opened.append(told)
    if place != len(facts):
        raise _not_bound("more facts than were provided")
    return opened


def _open_facts(sealed: str, sheet_digest: bytes, key: SealingKey) -> tuple[FactSheet, ...]:
    try:
        plain = envelope.open_sealed(from_text(sealed), key=key, info=FACTS_INFO, aad=sheet_digest)
        return envelope.decode_body(plain, FactSheets).facts
    except EnvelopeRefused:
        raise _not_bound("the facts could not be opened") from None


def _not_bound(detail: str) -> Refused:
    return Refused(Hop.INQUIRER_GATEWAY, Reason.ANSWER_NOT_BOUND, detail)
