"""A provider's gateway that answers as a test likes: a real HTTP server with the gateway's real keys."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from mynumber.protocols import wire
from mynumber.protocols.exchange import (
    PRESENT_SHEET,
    WITHDRAW,
    FactSheet,
    Outcome,
    PermitAnswer,
    SheetAnswer,
    SheetPresentation,
    Withdrawal,
    Withdrawn,
)
from mynumber.protocols.node import Node
from mynumber.protocols.permits import ReadSheet, presented, read_sheet, seal_facts
from mynumber.protocols.refusal import Hop
from tests.support.exchange import CITY, FORMER_CITY, TAX
from tests.support.waiting import PATIENCE_SECONDS

GATEWAY, HERE = f"gateway.{CITY}", f"gateway.{FORMER_CITY}"

Behaviour = Callable[["Presented"], SheetAnswer | bytes | None]
"""What it does with a presentation: an answer that is signed, raw bytes as they are, or None: the connection breaks."""


class Presented:
    """What was presented, read as an honest provider would."""

    def __init__(self, node: Node, received: wire.Received[SheetPresentation]) -> None:
        self.node = node
        self.received = received
        self.sheet: ReadSheet = read_sheet(
            received.question.sheet,
            directory=node.directory,
            presenter=received.sender,
            receiver=HERE,
            now=datetime.now(UTC),
        )
        self.permits = presented(self.sheet.body, received.question.only)

    def facts(self, kind: str | None = None) -> str | None:
        """A tax fact for each permit, sealed; of another kind if one is named."""
        now = datetime.now(UTC)
        return seal_facts(
            [
                FactSheet(
                    information=kind or permit.information,
                    as_of=now,
                    fact=msgspec.Raw(msgspec.json.encode(TAX)),
                )
                for permit in self.permits
            ],
            to=self.node.directory.seal_key(GATEWAY),
            sheet_digest=self.sheet.digest,
        )

    def answer(
        self, outcome: Outcome = Outcome.PROVIDED, sealed: str | None = None, **changes: Any
    ) -> SheetAnswer:
        """One outcome for all permits."""
        one = msgspec.structs.replace(PermitAnswer(outcome=outcome, at=datetime.now(UTC)), **changes)
        return SheetAnswer(
            sheet_digest=self.sheet.digest.hex(), answers=(one,) * len(self.permits), sealed_facts=sealed
        )

    def honest(self) -> SheetAnswer:
        return self.answer(sealed=self.facts())


class RogueProvider:
    """Listens from the beginning; its node comes with the directory, when the test has made it."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = Presented.honest
        self.presented: list[Presented] = []
        self.withdrawn: list[Withdrawal] = []
        self.says_of_withdrawal = Outcome.ABANDONED
        self.node: Node | None = None
        self.honest_port = 0
        """Of the real gateway, which gets everything else."""
        rogue = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if self.path in {PRESENT_SHEET.path, WITHDRAW.path}:
                    status, body = 200, rogue.serve(self.path, question)
                else:
                    status, body = rogue.forward(self.path, question)
                if body is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", wire.CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def serve(self, path: str, token: bytes) -> bytes | None:
        node = self.node
        assert node is not None
        now = datetime.now(UTC)
        if path == WITHDRAW.path:
            withdrawal = wire.receive(node, token, WITHDRAW, receiver=HERE, hop=Hop.PROVIDER_GATEWAY, now=now)
            self.withdrawn.append(withdrawal.question)
            return wire.answer(
                node, withdrawal, WITHDRAW, Withdrawn(outcome=self.says_of_withdrawal), now=now
            )
        received = wire.receive(node, token, PRESENT_SHEET, receiver=HERE, hop=Hop.PROVIDER_GATEWAY, now=now)
        presented = Presented(node, received)
        self.presented.append(presented)
        answer = self.behaviour(presented)
        if isinstance(answer, SheetAnswer):
            return wire.answer(node, received, PRESENT_SHEET, answer, now=datetime.now(UTC))
        return answer

    def forward(self, path: str, question: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.honest_port, timeout=PATIENCE_SECONDS)
        connection.request(
            "POST", f"/{HERE}{path}", body=question, headers={"Content-Type": wire.CONTENT_TYPE}
        )
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
