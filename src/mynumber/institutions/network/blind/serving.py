"""Blind exchanges at the core: requests, and what the portal reads of them. Off unless ``MYNUMBER_NETWORK_BLIND`` is 1.

The ciphertexts of a message are durable before its records are, and those before any permit goes out (HOUSE rule 4). A message that is refused
after that leaves ciphertexts which no record names; they are forgotten.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg

from mynumber.foundation.law import LegalBasis, LocalBasis
from mynumber.institutions.network.blind.deciding import Person, judge_blind
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.decision import Judgement
from mynumber.institutions.network.core.disclosure import Disclosure
from mynumber.protocols.blind import (
    QUERY_MARKED_RECEIPT,
    QUERY_MARKED_RECORDS,
    QUERY_TAGS,
    BlindPermitRequests,
    MarkedReceiptQuery,
    MarkedRecordQuery,
    Tag,
    Tags,
    TagsQuery,
)
from mynumber.protocols.directory import Directory
from mynumber.protocols.records import ReceiptText, Records
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import MessageApp, Question
from mynumber.webkit.batching import Batcher

SWITCH = "MYNUMBER_NETWORK_BLIND"
"""Environment variable: 1 takes blind requests. Whoever reads records of before needs no switch."""
LARGEST_COMMIT = 512
ENTRIES_A_PAGE = 10_000
"""Entries of the log that one question of the portal looks through: at most 1,000 tags are among those that are ``network``'s own, or it goes on there."""
TAGS_A_PAGE = 1000

_WRITE = """
    INSERT INTO blinded_person (mark, for_records, for_portal, at)
    SELECT mark, for_records, for_portal, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS new(mark, for_records, for_portal)
    ON CONFLICT DO NOTHING
"""
_TAGS = """
    SELECT event.index, person.mark, person.for_portal, exchange.non_disclosure
    FROM exchange_event AS event JOIN exchange USING (inquirer, request_id) JOIN blinded_person AS person ON person.mark = exchange.record_code
    WHERE event.index >= $1 AND event.index < $2 AND event.side = 'network'
    ORDER BY event.index LIMIT $3
"""


class BlindCore:
    """The parts of the core that blind exchanges add."""

    def __init__(self, pool: asyncpg.Pool, disclosure: Callable[[], Disclosure]) -> None:
        self.is_on = os.environ.get(SWITCH) == "1"
        self._pool = pool
        self._disclosure = disclosure
        self._persons: Batcher[tuple[datetime, tuple[Person, ...]], None] = Batcher(
            self._write, largest=LARGEST_COMMIT, weigh=lambda one: len(one[1]), name="blinded persons"
        )

    async def judge(
        self,
        question: Question[BlindPermitRequests],
        *,
        inquirer: str,
        directory: Directory,
        basis: LegalBasis | LocalBasis,
        codes: CodeRing,
    ) -> tuple[Judgement, ...]:
        """Decide the requests of a message; when it returns, the ciphertexts of their persons are durable. Raises Refused."""
        judgements, persons = await asyncio.to_thread(  # a millisecond each: others go on meanwhile
            judge_blind,
            question.body,
            inquirer=inquirer,
            core=question.receiver,
            directory=directory,
            basis=basis,
            keys=codes.keys,
            live=codes.live,
        )
        if persons:
            await self._persons.submit((question.at, persons))
        return judgements

    async def _write(self, batch: Sequence[tuple[datetime, tuple[Person, ...]]]) -> list[None]:
        persons = [person for _, those in batch for person in those]
        await self._pool.execute(
            _WRITE,
            [person.mark for person in persons],
            [person.for_records for person in persons],
            [person.for_portal for person in persons],
            max(at for at, _ in batch),
        )
        return [None] * len(batch)

    async def forget(self) -> None:
        """Delete the ciphertexts that no record names, whose records are past seven years or never were, and tests of sameness as old."""
        await self._pool.execute("SELECT forget_blinded_persons(), forget_sameness_tests()")

    # --- the portal

    async def tags(self, question: Question[TagsQuery]) -> Tags:
        """Whose the blind exchanges are, for the portal to open; those that are not to be shown are left out."""
        first = question.body.first
        async with self._pool.acquire() as connection:
            given = await connection.fetchval("SELECT next_index FROM log_state WHERE id = 1")
            end = max(first, min(given, first + ENTRIES_A_PAGE))
            rows = await connection.fetch(_TAGS, first, end, TAGS_A_PAGE)
        is_full = len(rows) == TAGS_A_PAGE
        return Tags(
            tags=tuple(
                Tag(mark=row["mark"], blinded=row["for_portal"]) for row in rows if not row["non_disclosure"]
            ),
            next=rows[-1]["index"] + 1 if is_full else end,
        )

    async def records(self, question: Question[MarkedRecordQuery]) -> Records:
        """A page of the records with these marks, newest first."""
        return await self._disclosure().page(list(_marks(question.body.marks)), question.body)

    async def receipt(self, question: Question[MarkedReceiptQuery]) -> ReceiptText:
        """The receipt of one entry about the record with this mark."""
        return await self._disclosure().receipt_of_person(
            list(_marks([question.body.mark])), question.body.index
        )


def _marks(marks: Sequence[str]) -> Sequence[str]:
    """Marks only: a code of the records is nobody's to ask with."""
    if not all(mark.startswith("blind.") for mark in marks):
        raise Refused(Hop.NETWORK, Reason.UNKNOWN_RECORD)
    return marks


def register(application: MessageApp, running: Callable[[], BlindCore]) -> None:
    """Answer the portal."""

    def is_portal(sender: str, _receiver: str) -> bool:
        return sender == "portal"

    answer, here = application.answer, Hop.NETWORK
    answer(QUERY_TAGS, lambda question: running().tags(question), may_ask=is_portal, hop=here)
    answer(QUERY_MARKED_RECORDS, lambda question: running().records(question), may_ask=is_portal, hop=here)
    answer(QUERY_MARKED_RECEIPT, lambda question: running().receipt(question), may_ask=is_portal, hop=here)
