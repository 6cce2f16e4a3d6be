"""The steps of the core by themselves: the same functions on the same messages, microseconds of CPU a permit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle
from uuid import uuid4

import uvloop
from tests.support.core import RunningCore

from bench.core_load import Ask
from bench.report import median
from bench.timing import measure
from mynumber.foundation import envelope
from mynumber.foundation.message_keys import from_base64url
from mynumber.institutions.network.api import legal_basis_at
from mynumber.institutions.network.core import decision, permits
from mynumber.institutions.network.core.recording import Asked, Recorded, Recorder
from mynumber.protocols import wire
from mynumber.protocols.exchange import (
    REQUEST_PERMITS,
    PermitDecision,
    PermitDecisions,
    PermitRequests,
    RequestedPermit,
)
from mynumber.protocols.permits import seal_codes
from mynumber.protocols.refusal import Hop
from mynumber.webkit.pool import open_pool

BATCH = 64
"""Messages that share a commit."""
COMMITS = 12


def steps_of(
    core: RunningCore, inquirer: str, asks: tuple[Ask, ...], requests: int, seconds: float
) -> dict[str, float]:
    """Step -> microseconds a permit, in messages of so many requests."""
    bench = _Steps(core, inquirer, asks, requests)
    taken = measure(bench.calls(), seconds, batch=10)
    named = {
        "parse": taken["receive"] - taken["verify"],
        "verify the signature": taken["verify"],
        "rule": taken["rule"],
        "convert": taken["judge"] - taken["rule"],
        "seal the codes": taken["seal"],
        "make and sign the sheets": taken["sheets"] - taken["seal"],
        "sign the answer": taken["answer"],
    }
    database = uvloop.run(bench.database())
    return {**{name: cost / requests for name, cost in named.items()}, "database, at the client": database}


class _Steps:
    def __init__(self, core: RunningCore, inquirer: str, asks: tuple[Ask, ...], requests: int) -> None:
        self._core = core
        self._inquirer = inquirer
        self._asks = cycle(asks)
        self._requests = requests
        self._node = core.node("network")
        self._gateway = f"gateway.{inquirer}"

    def _question(self) -> PermitRequests:
        return PermitRequests(
            inquirer=self._inquirer,
            requests=tuple(
                RequestedPermit(
                    request_id=uuid4(),
                    code=ask.code,
                    provider=ask.provider,
                    affair=ask.affair,
                    information=ask.information,
                    organisation="子育て支援課",
                )
                for ask, _ in zip(self._asks, range(self._requests), strict=False)
            ),
        )

    def _token(self, question: PermitRequests) -> bytes:
        return wire.prepare(
            self._core.node(self._gateway),
            REQUEST_PERMITS,
            question,
            sender=self._gateway,
            receiver="network",
            hop=Hop.NETWORK,
            now=datetime.now(UTC),
        ).token

    def _judge(self, question: PermitRequests) -> tuple[decision.Judgement, ...]:
        return decision.judge(
            question,
            inquirer=self._inquirer,
            directory=self._node.directory,
            basis=legal_basis_at(datetime.now(UTC)),
            keys=self._core.keys,
        )

    def _sheet(self, provider: str, granted: list[decision.Judgement]) -> permits.Sheet:
        return permits.make_sheet(
            self._node,
            granted,
            presenter=self._gateway,
            inquirer=self._inquirer,
            provider=provider,
            at=datetime.now(UTC),
            request_digest=bytes(32),
        )

    def calls(self) -> dict[str, Callable[[], object]]:
        question = self._question()
        token = self._token(question)
        node, directory = self._node, self._node.directory
        received = wire.receive(
            node, token, REQUEST_PERMITS, receiver="network", hop=Hop.NETWORK, now=datetime.now(UTC)
        )
        judgements = self._judge(question)
        granted: dict[str, list[decision.Judgement]] = {}
        for judgement in judgements:
            granted.setdefault(judgement.request.provider, []).append(judgement)
        sheets = {provider: self._sheet(provider, those) for provider, those in granted.items()}
        decisions = PermitDecisions(
            decisions=tuple(
                PermitDecision(request_id=one.request.request_id, sheet=0, provision="81-1-4")
                for one in judgements
            ),
            sheets=tuple(sheet.token for sheet in sheets.values()),
            decided_at=datetime.now(UTC),
            valid_until=datetime.now(UTC),
        )
        signed, _, signature = token.rpartition(b".")
        raw_signature = from_base64url(signature)
        key = next(iter(directory.system(self._gateway).signing_keys))["kid"]
        verify_key = directory.verify_key(self._gateway, key)
        assert verify_key is not None

        def find_rules() -> None:
            rules = decision.Rules(self._inquirer, True, directory, legal_basis_at(datetime.now(UTC)))
            for request in question.requests:
                rules.find(request)

        def seal() -> None:
            for provider, those in granted.items():
                seal_codes(
                    [one.provider_codes[0] for one in those],
                    [one.request.request_id for one in those],
                    to=directory.seal_key(directory.gateway_of(provider)),
                )

        return {
            "receive": lambda: wire.receive(
                node,
                token,
                REQUEST_PERMITS,
                receiver="network",
                hop=Hop.NETWORK,
                now=received.header.issued_at,
            ),
            "verify": lambda: envelope._es256.verify(signed, raw_signature, verify_key.jose),
            "rule": find_rules,
            "judge": lambda: self._judge(question),
            "seal": seal,
            "sheets": lambda: [self._sheet(provider, those) for provider, those in granted.items()],
            "answer": lambda: wire.answer(node, received, REQUEST_PERMITS, decisions, now=datetime.now(UTC)),
        }

    async def database(self) -> float:
        """The client's CPU of look and write, with sheets made beforehand."""
        pool = await open_pool(self._core.database.url, connections=1)
        recorder = Recorder(pool, lambda: self._node.directory, lambda: None)
        samples = []
        for _ in range(COMMITS):
            batch = list(self._asked())
            begun = time.process_time_ns()
            results = await recorder.record_requests(batch)
            samples.append((time.process_time_ns() - begun) / 1000 / (BATCH * self._requests))
            assert all(isinstance(result, Recorded) and result.sheets for result in results)
        await pool.close()
        return median(samples)

    def _asked(self) -> Iterator[Asked]:
        known = permits.Sheet("x", bytes(32))
        for _ in range(BATCH):
            question = self._question()
            now = datetime.now(UTC)
            header = envelope.Header(
                issuer=self._gateway,
                audience="network",
                issued_at=now,
                expires_at=now,
                message_id=str(uuid4()),
                kind=REQUEST_PERMITS.name,
                in_reply_to=None,
            )
            yield Asked(header, self._inquirer, now, bytes(32), self._judge(question), lambda *_: known)
