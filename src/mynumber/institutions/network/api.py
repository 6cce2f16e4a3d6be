"""The network's messages, on the hot side: permits, notices, codes, records. Run by uvicorn; one process or many.

The order in every handler: parse strictly -> verify signature and time (both :class:`MessageApp`) -> find the rule -> record -> act.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import asyncpg

from mynumber.foundation import envelope, law
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.tlog import LogSigner
from mynumber.institutions.network.blind import serving as blind
from mynumber.institutions.network.core import publication
from mynumber.institutions.network.core.code_ring import CodeRing
from mynumber.institutions.network.core.cosigning import Cosigning
from mynumber.institutions.network.core.decision import Judgement, judge
from mynumber.institutions.network.core.disclosure import Disclosure
from mynumber.institutions.network.core.holders import Holders
from mynumber.institutions.network.core.issue import issue_codes
from mynumber.institutions.network.core.limits import DEFAULT_RATES, Limits, parse_rates
from mynumber.institutions.network.core.permits import Sheet, make_sheet
from mynumber.institutions.network.core.recording import Asked, Recorded, Recorder, Unknown
from mynumber.institutions.network.core.sequencer import Sequencer
from mynumber.institutions.network.core.store import RefusedMessage, Store
from mynumber.institutions.network.corrections.noting import note
from mynumber.institutions.network.information.deciding import candidates, judge_own
from mynumber.institutions.network.information.visits import person_of, rest_on
from mynumber.institutions.network.mesh import serving as mesh
from mynumber.institutions.network.notices import serving as notices
from mynumber.institutions.network.own_use import accepting
from mynumber.institutions.network.own_use.rows import JAPAN, OwnUse
from mynumber.institutions.network.siblings.asking import Asking, issued_among
from mynumber.institutions.network.siblings.own import this_core
from mynumber.institutions.network.siblings.telling import Telling, take
from mynumber.institutions.network.statistics.reporting import report
from mynumber.institutions.network.statistics.rolling import keep_counts
from mynumber.protocols.acquisition import (
    ISSUE_CODES,
    QUERY_ISSUED,
    TELL_ISSUED,
    CodeRequestResults,
    IssueCodes,
)
from mynumber.protocols.blind import REQUEST_BLIND_PERMITS, BlindPermitRequests
from mynumber.protocols.corrections import NOTE_CORRECTIONS
from mynumber.protocols.directory import Directory, is_core_id
from mynumber.protocols.exchange import (
    NOTIFY,
    PERMIT_VALIDITY,
    QUERY_STATUS,
    REQUEST_PERMITS,
    Acknowledged,
    Notices,
    PermitDecisions,
    PermitRequests,
    Statuses,
    StatusQuery,
)
from mynumber.protocols.holders import QUERY_HOLDERS
from mynumber.protocols.information import (
    PORTAL,
    QUERY_OWN_HOLDERS,
    REQUEST_OWN_PERMITS,
    OwnHolder,
    OwnHolders,
    OwnHoldersQuery,
    OwnPermitRequests,
)
from mynumber.protocols.message import BATCH_ITEMS
from mynumber.protocols.node import Node
from mynumber.protocols.own_use import TELL_OWN_USE, OwnUseAccepted
from mynumber.protocols.records import (
    QUERY_RECEIPT,
    QUERY_RECORDS,
    ReceiptQuery,
    ReceiptText,
    RecordQuery,
    Records,
)
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.supervision import SUPERVISE
from mynumber.webkit import logs
from mynumber.webkit.asgi import DATABASE_FAILURES, Caller, MessageApp, Question
from mynumber.webkit.background import end, keep_running
from mynumber.webkit.batching import Batcher
from mynumber.webkit.pool import close_pool, open_pool

CONNECTIONS = 8
LARGEST_COMMIT = 512
"""Requests that share one durable commit: a few milliseconds of PostgreSQL."""
HOUSEKEEPING_SECONDS = 60
KEYS_SECONDS = 0.5
"""How often the key ring is looked at for other keys of codes."""
RETENTION_TURNS = 60
"""Records past their seven years are looked for so many times less often: each hour."""
ASKERS_TURNS = 10
"""The askers of the day are counted anew so many times less often: each ten minutes."""
RATES = "MYNUMBER_NETWORK_RATES"
"""Environment variable: how many requests each member may send (:func:`parse_rates`)."""

_log = logs.get_logger(__name__)


class Core:
    """The parts of the core, put together at start."""

    def __init__(self, node: Node, pool: asyncpg.Pool) -> None:
        self.node = node
        self.pool = pool
        self.codes = CodeRing.read(node.keyring)
        self.sequencer = Sequencer(pool, LogSigner.from_bytes(node.keyring.secret("log")))
        self.store = Store(pool, self.sequencer.wake)
        self.requests: Batcher[Asked, Recorded | Unknown | None] = Batcher(
            Recorder(pool, lambda: node.directory, self.sequencer.wake).record_requests,
            largest=LARGEST_COMMIT,
            weigh=lambda asked: len(asked.judgements),
            name="permits",
        )
        self.refusals: Batcher[RefusedMessage, None] = Batcher(self.store.count_refused, name="refusals")
        self.limits = Limits(parse_rates(os.environ.get(RATES, DEFAULT_RATES)))
        self.own_use = OwnUse(pool)
        self.disclosure = self._disclosure()
        self.asking = Asking(node, pool)
        self.blind = blind.BlindCore(pool, lambda: self.disclosure)
        self.caller = Caller(node)
        self.telling = Telling(node, pool, self.caller)
        self.holders = self._holders()
        self.mesh = mesh.Mesh(
            node,
            pool,
            codes=lambda: self.codes,
            legal_basis=legal_basis_at,
            log=self.sequencer,
            make_known=self.asking.make_known,
            admit=self._admit,
        )
        self.notices = notices.Addressing(
            node,
            pool,
            codes=lambda: self.codes,
            log=self.sequencer,
            make_known=self.asking.make_known,
            admit=self._admit,
            count_refused=self._count_refused,
        )
        self._tasks = [
            asyncio.create_task(keep_running("sequencer", self.sequencer.run)),
            asyncio.create_task(keep_running("cosigning", Cosigning(pool, publication.policy()).run)),
            asyncio.create_task(keep_running("housekeeping", self._housekeeping)),
            asyncio.create_task(keep_running("keys of codes", self._follow_keys)),
            asyncio.create_task(keep_running("telling other cores", self.telling.run)),
        ]

    @property
    def keys(self) -> CodeKeys:
        """The keys of codes as of now."""
        return self.codes.keys

    def _disclosure(self) -> Disclosure:
        return Disclosure(self.pool, self.keys, lambda: self.own_use.rows)

    def _holders(self) -> Holders:
        return Holders(
            self.pool, self.codes, lambda: self.node.directory, legal_basis_at, self.asking, self._admit
        )

    async def _follow_keys(self) -> None:
        """Take up new versions of the codes' keys, closed ones, and rows of own-use affairs, while running."""
        while True:
            await asyncio.sleep(KEYS_SECONDS)
            with suppress(*DATABASE_FAILURES):
                if await self.own_use.renew():
                    _log.info("other own-use affairs", last=self.own_use.rows.last)
            codes = self.codes.renewed(self.node.keyring)
            if codes is not self.codes:
                self.codes = codes
                self.disclosure = self._disclosure()
                self.holders = self._holders()
                _log.info("other keys of codes", items=" ".join(map(str, codes.live)))

    async def close(self) -> None:
        await end(self._tasks)
        await self.mesh.close()
        await self.caller.close()
        await self.asking.close()
        await close_pool(self.pool)

    async def _housekeeping(self) -> None:
        for turn in itertools.count():
            with suppress(*DATABASE_FAILURES):
                await self.store.forget_expired_messages(datetime.now(UTC))
                if turn % RETENTION_TURNS == 0:
                    await self.store.forget_records()
                    await self.store.forget_counts(datetime.now(UTC))
                    await self.blind.forget()
                    await self.pool.execute("SELECT forget_own_visits()")
                at = datetime.now(UTC)
                await keep_counts(self.pool, at, askers=turn % ASKERS_TURNS == 0)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def request_permits(self, question: Question[PermitRequests]) -> PermitDecisions:
        """Decide the requests of one message, record them, and give permits (Act art. 21(2)) or refuse, each by itself."""
        inquirer = self._admitted(question, len(question.body.requests))
        judgements = judge(
            question.body,
            inquirer=inquirer,
            directory=self.node.directory,
            basis=self.own_use.basis_at(question.at),
            keys=self.keys,
            live=self.codes.live,
        )
        return await self._decide(question, REQUEST_PERMITS.name, judgements)

    async def request_blind_permits(self, question: Question[BlindPermitRequests]) -> PermitDecisions:
        """The same for requests whose persons the core does not see."""
        if not self.blind.is_on:
            raise Refused(Hop.NETWORK, Reason.BLIND_OFF)
        inquirer = self._admitted(question, len(question.body.requests))
        judgements = await self.blind.judge(
            question,
            inquirer=inquirer,
            directory=self.node.directory,
            basis=self.own_use.basis_at(question.at),
            codes=self.codes,
        )
        return await self._decide(question, REQUEST_BLIND_PERMITS.name, judgements)

    async def request_own_permits(self, question: Question[OwnPermitRequests]) -> PermitDecisions:
        """The same for what a person asks about themself at the portal: the ground is their own request, proven by a sign-in."""
        asked, inquirer = question.body, self._admitted(question, len(question.body.requests))
        person = person_of(self.keys, inquirer, asked.code)
        ids = [one.request_id for one in asked.requests]
        await rest_on(self.pool, asked.proof, person, ids, question.at)
        judgements = judge_own(
            asked,
            inquirer=inquirer,
            directory=self.node.directory,
            basis=legal_basis_at(question.at),
            keys=self.keys,
            live=self.codes.live,
        )
        return await self._decide(question, REQUEST_OWN_PERMITS.name, judgements)

    async def own_holders(self, question: Question[OwnHoldersQuery]) -> OwnHolders:
        """Which institutions can find a person who asks about themself, and what the table lets them give."""
        asked, inquirer = question.body, self._admitted(question, 1)
        person = person_of(self.keys, inquirer, asked.code)
        await rest_on(self.pool, asked.proof, person, (), question.at)
        listed = candidates(self.node.directory, legal_basis_at(question.at))
        holders, silent = await self.holders.among(listed, inquirer, asked.code)
        return OwnHolders(
            holders=tuple(
                OwnHolder(member=member, information=tuple(sorted(kind.value for kind in kinds)))
                for member, kinds in sorted(listed.items())
                if member in holders
            ),
            not_known=tuple(sorted(silent)),
        )

    def _admitted(self, question: Question[Any], requests: int) -> str:
        """The member that asks, if so many requests may be decided now. Raises Refused."""
        if self.sequencer.is_broken:  # no exchange without proof
            raise Refused(Hop.NETWORK, Reason.RECORD_UNAVAILABLE)
        inquirer = Directory.member_of(question.sender)
        if self.node.directory.core_of(inquirer) != question.receiver:
            raise Refused(Hop.NETWORK, Reason.WRONG_AUDIENCE, "the inquirer is at home at another core")
        self._admit(inquirer, requests)
        return inquirer

    def _admit(self, member: str, count: int) -> None:
        """Take so many from what a member may send. Raises Refused(NETWORK, RATE_LIMITED)."""
        if not self.limits.take(member, count, time.monotonic()):
            raise Refused(Hop.NETWORK, Reason.RATE_LIMITED)

    async def _decide(
        self, question: Question[Any], kind: str, judgements: tuple[Judgement, ...]
    ) -> PermitDecisions:
        """Record what was judged, and give what may be given."""
        inquirer, at = Directory.member_of(question.sender), question.at
        request_digest = envelope.digest(question.received.token)

        def sheet_for(provider: str, granted: Sequence[Judgement]) -> Sheet:
            return make_sheet(
                self.node,
                granted,
                presenter=question.sender,
                inquirer=inquirer,
                provider=provider,
                at=at,
                request_digest=request_digest,
            )

        asked = Asked(question.received.header, inquirer, at, request_digest, judgements, sheet_for)
        recorded = await self.requests.submit(asked)
        if isinstance(recorded, Unknown):
            silent = await self.asking.learn(recorded.codes)
            recorded = await self.requests.submit(replace(asked, unanswered=silent))
        if not isinstance(recorded, Recorded):
            raise Refused(Hop.NETWORK, Reason.REPLAYED)
        if any(decision.reason for decision in recorded.decisions):
            reasons = (decision.reason for decision in recorded.decisions if decision.reason)
            await self._count_refused(question.sender, kind, reasons)
        return PermitDecisions(
            decisions=recorded.decisions,
            sheets=recorded.sheets,
            decided_at=at,
            valid_until=at + PERMIT_VALIDITY,
        )

    async def _count_refused(self, sender: str, kind: str, reasons: Iterable[Reason]) -> None:
        counts = Counter(reasons)
        await asyncio.gather(
            *(
                self.refusals.submit(RefusedMessage(_hour(), kind, sender, reason, times))
                for reason, times in counts.items()
            )
        )

    async def accept_own_use(self, question: Question[OwnUseAccepted]) -> Acknowledged:
        """Add an own-use affair that the commission accepted; this process knows it at once, the others within half a second."""
        done = await accepting.accept(self.pool, question)
        await self.own_use.renew()
        return done

    async def notify(self, question: Question[Notices]) -> Acknowledged:
        """Take the notices of how exchanges ended; the same notice twice counts once."""
        if len(question.body.notices) > BATCH_ITEMS:
            raise Refused(Hop.NETWORK, Reason.TOO_LARGE, f"at most {BATCH_ITEMS} items a message")
        await self.store.record_notices(question.sender, question.body.notices, question.at)
        return Acknowledged(count=len(question.body.notices))

    async def status(self, question: Question[StatusQuery]) -> Statuses:
        """What became of exchanges that a gateway had open when it stopped."""
        return await self.store.statuses(Directory.member_of(question.sender), question.body.request_ids)

    async def issue(self, question: Question[IssueCodes]) -> CodeRequestResults:
        return await issue_codes(
            question.body,
            question.received.header,
            node=self.node,
            keys=self.keys,
            pool=self.pool,
            caller=self.caller,
            at=question.at,
            told=self.telling.wake,
        )

    async def records(self, question: Question[RecordQuery]) -> Records:
        return await self.disclosure.query(question.sender, question.body)

    async def receipt(self, question: Question[ReceiptQuery]) -> ReceiptText:
        return await self.disclosure.receipt(question.sender, question.body)


@lru_cache(maxsize=4)
def _basis_on(day: date) -> law.LegalBasis:
    return law.legal_basis(day)


def legal_basis_at(moment: datetime) -> law.LegalBasis:
    """The table in force on the day, as Japan counts days: a row starts to apply at midnight there."""
    return _basis_on(moment.astimezone(JAPAN).date())


_core: Core | None = None


def _running() -> Core:
    if _core is None:
        raise RuntimeError("the core has not started")
    return _core


async def start() -> Node:
    """Open keys, directory and database. Raises when one is missing: a core without them must not run."""
    global _core
    logs.configure("network")
    node = Node.from_environment()
    _ = node.directory
    legal_basis_at(datetime.now(UTC))
    pool = await open_pool(os.environ["DATABASE_URL"], connections=CONNECTIONS)
    _core = Core(node, pool)
    await _core.own_use.renew()
    return node


async def stop() -> None:
    if _core is not None:
        await _core.close()


async def ready() -> bool:
    if _running().sequencer.is_broken:
        return False
    return bool(await _running().pool.fetchval("SELECT count(*) FROM log_state") == 1)


async def on_refused(receiver: str, kind: str, sender: str | None, refused: Refused) -> None:
    """Refusals that did not become exchanges are counted, so that nothing is refused without a trace."""
    await _running().refusals.submit(RefusedMessage(_hour(), kind, sender or "", refused.reason))


def _hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _is_gateway(sender: str, _receiver: str) -> bool:
    return sender.startswith("gateway.")


def _is_portal(sender: str, _receiver: str) -> bool:
    return sender == PORTAL


def _is_inquirer(sender: str, receiver: str) -> bool:
    """Who asks: gateways for their members, and the portal for a person."""
    return _is_gateway(sender, receiver) or _is_portal(sender, receiver)


def _is_core(sender: str, _receiver: str) -> bool:
    return is_core_id(sender)


def build() -> MessageApp:
    """The ASGI application with its table of who may ask what."""
    application = MessageApp(
        institution=this_core(), start=start, stop=stop, ready=ready, on_refused=on_refused
    )
    application.answer(
        REQUEST_PERMITS,
        lambda question: _running().request_permits(question),
        may_ask=_is_gateway,
        hop=Hop.NETWORK,
    )
    application.answer(
        REQUEST_BLIND_PERMITS,
        lambda question: _running().request_blind_permits(question),
        may_ask=_is_gateway,
        hop=Hop.NETWORK,
    )
    application.answer(
        NOTIFY, lambda question: _running().notify(question), may_ask=_is_inquirer, hop=Hop.NETWORK
    )
    application.answer(
        QUERY_STATUS, lambda question: _running().status(question), may_ask=_is_inquirer, hop=Hop.NETWORK
    )
    application.answer(
        ISSUE_CODES,
        lambda question: _running().issue(question),
        may_ask=lambda sender, _: sender == "jlis",
        hop=Hop.NETWORK,
    )
    application.answer(
        QUERY_RECORDS,
        lambda question: _running().records(question),
        may_ask=_is_portal,
        hop=Hop.NETWORK,
    )
    application.answer(
        QUERY_RECEIPT,
        lambda question: _running().receipt(question),
        may_ask=_is_portal,
        hop=Hop.NETWORK,
    )
    application.answer(
        NOTE_CORRECTIONS,
        lambda question: note(_running().pool, question),
        may_ask=_is_gateway,
        hop=Hop.NETWORK,
    )
    application.answer(
        QUERY_HOLDERS,
        lambda question: _running().holders.query(question),
        may_ask=_is_gateway,
        hop=Hop.NETWORK,
    )
    application.answer(
        SUPERVISE,
        lambda question: report(_running().pool, _running().node.directory, question.body),
        may_ask=lambda sender, _: sender == "commission",
        hop=Hop.NETWORK,
    )
    application.answer(
        TELL_OWN_USE,
        lambda question: _running().accept_own_use(question),
        may_ask=lambda sender, _: sender == "commission",
        hop=Hop.NETWORK,
    )
    application.answer(
        TELL_ISSUED,
        lambda question: take(_running().pool, _running().node.directory, question),
        may_ask=_is_core,
        hop=Hop.NETWORK,
    )
    application.answer(
        QUERY_ISSUED,
        lambda question: issued_among(_running().pool, question),
        may_ask=_is_core,
        hop=Hop.NETWORK,
    )
    application.answer(
        REQUEST_OWN_PERMITS,
        lambda question: _running().request_own_permits(question),
        may_ask=_is_portal,
        hop=Hop.NETWORK,
    )
    application.answer(
        QUERY_OWN_HOLDERS,
        lambda question: _running().own_holders(question),
        may_ask=_is_portal,
        hop=Hop.NETWORK,
    )
    mesh.register(application, lambda: _running().mesh)
    blind.register(application, lambda: _running().blind)
    notices.register(application, lambda: _running().notices)
    return application


app = build()
