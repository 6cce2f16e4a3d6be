"""ADDRESS_NOTICES: whom a member's notices are for, said to the portal alone, and recorded before it is said.

The order is that of the core: parse strictly -> verify signature and time -> find what holds -> record -> act. Like events, notices go to the
first core, which asks a member's home core for codes that it has not heard of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import asyncpg

from mynumber.foundation import envelope
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.sequencer import Sequencer
from mynumber.institutions.network.notices.deciding import judge
from mynumber.institutions.network.notices.store import Incoming, NoticeStore, Outcome
from mynumber.institutions.network.siblings.own import this_core
from mynumber.protocols.directory import Directory
from mynumber.protocols.node import Node
from mynumber.protocols.notices import (
    ADDRESS_NOTICES,
    PORTAL,
    SHEET_KIND,
    SHEET_LIFETIME,
    AddressNotices,
    NoticesAddressed,
    NoticeSheet,
    RefusedNotice,
    SheetNotice,
    seal_codes,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.webkit.asgi import MessageApp, Question
from mynumber.webkit.batching import Batcher

LARGEST_COMMIT: Final = 2_000
"""Notices that share one durable commit."""


class Addressing:
    """The handler, over the parts of the core."""

    def __init__(
        self,
        node: Node,
        pool: asyncpg.Pool,
        *,
        codes: Callable[[], CodeRing],
        log: Sequencer,
        make_known: Callable[[str, Iterable[str]], Awaitable[None]],
        admit: Callable[[str, int], None],
        count_refused: Callable[[str, str, Iterable[Reason]], Awaitable[None]],
    ) -> None:
        """``make_known`` finds out whether codes of a member were issued at another core, before they are taken for unknown.

        ``admit`` takes so many from what a member may send, or raises Refused.
        """
        self._node = node
        self._ring = codes
        self._log = log
        self._make_known = make_known
        self._admit = admit
        self._count_refused = count_refused
        self._incoming: Batcher[Incoming, list[Outcome]] = Batcher(
            NoticeStore(pool, lambda: node.directory, log.wake).record,
            largest=LARGEST_COMMIT,
            weigh=lambda message: len(message.judged),
            name="notices",
        )

    async def address(self, question: Question[AddressNotices]) -> NoticesAddressed:
        """Give a sheet for the notices whose persons both sides know, recorded; refuse the others one by one.

        The same notice again has no second effect, so the message itself need not be remembered. Raises Refused(RECORD_UNAVAILABLE).
        """
        if self._log.is_broken:  # no disclosure without proof
            raise Refused(Hop.NETWORK, Reason.RECORD_UNAVAILABLE)
        notices = question.body.notices
        sender = Directory.member_of(question.sender)
        if len({each.notice for each in notices}) != len(notices):
            raise Refused(Hop.NETWORK, Reason.MALFORMED, "a notice twice in one message")
        self._admit(sender, len(notices))
        ring = self._ring()
        # two multiplications a notice: tens of milliseconds for a full message
        judged = await asyncio.to_thread(judge, notices, sender=sender, receiver=PORTAL, ring=ring)
        await self._make_known(sender, {one.notice.code for one in judged if one.person is not None})
        await self._make_known(PORTAL, {code for one in judged for code in one.codes})
        outcomes = await self._incoming.submit(Incoming(sender, PORTAL, judged, question.at))
        refused = tuple(
            RefusedNotice(position=place, reason=outcome)
            for place, outcome in enumerate(outcomes)
            if isinstance(outcome, Reason)
        )
        if refused:
            await self._count_refused(question.sender, ADDRESS_NOTICES.name, [one.reason for one in refused])
        granted = [
            (SheetNotice(notice=one.notice.notice, digest=one.notice.digest), outcome)
            for one, outcome in zip(judged, outcomes, strict=True)
            if not isinstance(outcome, Reason)
        ]
        sheet = self._sheet(question, sender, granted) if granted else None
        return NoticesAddressed(sheet=sheet, refused=refused)

    def _sheet(
        self,
        question: Question[AddressNotices],
        sender: str,
        granted: list[tuple[SheetNotice, tuple[str, ...]]],
    ) -> str:
        core = this_core()
        notices = tuple(notice for notice, _ in granted)
        return envelope.sign(
            NoticeSheet(
                presenter=question.sender,
                sender=sender,
                recorded_at=question.at,
                notices=notices,
                sealed_codes=seal_codes(
                    [codes for _, codes in granted],
                    (each.notice for each in notices),
                    sender=sender,
                    to=self._node.directory.seal_key(PORTAL),
                ),
            ),
            key=self._node.signing_key(core),
            issuer=core,
            audience=PORTAL,
            kind=SHEET_KIND,
            now=question.at,
            lifetime=SHEET_LIFETIME,
            max_lifetime=SHEET_LIFETIME,
        ).decode("ascii")


def register(application: MessageApp, addressing: Callable[[], Addressing]) -> None:
    """Add the message to the core's application."""
    application.answer(
        ADDRESS_NOTICES,
        lambda question: addressing().address(question),
        may_ask=lambda sender, _receiver: sender.startswith("gateway."),
        hop=Hop.NETWORK,
    )
