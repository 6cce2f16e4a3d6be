"""Records of exchanges (情報提供等記録, Act art. 23): shown to the person through the portal, and compared between the three sides.

The portal asks with *its* code for the person; the core converts it into the code of its records. No number, no name.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from mynumber.protocols.corrections import CorrectionReason
from mynumber.protocols.directory import FIRST_CORE
from mynumber.protocols.exchange import Outcome
from mynumber.protocols.message import (
    BATCH_BYTES,
    Batch,
    CodeText,
    Message,
    Moment,
    Periods,
    SystemId,
)
from mynumber.protocols.refusal import Hop, Reason

Position = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Index in the log, or in a list of records: what a column of PostgreSQL can hold."""
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class RecordQuery(_Body, frozen=True, kw_only=True):
    """All records about a person, newest first."""

    code: CodeText
    since: date | None = None
    """First day (Japan time), inclusive."""
    until: date | None = None
    """Last day (Japan time), inclusive."""
    inquirer: SystemId | None = None
    provider: SystemId | None = None
    request_id: UUID | None = None
    """Only this exchange; inquirers make the ids, so name the inquirer too."""
    offset: Position = 0
    limit: Count = 50


class RecordEvent(_Body, frozen=True, kw_only=True):
    """One entry of the log that belongs to an exchange."""

    index: Position
    """Position in the log: names the receipt."""
    at: Moment
    side: str
    """Who reported it: ``network``, ``provider`` or ``inquirer``."""
    outcome: Outcome
    hop: Hop | None = None
    reason: Reason | None = None
    integrated: bool = False
    """Whether a signed checkpoint covers it yet (within about a second)."""


class RecordCorrection(_Body, frozen=True, kw_only=True):
    """The provider said afterwards that what it gave was wrong."""

    reason: CorrectionReason
    at: Moment


class OwnUseCitation(_Body, frozen=True, kw_only=True):
    """The ordinance on which an exchange for an own-use affair rests (Act art. 9(2), 19(ix))."""

    ordinance: str
    words: str
    executive: str
    equivalent: str
    """The affair of the table that it is equivalent to, and of its rules the one that was used."""
    provision: str
    accepted: date
    """When the commission accepted the notice."""


class ExchangeRecord(_Body, frozen=True, kw_only=True):
    """One exchange about the person, with what happened to it in order."""

    request_id: UUID
    core: SystemId = FIRST_CORE
    """The core of the network that keeps it, and in whose log it is; set by who asked, from who answered."""
    inquirer: str
    inquirer_name: str
    provider: str
    provider_name: str
    organisation: str
    affair: str
    provision: str | None
    """None when no row of the table allowed it."""
    information: str
    events: Annotated[tuple[RecordEvent, ...], msgspec.Meta(max_length=100)]
    corrections: Annotated[tuple[RecordCorrection, ...], msgspec.Meta(max_length=100)] = ()
    own_use: OwnUseCitation | None = None
    """Of an exchange for an own-use affair; its provision is a row of that ordinance."""

    @property
    def outcome(self) -> Outcome:
        return Outcome.final(event.outcome for event in self.events)


class Records(_Body, frozen=True, kw_only=True):
    records: Batch[ExchangeRecord]
    total: int
    covered_since: Moment | None
    """When the core's records begin."""
    retention_years: int


class ReceiptQuery(_Body, frozen=True, kw_only=True):
    code: CodeText
    index: Position


class ReceiptText(_Body, frozen=True, kw_only=True):
    """A receipt file (tlog-proof), ready to save."""

    text: str


class SideQuery(_Body, frozen=True, kw_only=True):
    """A member asks its own gateway for its own records; or the core asks a gateway tenant, by request id."""

    request_ids: Batch[UUID] = ()
    """Empty: the latest."""
    limit: Count = 100


class SideRecord(_Body, frozen=True, kw_only=True):
    """One side's record of an exchange."""

    request_id: UUID
    side: str
    inquirer: str
    provider: str
    affair: str
    information: str
    organisation: str
    periods: Periods = ()
    """Years or months that were asked; empty: the newest there is."""
    given: Periods = ()
    """Those of them of which a fact was provided, or the newest; empty of a kind that tells the state of a day."""
    outcome: Outcome
    permit_digest: str | None
    asked_at: Moment
    ended_at: Moment | None
    hop: Hop | None = None
    reason: Reason | None = None


class SideRecords(_Body, frozen=True, kw_only=True):
    records: Batch[SideRecord]


QUERY_RECORDS = Message("records.v1", RecordQuery, Records, max_bytes=BATCH_BYTES)
QUERY_RECEIPT = Message("receipt.v1", ReceiptQuery, ReceiptText)
QUERY_SIDE = Message("side-records.v1", SideQuery, SideRecords, max_bytes=BATCH_BYTES)
"""To a gateway tenant: by its own member, or by the core to reconcile."""
