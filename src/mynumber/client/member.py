"""The client: one member's own system, speaking to its gateway."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import msgspec

from mynumber.client.answers import Answer, read_answer
from mynumber.client.files import FileSent
from mynumber.client.folder import MemberFolder
from mynumber.client.grouping import Grouping
from mynumber.foundation.facts import Period
from mynumber.foundation.law import InformationKind
from mynumber.foundation.tlog import VerifiedReceipt
from mynumber.foundation.tlog.receipt import verify_receipt_under
from mynumber.protocols import wire
from mynumber.protocols.copies import Copy, RefusedCopy
from mynumber.protocols.corrections import (
    CORRECT,
    RECEIVED_CORRECTIONS,
    Correct,
    CorrectionBegun,
    CorrectionReason,
    ReceivedCorrection,
    ReceivedKey,
    ReceivedQuery,
)
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
from mynumber.protocols.facts import read_copy, read_deletion
from mynumber.protocols.files import (
    QUERY_FILE,
    QUERY_REFUSED_LINES,
    FileQuery,
    FileState,
    LinesQuery,
    Purpose,
    RefusedLine,
)
from mynumber.protocols.holders import (
    ANSWER_OBTAIN,
    ASK_TO_OBTAIN,
    FETCH_OBTAIN,
    SENT_OBTAINS,
    WHO_HOLDS,
    Holders,
    ObtainAnswer,
    ObtainQuery,
    ObtainRequest,
    ObtainState,
    ObtainStateOf,
    ReceivedObtain,
    SentObtainsQuery,
    WhoHolds,
    open_person,
    seal_person,
)
from mynumber.protocols.holds import CHANGE_HOLDS, ChangeHolds, Hold, HoldKey, HoldsChanged
from mynumber.protocols.hours import AVAILABILITY, Availability, AvailabilityQuery
from mynumber.protocols.member import AcquisitionCounts, Member
from mynumber.protocols.message import GROUP_ITEMS, Message
from mynumber.protocols.node import Node
from mynumber.protocols.records import QUERY_SIDE, SideQuery, SideRecord
from mynumber.protocols.refusal import Hop, Refused
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


@dataclass(frozen=True, slots=True)
class ObtainAsked:
    """A person for whom an inquirer asks this member to obtain a code. Its printed form does not name the person."""

    request: ReceivedObtain = field(repr=False)
    person: FourAttributes | None = field(repr=False)
    """None: not sealed for this member, or about another request. Decline it."""


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
        """Register copies, in messages of up to 1,000. What is of a later ``as_of`` is not replaced (``older``)."""
        stored, refused = self._system.register_copies(copies)
        return Registered(stored, refused)

    def removal(
        self, addressee: str, information: str, *, period: Period | None = None, as_of: datetime | None = None
    ) -> Copy:
        """A line of a file that takes a copy away: of a kind told by year or month that of one period. Raises ValueError for an unknown kind."""
        named = period.text if period else None
        read_deletion(InformationKind.named(information), named)
        return Copy(
            addressee=addressee,
            information=information,
            period=named,
            as_of=as_of or _now(),
            fact=msgspec.Raw(b"null"),
        )

    def hold(self, *holds: Hold, lift: Sequence[HoldKey] = ()) -> HoldsChanged:
        """Set and lift switches: what meets one is answered by a person, and waits for that."""
        return self._call(CHANGE_HOLDS, ChangeHolds(set=holds, lift=tuple(lift)), Hop.PROVIDER_GATEWAY)

    def correct(
        self,
        addressee: str,
        information: str,
        reason: CorrectionReason,
        *,
        given_since: datetime | None = None,
        given_until: datetime | None = None,
        correction: UUID | None = None,
    ) -> CorrectionBegun:
        """Say that what was given about a person was wrong: everybody who received it is told, and the person's record shows it.

        ``wrong_link`` and ``withdrawn`` take the copies away at once; of ``wrong_value`` the right one is registered as usual.
        """
        question = Correct(
            correction=correction or uuid4(),
            addressee=addressee,
            information=information,
            reason=reason,
            given_since=given_since,
            given_until=given_until,
        )
        return self._call(CORRECT, question, Hop.PROVIDER_GATEWAY)

    def corrections(self, taken: Iterable[ReceivedCorrection] = ()) -> tuple[ReceivedCorrection, ...]:
        """Facts that this member received and that were wrong, up to 1,000, oldest first; told again until they are among ``taken``."""
        keys = tuple(ReceivedKey(correction=one.correction, request_id=one.request_id) for one in taken)
        return self._call(RECEIVED_CORRECTIONS, ReceivedQuery(taken=keys), Hop.INQUIRER_GATEWAY).corrections

    # files ------------------------------------------------------------------------------------------------------------

    def send_file(self, path: Path | str, purpose: Purpose, file: UUID) -> FileSent:
        """Send a file of lines (:func:`~mynumber.client.write_lines`) in parts, each carried out once and durable before the next.

        Whatever stopped it, call it again with the same ``file`` id: it goes on where it stopped. Raises Refused; ValueError for an empty file
        or one whose last line has no end.
        """
        with Path(path).open("rb") as stream:
            state, refused = self._system.send_file(stream, purpose, file)
        return FileSent(state, refused)

    def file_state(self, file: UUID) -> FileState | None:
        """How far a file is: received, accepted, refused, and of inquiries answered. None: no part of it arrived."""
        found = self._call(QUERY_FILE, FileQuery(file=file), Hop.INQUIRER_GATEWAY).files
        return found[0] if found else None

    def refused_lines(self, file: UUID, *, after: int = 0) -> Iterator[RefusedLine]:
        """All refused lines of a file, with their reasons."""
        while some := self._call(
            QUERY_REFUSED_LINES, LinesQuery(file=file, after=after), Hop.INQUIRER_GATEWAY
        ).refused:
            yield from some
            after = some[-1].line

    def results(self, file: UUID, *, after: int = 0) -> Iterator[InquiryResult]:
        """Results of a file of inquiries that have ended, in that order; of what was read before say how many in ``after``.

        :func:`~mynumber.client.read_answer` reads one together with its inquiry.
        """
        return self._system.results(file, after=after)

    # codes of others --------------------------------------------------------------------------------------------------

    def who_holds(
        self, addressee: str, *, affair: str, organisation: str, information: str | None = None
    ) -> Holders:
        """Which institutions that the affair may ask hold a code for the person (Order 85 art. 40(3)-(4))."""
        question = WhoHolds(
            addressee=addressee, affair=affair, information=information, organisation=organisation
        )
        return self._call(WHO_HOLDS, question, Hop.INQUIRER_GATEWAY)

    def availability(self, provider: str) -> Availability:
        """Whether a provider's gateway answers now, its hours and closures, and the paper document that stands in for each kind."""
        return self._call(AVAILABILITY, AvailabilityQuery(provider=provider), Hop.INQUIRER_GATEWAY)

    def ask_to_obtain(self, refused: Answer, person: FourAttributes) -> ObtainStateOf:
        """Ask a provider that had no code for the person to obtain one (Cabinet Order art. 26(2)-(3)).

        ``refused`` is the answer that said so. The attributes are sealed for the provider's own system; no gateway reads them.
        """
        sealed = seal_person(
            person,
            to=self._node.directory.seal_key(refused.inquiry.provider),
            inquirer=self.member,
            request_id=refused.request_id,
        )
        question = ObtainRequest(request_id=refused.request_id, sealed_person=sealed)
        return self._call(ASK_TO_OBTAIN, question, Hop.INQUIRER_GATEWAY)

    def obtain_states(self, *request_ids: UUID) -> tuple[ObtainStateOf, ...]:
        """What came of requests to obtain a code; once ``obtained``, ask anew."""
        question = SentObtainsQuery(request_ids=request_ids)
        return self._call(SENT_OBTAINS, question, Hop.INQUIRER_GATEWAY).requests

    def obtain_requests(self) -> list[ObtainAsked]:
        """For whom inquirers ask this member to obtain a code, oldest first."""
        waiting = self._call(FETCH_OBTAIN, ObtainQuery(), Hop.PROVIDER_GATEWAY).requests
        return [ObtainAsked(one, self._opened(one)) for one in waiting]

    def answer_obtain(self, asked: ObtainAsked, state: ObtainState) -> None:
        """Say that the code was obtained, or that this member knows no such person; the first word stands."""
        question = ObtainAnswer(
            inquirer=asked.request.inquirer, request_id=asked.request.request_id, state=state
        )
        self._call(ANSWER_OBTAIN, question, Hop.PROVIDER_GATEWAY)

    def _opened(self, asked: ReceivedObtain) -> FourAttributes | None:
        try:
            return open_person(
                asked.sealed_person,
                key=self._node.sealing_key(self.member),
                inquirer=asked.inquirer,
                request_id=asked.request_id,
            )
        except Refused:
            return None

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
