"""The client: one member's own system, speaking to its gateway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import msgspec

from mynumber.client.answers import Answer, read_answer
from mynumber.client.folder import MemberFolder
from mynumber.client.grouping import Grouping
from mynumber.foundation.facts import Period
from mynumber.foundation.law import InformationKind
from mynumber.foundation.tlog import VerifiedReceipt
from mynumber.foundation.tlog.receipt import verify_receipt_under
from mynumber.protocols import wire
from mynumber.protocols.copies import Copy, RefusedCopy
from mynumber.protocols.events import (
    PAGE_EVENTS,
    PUBLISH,
    RECEIVED,
    SUBSCRIPTIONS,
    WATCHES,
    ChangeEvent,
    ChangeSubscriptions,
    ChangeWatches,
    EventsPublished,
    EventsSince,
    PublishEvents,
    ReceivedEntries,
    Subscriptions,
    Topic,
    WatchesChanged,
)
from mynumber.protocols.exchange import ASK, Inquiries, Inquiry, InquiryResult
from mynumber.protocols.facts import read_copy
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldKey, HoldsChanged
from mynumber.protocols.member import AcquisitionCounts, Member
from mynumber.protocols.message import GROUP_ITEMS, Message
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord
from mynumber.protocols.refusal import Hop
from mynumber.protocols.residents import FourAttributes, LookUpResult

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Registered:
    """How a registration of copies went."""

    stored: int
    refused: tuple[RefusedCopy, ...]
    """By their position in what was given."""


def _now() -> datetime:
    return datetime.now(UTC)


def _checked(body: S) -> S:
    """The same struct after the checks that the receiver will make: one malformed inquiry must not spoil a group.

    Raises ValueError naming the field; the message holds no value.
    """
    try:
        return msgspec.json.decode(msgspec.json.encode(body), type=type(body))
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None


class Client:
    """One member. Safe to use from several threads; what they ask at the same time travels in one message.

    Every method raises :class:`~mynumber.protocols.refusal.Refused` with hop and reason when the message as a whole is refused or nobody
    answers; nothing is sent twice by itself.
    """

    def __init__(self, node: Node, member: str, *, folder: MemberFolder | None = None) -> None:
        """Without a folder for whoever has a node of its own; :meth:`open` is the usual way."""
        self._node = node
        self._folder = folder
        self.member = member
        self.gateway = node.directory.gateway_of(member)
        self._system = Member(node, member, _now)
        self._asking: Grouping[Inquiry, InquiryResult] = Grouping(self._ask, largest=GROUP_ITEMS)

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """The member whose folder this is. Raises BadFolder, saying what is missing."""
        opened = MemberFolder.open(folder)
        return cls(opened.node, opened.file.member, folder=opened)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Send what still waits, and end."""
        self._asking.close()

    # asking -----------------------------------------------------------------------------------------------------------

    def ask(
        self,
        addressee: str,
        *,
        affair: str,
        provider: str,
        information: str,
        organisation: str,
        periods: Iterable[Period] = (),
        request_id: UUID | None = None,
        non_disclosure: bool = False,
    ) -> Answer:
        """Ask one thing and wait for the answer; it may be pending after some five seconds (:meth:`again`).

        With ``periods`` (years or months) each of them is answered: ``answer.periods``; without, the newest that there is: ``answer.fact``.
        Raises Refused with hop and reason for a no, ValueError for what is no inquiry.
        """
        inquiry = Inquiry(
            request_id=request_id or uuid4(),
            addressee=addressee,
            affair=affair,
            provider=provider,
            information=information,
            organisation=organisation,
            periods=tuple(period.text for period in periods),
            non_disclosure=non_disclosure,
        )
        (answer,) = self.ask_many((inquiry,))
        return answer.or_refused()

    def ask_many(self, inquiries: Sequence[Inquiry]) -> list[Answer]:
        """Ask many, in messages of up to 100; an answer for each in their order. A refused one is an answer with hop and reason."""
        checked = [_checked(inquiry) for inquiry in inquiries]
        futures = self._asking.submit(checked)
        return [
            read_answer(inquiry, future.result()) for inquiry, future in zip(checked, futures, strict=True)
        ]

    def again(self, answer: Answer) -> Answer:
        """What came of a pending inquiry: the same request id and content name the same exchange, and nothing is asked twice."""
        return self.ask_many((answer.inquiry,))[0]

    def _ask(self, inquiries: Sequence[Inquiry]) -> Sequence[InquiryResult]:
        return self._call(ASK, Inquiries(inquiries=tuple(inquiries)), Hop.INQUIRER_GATEWAY).results

    # providing --------------------------------------------------------------------------------------------------------

    def acquire_codes(self, people: Sequence[tuple[str, str]], *, anew: bool = False) -> AcquisitionCounts:
        """Obtain codes for people given as (addressee number, individual number); ``anew`` also where the keys of the code held are closed."""
        return self._system.acquire_codes(people, anew=anew)

    def look_up(self, people: Sequence[FourAttributes]) -> list[LookUpResult]:
        """Individual numbers by exactly the four attributes, in the order asked."""
        return list(self._system.look_up(people))

    def copy(self, addressee: str, information: str, fact: Any, *, as_of: datetime | None = None) -> Copy:
        """A copy from a fact given as a dict or a struct.

        Raises ValueError for an unknown kind, MalformedFact with the faults of each field for what is not in the layout of its kind.
        """
        body = msgspec.json.encode(fact)
        period = read_copy(InformationKind.named(information), body, None)
        return Copy(
            addressee=addressee,
            information=information,
            period=period or None,
            as_of=as_of or _now(),
            fact=msgspec.Raw(body),
        )

    def register(self, copies: Iterable[Copy]) -> Registered:
        """Register copies, in messages of up to 1,000. A later copy of the same person, kind and period replaces the earlier."""
        stored, refused = self._system.register_copies(copies)
        return Registered(stored, refused)

    def hold(self, *holds: Hold, lift: Sequence[HoldKey] = ()) -> HoldsChanged:
        """Set and lift switches: what meets one is answered by a person, and waits for that."""
        return self._call(CHANGE_HOLDS, ChangeHolds(set=holds, lift=tuple(lift)), Hop.PROVIDER_GATEWAY)

    # records ----------------------------------------------------------------------------------------------------------

    def records(self, *request_ids: UUID, limit: int = 100) -> tuple[SideRecord, ...]:
        """The member's own records of exchanges: the latest, or those of these request ids."""
        query = SideQuery(request_ids=request_ids, limit=limit)
        return self._call(QUERY_SIDE, query, Hop.INQUIRER_GATEWAY).records

    def verify_receipt(self, text: str) -> VerifiedReceipt:
        """Check a receipt that a person saved, against the folder's policy and without any server.

        Raises ReceiptInvalid with what failed, BadFolder without a policy.
        """
        if self._folder is None:
            raise ValueError("a client without a folder has no policy")
        return verify_receipt_under(text, self._folder.policy())

    # events -----------------------------------------------------------------------------------------------------------

    def publish(self, *events: ChangeEvent) -> EventsPublished:
        """Tell that something changed; the gateway sends it on until the network has it."""
        return self._call(PUBLISH, PublishEvents(events=events), Hop.PROVIDER_GATEWAY)

    def subscribe(self, *begin: Topic, end: Sequence[Topic] = ()) -> Subscriptions:
        """Begin and end subscriptions; all that stand now."""
        question = ChangeSubscriptions(begin=begin, end=tuple(end))
        return self._call(SUBSCRIPTIONS, question, Hop.INQUIRER_GATEWAY)

    def watch(self, topic: Topic, *addressees: str, unwatch: Sequence[str] = ()) -> WatchesChanged:
        """Hear of these people within a subscription, and no longer of those."""
        question = ChangeWatches(topic=topic, watch=addressees, unwatch=tuple(unwatch))
        return self._call(WATCHES, question, Hop.INQUIRER_GATEWAY)

    def events(self, after: int = 0, *, limit: int = PAGE_EVENTS, wait_seconds: float = 0) -> ReceivedEntries:
        """Events after a place in the own row; asking says that everything up to there is stored."""
        question = EventsSince(after=after, limit=limit, wait_seconds=wait_seconds)
        return self._call(RECEIVED, question, Hop.INQUIRER_GATEWAY)

    # ------------------------------------------------------------------------------------------------------------------

    def _call(self, message: Message[Q, A], question: Q, hop: Hop) -> A:
        return wire.call(
            self._node,
            message,
            _checked(question),
            sender=self.member,
            receiver=self.gateway,
            hop=hop,
            now=_now,
        )
