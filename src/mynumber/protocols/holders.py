"""Who holds a code for a person (Order 85 art. 40(3)-(4)), and asking a provider to obtain one (Cabinet Order art. 26(2)-(3)).

::

    inquirer's system -- WHO_HOLDS --> its gateway -- QUERY_HOLDERS --> network core
    inquirer's system -- ASK_TO_OBTAIN --> its gateway -- FORWARD_OBTAIN --> provider's gateway  <-- FETCH_OBTAIN, ANSWER_OBTAIN -- its system
                                               ^-------------- TELL_OBTAINED ------------+

The basic four attributes travel sealed from the inquirer's own system to the provider's own system: no gateway reads them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.envelope import EnvelopeRefused, SealingKey, SealPublicKey
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import (
    BATCH_BYTES,
    Addressee,
    AffairId,
    Batch,
    CodeText,
    KindName,
    Message,
    Moment,
    ShortText,
    SystemId,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from mynumber.protocols.wire import from_text, to_text

PERSON_INFO = b"mynumber person to obtain a code for v1"


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class WhoHolds(_Body, frozen=True, kw_only=True):
    """Which institutions that the affair may ask hold a code for this person?"""

    addressee: Addressee
    affair: AffairId
    information: KindName | None = None
    """Only those that the table names as providers of this kind; None: of any kind that the affair may ask for."""
    organisation: ShortText


class HoldersQuery(_Body, frozen=True, kw_only=True):
    """The same, as the gateway asks the core."""

    code: CodeText
    """The inquirer's code."""
    affair: AffairId
    information: KindName | None = None


class Holder(_Body, frozen=True, kw_only=True):
    member: SystemId
    name: Annotated[str, msgspec.Meta(max_length=200)]
    information: Batch[KindName]
    """What the affair may ask of it."""


class Holders(_Body, frozen=True, kw_only=True):
    holders: Batch[Holder]
    not_known: Batch[SystemId] = ()
    """Institutions of which it could not be found out now: the core at which they are at home does not answer."""


class ObtainRequest(_Body, frozen=True, kw_only=True):
    """An inquiry was refused because its provider has no code for the person: the provider is asked to obtain one."""

    request_id: UUID
    """Of that inquiry: what was asked of whom is in its record."""
    sealed_person: Annotated[str, msgspec.Meta(max_length=16 * 1024)]
    """:class:`~mynumber.protocols.residents.FourAttributes`, sealed to the provider's own system: :func:`seal_person`."""


class ObtainState(StrEnum):
    OPEN = "open"
    """The provider has not answered."""
    OBTAINED = "obtained"
    """The provider has obtained the code: ask again, under a new request id."""
    DECLINED = "declined"
    """The provider does not know the person, or not by these attributes."""

    @property
    def label_ja(self) -> str:
        return _STATE_JA[self]


_STATE_JA = {
    ObtainState.OPEN: "回答待ち",
    ObtainState.OBTAINED: "符号を取得した",
    ObtainState.DECLINED: "取得しない（該当する人がいない）",
}


class ObtainStateOf(_Body, frozen=True, kw_only=True):
    request_id: UUID
    provider: SystemId
    state: ObtainState


class ForwardedObtain(_Body, frozen=True, kw_only=True):
    """The inquirer's gateway forwards it to the provider's."""

    request_id: UUID
    affair: AffairId
    information: KindName
    organisation: ShortText
    sealed_person: Annotated[str, msgspec.Meta(max_length=16 * 1024)]


class ObtainQuery(_Body, frozen=True, kw_only=True):
    """The provider's own system asks what it should obtain codes for."""


class ReceivedObtain(_Body, frozen=True, kw_only=True):
    inquirer: SystemId
    request_id: UUID
    affair: AffairId
    information: KindName
    organisation: ShortText
    sealed_person: str
    received_at: Moment


class ReceivedObtains(_Body, frozen=True, kw_only=True):
    requests: Batch[ReceivedObtain]


class ObtainAnswer(_Body, frozen=True, kw_only=True):
    """What the provider did; ``open`` is no answer."""

    inquirer: SystemId
    request_id: UUID
    state: ObtainState


class ObtainedAnswer(_Body, frozen=True, kw_only=True):
    """The provider's gateway tells the inquirer's."""

    request_id: UUID
    state: ObtainState


class SentObtainsQuery(_Body, frozen=True, kw_only=True):
    """The inquirer's own system asks what came of its requests."""

    request_ids: Batch[UUID]


class SentObtains(_Body, frozen=True, kw_only=True):
    requests: Batch[ObtainStateOf]


WHO_HOLDS = Message("who-holds.v1", WhoHolds, Holders, sealed=True, max_bytes=BATCH_BYTES)
QUERY_HOLDERS = Message("code-holders.v1", HoldersQuery, Holders, max_bytes=BATCH_BYTES)
ASK_TO_OBTAIN = Message("obtain-request.v1", ObtainRequest, ObtainStateOf)
FORWARD_OBTAIN = Message("obtain-forward.v1", ForwardedObtain, Acknowledged)
FETCH_OBTAIN = Message("obtain-requests.v1", ObtainQuery, ReceivedObtains, max_bytes=BATCH_BYTES)
ANSWER_OBTAIN = Message("obtain-answer.v1", ObtainAnswer, Acknowledged)
TELL_OBTAINED = Message("obtain-result.v1", ObtainedAnswer, Acknowledged)
SENT_OBTAINS = Message("obtain-states.v1", SentObtainsQuery, SentObtains, max_bytes=BATCH_BYTES)


def seal_person(person: FourAttributes, *, to: SealPublicKey, inquirer: str, request_id: UUID) -> str:
    """The basic four attributes for the provider's own system (base64url), bound to inquirer and request."""
    blob = envelope.seal(msgspec.json.encode(person), to=to, info=PERSON_INFO, aad=_aad(inquirer, request_id))
    return to_text(blob)


def open_person(sealed: str, *, key: SealingKey, inquirer: str, request_id: UUID) -> FourAttributes:
    """The inverse. Raises Refused(PROVIDER, MALFORMED) for what was sealed to others or about another request."""
    try:
        plain = envelope.open_sealed(
            from_text(sealed), key=key, info=PERSON_INFO, aad=_aad(inquirer, request_id)
        )
        return envelope.decode_body(plain, FourAttributes)
    except EnvelopeRefused:
        raise Refused(Hop.PROVIDER, Reason.MALFORMED, "the sealed person") from None


def _aad(inquirer: str, request_id: UUID) -> bytes:
    return inquirer.encode() + b"\n" + request_id.bytes
