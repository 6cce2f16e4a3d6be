"""Corrections and withdrawals: who received a wrong value is told, the person's record shows it.

::

    provider's system -- CORRECT --> its gateway -- TELL_CORRECTION --> gateway of each who received it  <-- RECEIVED_CORRECTIONS -- its system
                                         +--------- NOTE_CORRECTIONS --> network core (the record)

The notice names exchanges, never the person and never a value: who received it asks again under the law's own terms.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec

from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import (
    BATCH_BYTES,
    Addressee,
    AffairId,
    Batch,
    HexDigest,
    KindName,
    Message,
    Moment,
    ShortText,
    SystemId,
)


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class CorrectionReason(StrEnum):
    """What was wrong."""

    WRONG_VALUE = "wrong_value"
    """The value was wrong; a right one is registered as a copy as usual."""
    WRONG_LINK = "wrong_link"
    """The value was another person's (誤った紐付け); the copy is taken away."""
    WITHDRAWN = "withdrawn"
    """It should not have been given; the copy is taken away."""

    @property
    def label_ja(self) -> str:
        return _LABEL_JA[self]


_LABEL_JA = {
    CorrectionReason.WRONG_VALUE: "値の誤り",
    CorrectionReason.WRONG_LINK: "別の人の情報（紐付け誤り）",
    CorrectionReason.WITHDRAWN: "提供の取消し",
}


class Correct(_Body, frozen=True, kw_only=True):
    """A provider's own system says that what was given about a person was wrong."""

    correction: UUID
    """Made by the provider; said again it has no second effect."""
    addressee: Addressee
    information: KindName
    reason: CorrectionReason
    given_since: Moment | None = None
    """Only what was provided from this time on; None: all that the records still know (Cabinet Order art. 30)."""
    given_until: Moment | None = None
    """Only what was provided before this time."""


class CorrectionBegun(_Body, frozen=True, kw_only=True):
    correction: UUID
    exchanges: int
    """Provisions that were wrong."""
    inquirers: Batch[SystemId]
    """Who will be told."""


class CorrectedExchange(_Body, frozen=True, kw_only=True):
    """A provision that was wrong."""

    inquirer: SystemId
    request_id: UUID
    permit_digest: HexDigest


class ToldCorrection(_Body, frozen=True, kw_only=True):
    """One provider's gateway tells one inquirer's gateway, or the core."""

    correction: UUID
    information: KindName
    reason: CorrectionReason
    corrected_at: Moment
    exchanges: Batch[CorrectedExchange]


class ReceivedKey(_Body, frozen=True, kw_only=True):
    """Names a received correction."""

    correction: UUID
    request_id: UUID


class ReceivedQuery(_Body, frozen=True, kw_only=True):
    """The inquirer's own system asks for corrections that it has not taken yet."""

    taken: Batch[ReceivedKey] = ()
    """What it has taken since it asked last: these are not told again."""


class ReceivedCorrection(_Body, frozen=True, kw_only=True):
    """A fact that the inquirer received and that was wrong."""

    correction: UUID
    request_id: UUID
    provider: SystemId
    addressee: Addressee
    affair: AffairId
    information: KindName
    organisation: ShortText
    reason: CorrectionReason
    corrected_at: Moment


class ReceivedCorrections(_Body, frozen=True, kw_only=True):
    corrections: Batch[ReceivedCorrection]


CORRECT = Message("correction.v1", Correct, CorrectionBegun, sealed=True)
TELL_CORRECTION = Message("correction-notice.v1", ToldCorrection, Acknowledged, max_bytes=BATCH_BYTES)
NOTE_CORRECTIONS = Message("exchange-corrections.v1", ToldCorrection, Acknowledged, max_bytes=BATCH_BYTES)
RECEIVED_CORRECTIONS = Message(
    "received-corrections.v1", ReceivedQuery, ReceivedCorrections, sealed=True, max_bytes=BATCH_BYTES
)
