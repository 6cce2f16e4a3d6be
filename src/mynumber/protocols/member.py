"""What every member's own system does on the network, in one place: obtain codes, register copies, look numbers up.

Synchronous; batches of :data:`~mynumber.protocols.message.BATCH_ITEMS`. Each step may be repeated: what is done already is skipped by the receiver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, TypeVar
from uuid import UUID

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.acquisition import (
    OPEN_ACQUISITION,
    REQUEST_CODES,
    AcquisitionState,
    CodeRequest,
    CodeRequestItem,
    OpenAcquisition,
)
from mynumber.protocols.copies import REGISTER_COPIES, Copy, RefusedCopy, RegisterCopies
from mynumber.protocols.exchange import InquiryResult
from mynumber.protocols.files import (
    FETCH_RESULTS,
    QUERY_FILE,
    SEND_PART,
    FilePart,
    FileQuery,
    FileState,
    LinesQuery,
    Purpose,
    RefusedLine,
    cut,
    file_digest,
    packed,
    part_digest,
    unpacked,
)
from mynumber.protocols.message import BATCH_ITEMS, Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import LOOK_UP, FourAttributes, LookUp, LookUpResult

T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
Now = Callable[[], datetime]


def batches(items: Iterable[T], size: int = BATCH_ITEMS) -> Iterator[tuple[T, ...]]:
    """Tuples of at most ``size`` items."""
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch


@dataclass(frozen=True, slots=True)
class AcquisitionCounts:
    """How an acquisition of codes went, in people."""

    obtained: int
    held_before: int
    not_found: int


class Member:
    """One member's system: its id, and the node that signs for it."""

    def __init__(self, node: Node, member: str, now: Now) -> None:
        self._node = node
        self._member = member
        self._now = now

    @property
    def gateway(self) -> str:
        """The member's gateway tenant."""
        return self._node.directory.gateway_of(self._member)

    def acquire_codes(self, people: Sequence[tuple[str, str]], *, anew: bool = False) -> AcquisitionCounts:
        """Obtain codes for people given as (addressee number, individual number): Act art. 21-2(1), Cabinet Order art. 27.

        ``anew``: also where the gateway has a code, because its keys are closed.
        Raises :class:`~mynumber.protocols.refusal.Refused`; what was obtained before stays obtained.
        """
        obtained = held = not_found = 0
        for batch in batches(people):
            numbers = dict(batch)
            opened = wire.call(
                self._node,
                OPEN_ACQUISITION,
                OpenAcquisition(addressees=tuple(numbers), anew=anew),
                sender=self._member,
                receiver=self.gateway,
                hop=Hop.INQUIRER_GATEWAY,
                now=self._now,
            )
            held += len(opened.already_obtained)
            if not opened.numbers:
                continue
            answer = wire.call(
                self._node,
                REQUEST_CODES,
                CodeRequest(
                    items=tuple(
                        CodeRequestItem(number=item.number, individual_number=numbers[item.addressee])
                        for item in opened.numbers
                    )
                ),
                sender=self._member,
                receiver="jlis",
                hop=Hop.JLIS,
                now=self._now,
            )
            missing = sum(result.state is AcquisitionState.NOT_FOUND for result in answer.results)
            not_found += missing
            obtained += len(answer.results) - missing
        return AcquisitionCounts(obtained, held, not_found)

    def register_copies(self, copies: Iterable[Copy]) -> tuple[int, tuple[RefusedCopy, ...]]:
        """Register copies (副本); returns how many were stored, and the refused ones by their position in ``copies``."""
        stored, refused, start = 0, [], 0
        for batch in batches(copies):
            answer = wire.call(
                self._node,
                REGISTER_COPIES,
                RegisterCopies(copies=batch),
                sender=self._member,
                receiver=self.gateway,
                hop=Hop.PROVIDER_GATEWAY,
                now=self._now,
            )
            stored += answer.registered
            refused += [
                RefusedCopy(position=start + item.position, reason=item.reason) for item in answer.refused
            ]
            start += len(batch)
        return stored, tuple(refused)

    def send_file(
        self, stream: BinaryIO, purpose: Purpose, file: UUID
    ) -> tuple[FileState, tuple[RefusedLine, ...]]:
        """Send a file of lines, or what is missing of it; returns its state, and the refused lines of the parts that were sent now.

        Call it again with the same file and the same ``file`` id after whatever stopped it. Raises Refused.
        """
        digest = file_digest(part_digest(part.content) for part in cut(stream))
        size = stream.tell()
        known = self._ask_gateway(QUERY_FILE, FileQuery(file=file)).files
        if known and known[0].digest != digest:
            raise Refused(Hop.INQUIRER_GATEWAY, Reason.OTHER_UPLOAD)
        stream.seek(known[0].received if known else 0)
        refused: list[RefusedLine] = []
        state = known[0] if known else None
        for part in cut(stream, offset=stream.tell()):
            done = self._ask_gateway(
                SEND_PART,
                FilePart(
                    file=file,
                    purpose=purpose,
                    size=size,
                    digest=digest,
                    offset=part.offset,
                    content=packed(part.content),
                ),
            )
            state = done.state
            refused += done.refused
        if state is None:
            raise ValueError("an empty file")
        return state, tuple(refused)

    def results(self, file: UUID, *, after: int = 0) -> Iterator[InquiryResult]:
        """Results of a file of inquiries that have ended, in that order; ask again after the last one for what ends later."""
        while True:
            some = self._ask_gateway(FETCH_RESULTS, LinesQuery(file=file, after=after))
            for line in unpacked(some.content).splitlines():
                yield msgspec.json.decode(line, type=InquiryResult)
            if some.last == after or some.complete:
                return
            after = some.last

    def _ask_gateway(self, message: Message[Q, A], question: Q) -> A:
        return wire.call(
            self._node,
            message,
            question,
            sender=self._member,
            receiver=self.gateway,
            hop=Hop.INQUIRER_GATEWAY,
            now=self._now,
        )

    def look_up(self, people: Sequence[FourAttributes]) -> Iterator[LookUpResult]:
        """Individual numbers by exactly the four attributes (Act art. 14(2)), in the order asked; several hits give none."""
        for batch in batches(people):
            answer = wire.call(
                self._node,
                LOOK_UP,
                LookUp(attributes=batch),
                sender=self._member,
                receiver="jlis",
                hop=Hop.JLIS,
                now=self._now,
            )
            yield from sorted(answer.results, key=lambda result: result.position)
