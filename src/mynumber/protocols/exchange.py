"""One exchange of information (情報連携): inquiry, permit, presentation, answer, notice of provision.

::

    inquirer's system -- ASK --> its gateway -- REQUEST_PERMITS --> network core
                                     |  <------- permit sheets (each signed for one provider's gateway)
                                     +------ PRESENT_SHEET ------> provider's gateway (sealed answer)
    gateways -- NOTIFY --> network core (batched)

One message carries 1 to 100 items of one sender under one signature; each has its own result and its own records.

Act on the Use of Numbers (番号法) art. 21(2), 22, 23; Cabinet Order art. 20, 26; Order 85 art. 40, 41, 46, 47.
No message here carries an individual number, a resident code or a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from mynumber.protocols.message import (
    BATCH_BYTES,
    GROUP_BYTES,
    GROUP_ITEMS,
    PERIODS_ITEMS,
    Addressee,
    AffairId,
    Batch,
    CodeText,
    Group,
    HexDigest,
    KindName,
    Message,
    Moment,
    Periods,
    PeriodText,
    ShortText,
    SystemId,
)
from mynumber.protocols.refusal import Hop, Reason

PERMIT_VALIDITY = timedelta(minutes=10)
"""How long a permit may be presented (Order 85 art. 41 leaves the length to the operator)."""
SHEET_KIND = "permit.v2"
SHEET_LIFETIME = timedelta(days=60)
"""How long a sheet can be read: it is presented again about what waits for a person. Whether a permit is still valid is said by ``valid_until``."""

SheetText = Annotated[str, msgspec.Meta(max_length=256 * 1024)]
"""A permit sheet as it travels: a token of its own."""
Position = Annotated[int, msgspec.Meta(ge=0, lt=GROUP_ITEMS)]
"""Place in a list of the same message, from 0."""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


def _each_once(periods: Periods) -> None:
    if periods and len(set(periods)) != len(periods):
        raise ValueError("a period twice")


class Outcome(StrEnum):
    """How an exchange ended, as the three records say it."""

    OPEN = "open"
    """Asked, not yet ended."""
    PERMITTED = "permitted"
    WAITING = "waiting"
    """The provider answers by hand; the same permit may be presented again until the deadline."""
    PROVIDED = "provided"
    NO_DATA = "no_data"
    """The provider has no copy of this information about the person."""
    REFUSED = "refused"
    LOST = "lost"
    """Provided by the provider, but the inquirer stopped before it held the answer; it must ask again."""
    ABANDONED = "abandoned"
    """Stopped before anything moved."""

    @property
    def label_ja(self) -> str:
        return _OUTCOME_JA[self]

    @staticmethod
    def final(outcomes: Iterable[Outcome]) -> Outcome:
        """The one that stands when an exchange has several entries, in whichever order the sides reported.

        That something was provided outweighs every word that it was not: neither side can talk a provision away.
        """
        return max(outcomes, key=_RANK.__getitem__)


_RANK = {
    Outcome.OPEN: 0,
    Outcome.PERMITTED: 1,
    Outcome.WAITING: 2,
    Outcome.ABANDONED: 3,
    Outcome.NO_DATA: 4,
    Outcome.REFUSED: 5,
    Outcome.PROVIDED: 6,
    Outcome.LOST: 7,
}

_OUTCOME_JA = {
    Outcome.OPEN: "照会中",
    Outcome.PERMITTED: "提供許可",
    Outcome.WAITING: "回答待ち",
    Outcome.PROVIDED: "提供済み",
    Outcome.NO_DATA: "該当情報なし",
    Outcome.REFUSED: "提供されず（拒否）",
    Outcome.LOST: "提供済み（照会者に届かず）",
    Outcome.ABANDONED: "中止",
}


class Inquiry(_Body, frozen=True, kw_only=True):
    """What an inquirer's own system asks its gateway. The person is its addressee number (宛名番号)."""

    request_id: UUID
    """UUID, made by the inquirer; names the exchange in all records."""
    addressee: Addressee
    affair: AffairId
    """Affair id of the legal-basis table, e.g. ``81-1``."""
    provider: SystemId
    """Member id, e.g. ``municipality.082201``."""
    information: KindName
    """Name of an :class:`~mynumber.foundation.law.InformationKind`."""
    organisation: ShortText
    """Organisation in charge of the affair (課)."""
    periods: Periods = ()
    """Years or months to be told, each by itself; empty: the newest there is."""
    non_disclosure: bool = False
    """不開示 flag (Order 85 art. 40(2)): the record is not shown to the person until it is lifted."""

    def __post_init__(self) -> None:
        _each_once(self.periods)


def _no_fact() -> msgspec.Raw:
    return msgspec.Raw(b"null")


class PeriodFact(_Body, frozen=True, kw_only=True):
    """What the provider says of one period that was named."""

    period: PeriodText
    is_held: bool
    """Whether it holds a fact of this period. A period that it holds none of is told all the same."""
    as_of: Moment | None = None
    registered_at: Moment | None = None
    """When the provider's gateway took the copy in; None when a person answered."""
    upload: UUID | None = None
    """The provider's file in which the copy came, if it came in one."""
    fact: msgspec.Raw = msgspec.field(default_factory=_no_fact)
    """JSON in the layout of :mod:`mynumber.protocols.facts`; ``null`` if none is held, or its day is over."""


class InquiryResult(_Body, frozen=True, kw_only=True):
    """What the gateway answers its own system; travels sealed because it holds the fact."""

    request_id: UUID
    outcome: Outcome
    provision: AffairId | None = None
    """Rule id of the legal-basis table that allowed it."""
    fact: msgspec.Raw = msgspec.field(default_factory=_no_fact)
    """JSON in the layout of :mod:`mynumber.protocols.facts`; ``null`` unless something was provided."""
    as_of: Moment | None = None
    """The day of the value, as its provider said; of ``no_data`` when it was taken away, if the provider held it once."""
    registered_at: Moment | None = None
    """When the provider's gateway took the copy in; None when a person answered."""
    upload: UUID | None = None
    """The provider's file in which the copy came, if it came in one."""
    period: PeriodText | None = None
    """The period of ``fact``; None of a kind that tells the state of a day."""
    periods: Annotated[tuple[PeriodFact, ...], msgspec.Meta(max_length=PERIODS_ITEMS)] = ()
    """Of an inquiry that named periods: all of them, in the order asked, once the provider has answered. ``fact`` and what tells of it are empty then."""
    permitted_at: Moment | None = None
    provided_at: Moment | None = None
    deadline: Moment | None = None
    """Until when an answer that waits for a person is due; of ``provider_closed`` when the provider's gateway opens again."""
    hop: Hop | None = None
    reason: Reason | None = None


class Inquiries(_Body, frozen=True, kw_only=True):
    """What a member's own system asks its gateway, to one provider or to several."""

    inquiries: Group[Inquiry]


class InquiryResults(_Body, frozen=True, kw_only=True):
    """One result for each inquiry, in the order asked.

    ``open`` and ``waiting`` are not the end: asked again with the same request id and the same content, the gateway tells what came of the
    same exchange.
    """

    results: Group[InquiryResult]


class RequestedPermit(_Body, frozen=True, kw_only=True):
    """One inquiry as the core sees it (Cabinet Order art. 20)."""

    request_id: UUID
    code: CodeText
    """The inquirer's code for the person (text form)."""
    provider: SystemId
    affair: AffairId
    information: KindName
    organisation: ShortText
    periods: Periods = ()
    """As in the inquiry."""
    non_disclosure: bool = False

    def __post_init__(self) -> None:
        _each_once(self.periods)


class PermitRequests(_Body, frozen=True, kw_only=True):
    """What the inquirer's gateway asks the core."""

    inquirer: SystemId
    requests: Group[RequestedPermit]


class PermitDecision(_Body, frozen=True, kw_only=True):
    """The core's word on one request: a yes has ``sheet`` and ``provision``, a no has ``reason``."""

    request_id: UUID
    sheet: Position | None = None
    """Which of the sheets holds the permit. In a sheet permits stand in the order in which they were asked."""
    provision: AffairId | None = None
    """Rule id of the legal-basis table that allowed it."""
    reason: Reason | None = None


class PermitDecisions(_Body, frozen=True, kw_only=True):
    """One decision for each request, in the order asked, and one permit sheet for each provider's gateway."""

    decisions: Group[PermitDecision]
    sheets: Annotated[tuple[SheetText, ...], msgspec.Meta(max_length=GROUP_ITEMS)]
    decided_at: Moment
    valid_until: Moment
    """Until when the sheets may be presented."""


class Permit(_Body, frozen=True, kw_only=True):
    """One permission in a sheet (Act art. 21(2); Cabinet Order art. 26(1)).

    Its digest, by which all records name it: :func:`mynumber.protocols.permits.permit_digest`.
    """

    request_id: UUID
    affair: AffairId
    provision: AffairId
    information: KindName
    organisation: ShortText
    periods: Periods = ()
    """What the provider answers: exactly these, or the newest that it holds if there are none."""
    non_disclosure: bool
    code: Position
    """Place of the provider's code for the person among the sealed codes."""

    def __post_init__(self) -> None:
        _each_once(self.periods)


class PermitSheet(_Body, frozen=True, kw_only=True):
    """Inside a permit sheet: what one provider may give one inquirer. Each permit is used once."""

    presenter: SystemId
    """The only system that may present it: the inquirer's gateway."""
    inquirer: SystemId
    provider: SystemId
    requested_at: Moment
    valid_until: Moment
    request_digest: HexDigest
    """SHA-256 (hex) of the message that asked."""
    permits: Group[Permit]
    sealed_codes: Annotated[str, msgspec.Meta(max_length=16 * 1024)]
    """The provider's codes, sealed to the provider's gateway (base64url); additional data: the request ids."""


class SheetPresentation(_Body, frozen=True, kw_only=True):
    """The inquirer's gateway presents a sheet to the provider's gateway."""

    sheet: SheetText
    only: Annotated[tuple[Position, ...], msgspec.Meta(max_length=GROUP_ITEMS)] = ()
    """Places of the permits that are presented, ascending; empty: all. Who asks again about what waits names these."""


class PermitAnswer(_Body, frozen=True, kw_only=True):
    """The provider's word on one permit: ``provided``, ``no_data``, ``waiting`` or ``refused``."""

    outcome: Outcome
    at: Moment
    """When it was decided; of ``provided`` the time of provision."""
    deadline: Moment | None = None
    """Of ``waiting``: until when the answer is due, and the permit may be presented again. Of ``provider_closed``: when it opens again."""
    reason: Reason | None = None
    """Of ``refused``."""
    gone_since: Moment | None = None
    """Of ``no_data``, where the provider held it once and took it away: when it did."""


class SheetAnswer(_Body, frozen=True, kw_only=True):
    """The provider's answer, bound to the sheet: one answer for each permit presented, in their order."""

    sheet_digest: HexDigest
    """SHA-256 (hex) of what the sheet's signature covers. The inquirer compares it."""
    answers: Group[PermitAnswer]
    sealed_facts: Annotated[str, msgspec.Meta(max_length=BATCH_BYTES)] | None = None
    """:class:`FactSheets`, sealed to the inquirer's gateway (base64url); additional data: the sheet digest. None when nothing is provided."""


class FactSheet(_Body, frozen=True, kw_only=True):
    """One fact as the provider gives it, or its word that it holds none of a period."""

    information: KindName
    period: PeriodText | None = None
    """The period of the fact; None of a kind that tells the state of a day."""
    as_of: Moment | None
    """None, with ``fact`` null: the provider holds nothing of this period."""
    registered_at: Moment | None = None
    """When the gateway took the copy in; None when a person answered."""
    upload: UUID | None = None
    """The file it came in; None when it came by a message of its own, or a person answered."""
    fact: msgspec.Raw


class FactSheets(_Body, frozen=True, kw_only=True):
    """Inside the sealed answer, for each ``provided`` in their order: one for each period of the permit in its order, one if it names none."""

    facts: Annotated[
        tuple[FactSheet, ...], msgspec.Meta(min_length=1, max_length=GROUP_ITEMS * PERIODS_ITEMS)
    ]


REPORTED = {
    "inquirer": frozenset(
        {Outcome.PROVIDED, Outcome.NO_DATA, Outcome.REFUSED, Outcome.LOST, Outcome.ABANDONED}
    ),
    "provider": frozenset({Outcome.PROVIDED, Outcome.NO_DATA, Outcome.REFUSED}),
}
"""Ends that each side may report; the others are not its to say."""


class Notice(_Body, frozen=True, kw_only=True):
    """One side tells the core how an exchange ended (Order 85 art. 47)."""

    request_id: UUID
    side: Literal["inquirer", "provider"]
    outcome: Outcome
    permit_digest: HexDigest
    at: Moment
    hop: Hop | None = None
    reason: Reason | None = None


class Notices(_Body, frozen=True, kw_only=True):
    notices: Batch[Notice]


class Acknowledged(_Body, frozen=True, kw_only=True):
    """The receiver has stored what it was sent."""

    count: int = 0


class StatusQuery(_Body, frozen=True, kw_only=True):
    """After a restart the inquirer's gateway asks what became of exchanges it had open."""

    request_ids: Batch[UUID]


class ExchangeStatus(_Body, frozen=True, kw_only=True):
    request_id: UUID
    outcome: Outcome
    permit_digest: HexDigest | None
    reason: Reason | None = None


class Statuses(_Body, frozen=True, kw_only=True):
    """Only what the core knows; a request id that is missing never reached it."""

    statuses: Batch[ExchangeStatus]


ASK = Message("inquiries.v2", Inquiries, InquiryResults, sealed=True, max_bytes=BATCH_BYTES)
REQUEST_PERMITS = Message("permit-requests.v2", PermitRequests, PermitDecisions, max_bytes=GROUP_BYTES)
PRESENT_SHEET = Message("presentation.v2", SheetPresentation, SheetAnswer, max_bytes=BATCH_BYTES)
NOTIFY = Message("provision-notices.v1", Notices, Acknowledged, max_bytes=BATCH_BYTES)
QUERY_STATUS = Message("exchange-status.v1", StatusQuery, Statuses, max_bytes=BATCH_BYTES)


class Withdrawal(_Body, frozen=True, kw_only=True):
    """The inquirer's gateway stopped between permit and answer: it asks the provider's gateway what happened, and gives the permit up."""

    request_id: UUID
    permit_digest: HexDigest
    inquirer: SystemId
    affair: AffairId
    information: KindName
    organisation: ShortText
    periods: Periods = ()
    asked_at: Moment


class Withdrawn(_Body, frozen=True, kw_only=True):
    outcome: Outcome
    """``abandoned`` if the permit was not presented and cannot be any more; else what the provider did."""


WITHDRAW = Message("permit-withdrawal.v1", Withdrawal, Withdrawn)
