"""Each core tells the others which codes it issued: from an outbox, at least once, and to be told twice changes nothing.

The relation check (does the provider hold a code?) is about codes that another core may have issued. A core that is away hears of them later and
holds up nobody; what it does not know yet it asks for (:mod:`.asking`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg

from mynumber.institutions.network.siblings.own import others, this_core
from mynumber.protocols.acquisition import TELL_ISSUED, IssuedCode, IssuedCodes
from mynumber.protocols.directory import Directory
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit import logs
from mynumber.webkit.asgi import Caller, Question
from mynumber.webkit.background import end_if_cancelled

SWEEP_SECONDS = 2.0
"""How soon a core that was away is tried again, and what other processes put into the outbox is found."""

_log = logs.get_logger(__name__)

_RECORD = """
    INSERT INTO issued_code (member, code, issued_at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
    ON CONFLICT DO NOTHING
"""


async def put_out(
    connection: Any, cores: Iterable[str], member: str, codes: Sequence[str], at: datetime
) -> None:
    """Put codes into the outbox, with the caller's transaction."""
    rows = [(core, member, code, at) for core in cores for code in codes]
    if rows:
        await connection.executemany(
            "INSERT INTO untold_code (core, member, code, issued_at) VALUES ($1, $2, $3, $4)", rows
        )


async def record(pool: Any, codes: Sequence[IssuedCode]) -> None:
    """Record codes that another core issued."""
    # in one order everywhere, so that two processes that are told the same do not wait for each other
    rows = sorted((one.member, one.code, one.issued_at) for one in codes)
    if rows:
        await pool.execute(_RECORD, *zip(*rows, strict=True))


async def take(pool: Any, directory: Directory, question: Question[IssuedCodes]) -> Acknowledged:
    """Record what another core issued to its own members.

    What it says of other members is left out: their homes say it. Raises Refused(NETWORK, UNAVAILABLE) then, so that the sender keeps what it told:
    of two cores, the one that knows of a member's move later is to hear of its codes again.
    """
    own = [one for one in question.body.codes if question.sender in directory.cores_of(one.member)]
    await record(pool, own)
    left_out = len(question.body.codes) - len(own)
    if left_out:
        _log.warning("codes of members of others", sender=question.sender, count=left_out)
        raise Refused(Hop.NETWORK, Reason.UNAVAILABLE, "codes of members that are at home elsewhere")
    return Acknowledged(count=len(own))


class Telling:
    """Empties the outbox: a task for each of the other cores."""

    def __init__(self, node: Node, pool: asyncpg.Pool, caller: Caller) -> None:
        self._node = node
        self._pool = pool
        self._caller = caller
        self._news: dict[str, asyncio.Event] = {}

    def wake(self) -> None:
        """Something was put into the outbox."""
        for news in self._news.values():
            news.set()

    async def run(self) -> None:
        """Tell until cancelled; what cannot be told stays."""
        self._news.clear()  # those of a run that failed: their tasks ended with it
        async with asyncio.TaskGroup() as group:
            while True:
                for core in self._others():
                    if core not in self._news:
                        self._news[core] = asyncio.Event()
                        group.create_task(self._keep_telling(core, self._news[core]))
                await asyncio.sleep(SWEEP_SECONDS)

    def _others(self) -> Iterable[str]:
        try:
            return tuple(others(self._node.directory))
        except Exception as error:  # noqa: BLE001 - a directory that is just being written must not end what runs
            _log.warning("the directory cannot be read", exception=logs.outline(error))
            return ()

    async def _keep_telling(self, core: str, news: asyncio.Event) -> None:
        while True:
            news.clear()
            try:
                while await self._tell(core):
                    pass
            except Exception as error:  # noqa: BLE001 - whatever it was, it must hold up neither this core for ever nor the others
                end_if_cancelled()
                _log.warning("codes wait to be told", receiver=core, exception=logs.outline(error))
                await asyncio.sleep(SWEEP_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):  # wait_for of Python 3.11 can lose a cancellation
                    await news.wait()

    async def _tell(self, core: str) -> int:
        rows = await self._pool.fetch(
            "SELECT id, member, code, issued_at FROM untold_code WHERE core = $1 ORDER BY id LIMIT $2",
            *(core, BATCH_ITEMS),
        )
        if not rows:
            return 0
        await self._caller.call(
            TELL_ISSUED,
            IssuedCodes(
                codes=tuple(
                    IssuedCode(member=row["member"], code=row["code"], issued_at=row["issued_at"])
                    for row in rows
                )
            ),
            sender=this_core(),
            receiver=core,
            hop=Hop.NETWORK,
        )
        await self._pool.execute(
            "DELETE FROM untold_code WHERE id = ANY($1::bigint[])", [row["id"] for row in rows]
        )
        return len(rows)
