"""A core that does not know a code asks the cores at which its member is at home, before it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import asyncpg

from mynumber.institutions.network.siblings.own import homes_elsewhere, this_core
from mynumber.institutions.network.siblings.telling import record
from mynumber.protocols.acquisition import QUERY_ISSUED, AskedCode, CodesAsked, IssuedCode, IssuedCodes
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller, Question

ANSWER_SECONDS = 2.0
"""How long another core may take to answer: less than a member's patience with its gateway."""

Held = tuple[str, str]
"""(member, code in text form)."""

_log = logs.get_logger(__name__)


class Asking:
    """Asks the other cores what they issued."""

    def __init__(self, node: Node, pool: asyncpg.Pool) -> None:
        self._node = node
        self._pool = pool
        self._caller = Caller(node, timeout_seconds=ANSWER_SECONDS)

    async def close(self) -> None:
        await self._caller.close()

    async def learn(self, wanted: Iterable[Held], *, present_home_is_enough: bool = False) -> frozenset[Held]:
        """Find out whether codes were issued that this core does not know, and record those that were.

        Returns those of which that is not known, because a core at which the member is at home, or was before, did not answer.
        ``present_home_is_enough``: one at which it was before may be silent.
        """
        asked: dict[str, list[Held]] = {}
        for held in sorted(set(wanted)):
            for core in homes_elsewhere(self._node.directory, held[0]):
                asked.setdefault(core, []).append(held)
        parts = [
            (core, some[start : start + BATCH_ITEMS])
            for core, some in asked.items()
            for start in range(0, len(some), BATCH_ITEMS)
        ]
        answers = await asyncio.gather(*(self._ask(core, some) for core, some in parts))
        issued = [one for answer in answers for one in answer or ()]
        await record(self._pool, issued)
        silent = {
            held
            for (core, some), answer in zip(parts, answers, strict=True)
            if answer is None
            for held in some
            if not present_home_is_enough or core == self._node.directory.core_of(held[0])
        }
        return frozenset(silent - {(one.member, one.code) for one in issued})

    async def make_known(self, member: str, codes: Iterable[str]) -> None:
        """Ask for codes of a member at home elsewhere that this core has not heard of.

        Raises Refused(NETWORK, UNAVAILABLE) when its present home does not answer. A home of before may be gone for good, and told the
        others what it issued: were it waited for, one wrong code would hold up all that the member sends.
        """
        if not homes_elsewhere(self._node.directory, member):
            return
        held = {(member, code) for code in codes}
        known = await _issued(self._pool, sorted(held))
        unknown = held - {(one.member, one.code) for one in known}
        if unknown and await self.learn(unknown, present_home_is_enough=True):
            raise Refused(Hop.NETWORK, Reason.UNAVAILABLE, "the member's home does not answer")

    async def _ask(self, core: str, codes: Sequence[Held]) -> list[IssuedCode] | None:
        """Those of the codes that a core issued; None when it does not answer."""
        try:
            answer = await self._caller.call(
                QUERY_ISSUED,
                CodesAsked(codes=tuple(AskedCode(member=member, code=code) for member, code in codes)),
                sender=this_core(),
                receiver=core,
                hop=Hop.NETWORK,
            )
        except Refused as refused:
            _log.warning(
                "a core does not say which codes it issued", receiver=core, reason=refused.reason.value
            )
            return None
        return [one for one in answer.codes if (one.member, one.code) in set(codes)]


async def issued_among(pool: asyncpg.Pool, question: Question[CodesAsked]) -> IssuedCodes:
    """Those of the codes asked about that were issued. Raises Refused(NETWORK, TOO_LARGE)."""
    codes = question.body.codes
    if len(codes) > BATCH_ITEMS:
        raise Refused(Hop.NETWORK, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")
    return IssuedCodes(codes=await _issued(pool, [(one.member, one.code) for one in codes]))


async def _issued(pool: asyncpg.Pool, held: Sequence[Held]) -> tuple[IssuedCode, ...]:
    rows = await pool.fetch(
        """
        SELECT member, code, issued_at FROM issued_code
        JOIN unnest($1::text[], $2::text[]) AS asked(member, code) USING (member, code)
        """,
        [member for member, _ in held],
        [code for _, code in held],
    )
    return tuple(
        IssuedCode(member=row["member"], code=row["code"], issued_at=row["issued_at"]) for row in rows
    )
