"""Events (公共サービスメッシュ): an institution says that something about a person changed; those whom the table entitles hear of it.

::

    publisher's system -- PUBLISH --> its gateway -- EVENTS --> network core  (outbox: in order, until answered)
    subscriber's gateway -- EVENTS_SINCE --> network core                     (cursor, long poll; or NATS JetStream)
    subscriber's system -- RECEIVED --> its gateway                           (cursor, long poll)

An event says *that* something of a kind changed, when, at whom, and which provision entitles the subscriber to ask; it carries no value. Whoever needs
the value asks for it over the network as always. A subscriber hears only of people it watches (it has a case about them), in an affair
for which the table lets it ask exactly this information from this provider: Act art. 19(viii), 21, 23; Provision Order art. 2.

Between member and gateway a person is an addressee number, between gateway and core the member's own code.
"""

from __future__ import annotations

from collections.abc import Set
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec

from mynumber.foundation.law import InformationKind
from mynumber.protocols.directory import FIRST_CORE
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

RETENTION: Final = timedelta(days=30)
"""How long an event can be fetched again from an earlier cursor."""
WATCH_VALIDITY: Final = timedelta(days=366)
"""A watch that nobody renews lapses: a case that is forgotten must not go on telling about a person."""
LONGEST_WAIT_SECONDS: Final = 20
"""How long a question for new events may wait for one: less than a caller waits for its answer."""
PAGE_EVENTS: Final = 500
"""Most events in one answer."""

Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Place in a subscriber's row of events: 1, 2, 3 ... without gaps. 0 stands before the first."""
WaitSeconds = Annotated[float, msgspec.Meta(ge=0, le=60)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=4 * PAGE_EVENTS)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class EventKind(StrEnum):
    """What happened. Each kind belongs to kinds of information (:func:`is_about`): who may not ask for these does not hear of it."""

    BIRTH = "birth"
    """出生"""
    DEATH = "death"
    """死亡"""
    MOVED_IN = "moved_in"
    """転入"""
    MOVED_OUT = "moved_out"
    """転出"""
    MOVED_WITHIN = "moved_within"
    """転居"""
    NAME_CHANGED = "name_changed"
    """氏名の変更"""
    HOUSEHOLD_CHANGED = "household_changed"
    """世帯の変更"""
    TAX_ASSESSED = "tax_assessed"
    """課税の決定・変更"""
    ACCOUNT_REGISTERED = "account_registered"
    """公金受取口座の登録・変更"""
    ACCOUNT_REMOVED = "account_removed"
    """公金受取口座の登録の抹消"""
    BENEFIT_AWARDED = "benefit_awarded"
    """給付の決定"""
    BENEFIT_CHANGED = "benefit_changed"
    """給付の額等の改定"""
    BENEFIT_STOPPED = "benefit_stopped"
    """給付の停止・消滅"""
    NOTICE = "notice"
    """お知らせの送付: never published by a member; the core records so that a notice went to the portal (`protocols.notices`)."""

    @property
    def label_ja(self) -> str:
        return _LABEL_JA[self]


_LABEL_JA = {
    EventKind.BIRTH: "出生",
    EventKind.DEATH: "死亡",
    EventKind.MOVED_IN: "転入",
    EventKind.MOVED_OUT: "転出",
    EventKind.MOVED_WITHIN: "転居",
    EventKind.NAME_CHANGED: "氏名の変更",
    EventKind.HOUSEHOLD_CHANGED: "世帯の変更",
    EventKind.TAX_ASSESSED: "課税の決定・変更",
    EventKind.ACCOUNT_REGISTERED: "公金受取口座の登録・変更",
    EventKind.ACCOUNT_REMOVED: "公金受取口座の登録の抹消",
    EventKind.BENEFIT_AWARDED: "給付の決定",
    EventKind.BENEFIT_CHANGED: "給付の改定",
    EventKind.BENEFIT_STOPPED: "給付の停止・消滅",
    EventKind.NOTICE: "お知らせの送付",
}

_RESIDENCE: Final = frozenset({InformationKind.RESIDENT_RECORD})
_CIVIL_STATUS: Final = frozenset({InformationKind.RESIDENT_RECORD, InformationKind.FAMILY_REGISTER})
_ACCOUNT: Final = frozenset({InformationKind.RECEIVING_ACCOUNT})
_TAX: Final = frozenset({InformationKind.LOCAL_TAX})
_ABOUT: dict[EventKind, Set[InformationKind]] = {
    EventKind.BIRTH: _CIVIL_STATUS,
    EventKind.DEATH: _CIVIL_STATUS,
    EventKind.NAME_CHANGED: _CIVIL_STATUS,
    EventKind.MOVED_IN: _RESIDENCE,
    EventKind.MOVED_OUT: _RESIDENCE,
    EventKind.MOVED_WITHIN: _RESIDENCE,
    EventKind.HOUSEHOLD_CHANGED: _RESIDENCE,
    EventKind.TAX_ASSESSED: _TAX,
    EventKind.ACCOUNT_REGISTERED: _ACCOUNT,
    EventKind.ACCOUNT_REMOVED: _ACCOUNT,
    EventKind.NOTICE: frozenset(),
}
_NO_BENEFIT: Final = _CIVIL_STATUS | _ACCOUNT | _TAX


def is_about(kind: EventKind, information: InformationKind) -> bool:
    """Whether an event of this kind is a change of this information, so that the right to ask for the one covers hearing of the other."""
    about = _ABOUT.get(kind)
    return information not in _NO_BENEFIT if about is None else information in about


class EventRefusal(StrEnum):
    """Why an event, a subscription or a watch was not taken; the others of its message were."""

    NO_CODE_HELD = "no_code_held"
    """The gateway holds no code for this addressee."""
    UNKNOWN_CODE = "unknown_code"
    """Not a code that this institution was given."""
    NOT_A_PROVIDER = "not_a_provider"
    """No provision names this institution as a provider of this information."""
    NOT_ABOUT = "not_about"
    """An event of this kind is no change of this information."""
    DUPLICATE_EVENT = "duplicate_event"
    """The event id was used for another event."""
    NOT_IN_TABLE = "not_in_table"
    """The table does not let this institution ask this information of such providers in this affair."""
    NOT_SUBSCRIBED = "not_subscribed"
    """Watch people only within a subscription."""


# publishing ---------------------------------------------------------------------------------------------------------------


class ChangeEvent(_Body, frozen=True, kw_only=True):
    """What a publisher's own system tells its gateway."""

    event_id: UUID
    """Made by the publisher; the same id with the same content counts once, however often it comes."""
    addressee: Addressee
    kind: EventKind
    information: KindName
    """The :class:`~mynumber.foundation.law.InformationKind` that changed."""
    occurred_at: Moment


class PublishEvents(_Body, frozen=True, kw_only=True):
    """In the order in which they happened: that is the order in which subscribers see them."""

    events: Batch[ChangeEvent]


class RefusedItem(_Body, frozen=True, kw_only=True):
    position: int
    """Index in the question's list."""
    reason: EventRefusal


class EventsPublished(_Body, frozen=True, kw_only=True):
    """Stored at the gateway, to be sent on until the core has answered."""

    accepted: int
    refused: Batch[RefusedItem] = ()


class CodedEvent(_Body, frozen=True, kw_only=True):
    """What the publisher's gateway tells the core."""

    event_id: UUID
    code: CodeText
    """The publisher's code for the person."""
    kind: EventKind
    information: KindName
    occurred_at: Moment


class Events(_Body, frozen=True, kw_only=True):
    events: Batch[CodedEvent]


class Receiver(_Body, frozen=True, kw_only=True):
    """To whom an event was disclosed: the publisher records it (Act art. 23(2))."""

    subscriber: SystemId
    affairs: Annotated[tuple[AffairId, ...], msgspec.Meta(max_length=200)]


class EventResult(_Body, frozen=True, kw_only=True):
    """What became of one event."""

    refused: EventRefusal | None = None
    receivers: Batch[Receiver] = ()


class EventResults(_Body, frozen=True, kw_only=True):
    """One result for each event, in the order asked."""

    results: Batch[EventResult]


# subscribing --------------------------------------------------------------------------------------------------------------


class Topic(_Body, frozen=True, kw_only=True):
    """What a subscriber wants to hear of: the change of one kind of information, at providers of one kind, for one of its affairs."""

    affair: AffairId
    provider_kind: KindName
    """Name of an :class:`~mynumber.foundation.law.InstitutionKind`."""
    information: KindName


class ChangeSubscriptions(_Body, frozen=True, kw_only=True):
    """Begin and end subscriptions; with neither, only list them. What stands already, or does not, stays so."""

    begin: Batch[Topic] = ()
    end: Batch[Topic] = ()


class Subscription(_Body, frozen=True, kw_only=True):
    topic: Topic
    provision: AffairId
    """Row of the legal-basis table that entitled it when it began; each event is checked against the table of its own day."""
    since: Moment


class Subscriptions(_Body, frozen=True, kw_only=True):
    """All subscriptions that stand now."""

    subscriptions: Batch[Subscription]
    refused: Batch[RefusedItem] = ()
    """By the position in ``begin``."""


class ChangeWatches(_Body, frozen=True, kw_only=True):
    """A subscriber's own system tells its gateway about whom it has a case; to watch again renews."""

    topic: Topic
    watch: Batch[Addressee] = ()
    unwatch: Batch[Addressee] = ()


class ChangeCodedWatches(_Body, frozen=True, kw_only=True):
    """The same from the gateway to the core, people by the subscriber's code."""

    topic: Topic
    watch: Batch[CodeText] = ()
    unwatch: Batch[CodeText] = ()


class WatchesChanged(_Body, frozen=True, kw_only=True):
    watched: int
    unwatched: int
    refused: Batch[RefusedItem] = ()
    """By the position in ``watch``."""


# receiving ----------------------------------------------------------------------------------------------------------------


class Ground(_Body, frozen=True, kw_only=True):
    """Why this subscriber may hear of it."""

    affair: AffairId
    provision: AffairId


Grounds = Annotated[tuple[Ground, ...], msgspec.Meta(min_length=1, max_length=200)]


class EventsSince(_Body, frozen=True, kw_only=True):
    """Events after a place in the row. Asking says that everything up to there is stored: it need not be kept for this receiver any longer.

    An earlier ``after`` fetches again what is still kept.
    """

    after: Sequence = 0
    limit: PageSize = PAGE_EVENTS
    wait_seconds: WaitSeconds = 0
    """Wait so long for an event when there is none."""


class CodedEntry(_Body, frozen=True, kw_only=True):
    """One event in a subscriber's row, as the core tells its gateway."""

    sequence: Sequence
    publisher: SystemId
    event_id: UUID
    """With the publisher, the name of the event: one that comes again is the same."""
    code: CodeText | None
    """The subscriber's code for the person; None when the key that it was made with is gone."""
    kind: EventKind
    information: KindName
    occurred_at: Moment
    grounds: Grounds


class CodedEntries(_Body, frozen=True, kw_only=True):
    entries: Batch[CodedEntry]
    oldest: Sequence
    """The first place that can still be fetched; greater than ``after + 1`` when something was missed for good."""
    latest: Sequence
    """The last place that is given out."""


class ReceivedEntry(_Body, frozen=True, kw_only=True):
    """One event in a subscriber's row, as its gateway tells its own system."""

    sequence: Sequence
    publisher: SystemId
    event_id: UUID
    addressee: Addressee | None
    """None when the gateway holds no addressee for the code any more."""
    kind: EventKind
    information: KindName
    occurred_at: Moment
    received_at: Moment
    grounds: Grounds


class ReceivedEntries(_Body, frozen=True, kw_only=True):
    entries: Batch[ReceivedEntry]
    oldest: Sequence
    latest: Sequence


# records ------------------------------------------------------------------------------------------------------------------


class EventRecordQuery(_Body, frozen=True, kw_only=True):
    """Which events about a person were disclosed to whom, newest first; asked by the portal with its own code."""

    code: CodeText
    since: date | None = None
    """First day of disclosure (Japan time), inclusive."""
    until: date | None = None
    """Last day (Japan time), inclusive."""
    subscriber: SystemId | None = None
    publisher: SystemId | None = None
    index: Sequence | None = None
    """Only this entry of the log."""
    offset: Sequence = 0
    limit: PageSize = 100


class EventRecord(_Body, frozen=True, kw_only=True):
    """One disclosure (Act art. 23(3)): an entry of the log."""

    index: Sequence
    """Position in the log: names the receipt, which ``receipt.v1`` gives."""
    core: SystemId = FIRST_CORE
    """The core of the network that keeps it, and in whose log it is; set by who asked, from who answered."""
    integrated: bool
    """Whether a published checkpoint covers it yet."""
    subscriber: SystemId
    subscriber_name: ShortText
    publisher: SystemId
    publisher_name: ShortText
    kind: EventKind
    information: KindName
    grounds: Annotated[tuple[Ground, ...], msgspec.Meta(max_length=200)]
    """Empty of a notice: whoever may write to a person needs no row of the table for it."""
    occurred_at: Moment
    disclosed_at: Moment
    """When it was laid ready for the subscriber."""
    fetched_at: Moment | None
    """When the subscriber's gateway first fetched it; None before."""


class EventRecords(_Body, frozen=True, kw_only=True):
    records: Batch[EventRecord]
    total: int
    covered_since: Moment | None
    """When the core's records of disclosures begin."""


PUBLISH = Message("event-publish.v1", PublishEvents, EventsPublished, sealed=True, max_bytes=BATCH_BYTES)
"""Member to its own gateway."""
EVENTS = Message("events.v1", Events, EventResults, max_bytes=BATCH_BYTES)
"""Publisher's gateway to the core."""
SUBSCRIPTIONS = Message("event-subscriptions.v1", ChangeSubscriptions, Subscriptions, max_bytes=BATCH_BYTES)
"""Member to its own gateway, and from there to the core."""
WATCHES = Message("event-watches.v1", ChangeWatches, WatchesChanged, sealed=True, max_bytes=BATCH_BYTES)
"""Member to its own gateway."""
CODED_WATCHES = Message("event-watch-codes.v1", ChangeCodedWatches, WatchesChanged, max_bytes=BATCH_BYTES)
"""Subscriber's gateway to the core."""
EVENTS_SINCE = Message("events-since.v1", EventsSince, CodedEntries, max_bytes=BATCH_BYTES)
"""Subscriber's gateway to the core."""
RECEIVED = Message("received-events.v1", EventsSince, ReceivedEntries, sealed=True, max_bytes=BATCH_BYTES)
"""Member to its own gateway."""
QUERY_EVENT_RECORDS = Message("event-records.v1", EventRecordQuery, EventRecords, max_bytes=BATCH_BYTES)
"""Portal to the core."""

ENTRY_KIND: Final = "event-entry.v1"
"""A :class:`CodedEntry` on its own, signed by the network and sealed for the subscriber's gateway: what travels through NATS."""
