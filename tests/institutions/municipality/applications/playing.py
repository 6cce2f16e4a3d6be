"""A portal played by the test: really signed messages over HTTP both ways, and a resident with a card that J-LIS issued."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography import x509

from mynumber.foundation.documents import SignatureCard
from mynumber.foundation.pki.lifetime import serial_text
from mynumber.foundation.procedures import answers as forms
from mynumber.foundation.procedures.definition import Procedure
from mynumber.foundation.procedures.loading import catalogue
from mynumber.foundation.smartcard import PIN_RULES, Card, CardState, JpkiClient, KeyName, Pin, PinName
from mynumber.protocols import card_handover, wire
from mynumber.protocols.applications import (
    PREFILL,
    SUBMIT,
    TELL,
    Application,
    Arrival,
    Attachment,
    CardSignature,
    Form,
    KnownField,
    Prefill,
    Prefilled,
    Tell,
    Told,
    statement_digest,
)
from mynumber.protocols.counter_drafts import (
    HANDED_IN,
    RETURN_DRAFT,
    TAKE_DRAFT,
    Draft,
    Followed,
    HandedIn,
    ReturnDraft,
    TakeDraft,
)
from mynumber.protocols.deliveries import ASK_SENDERS, AskSenders, SenderRegister
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.residents import FourAttributes
from tests.institutions.municipality.counter.conftest import run
from tests.support.exchange import Exchange

PORTAL, CITY_SYSTEM = "portal", "municipality.131229"
PASSWORD = Pin.parse("ABC123", PIN_RULES[PinName.SIGNATURE])
PATIENCE_SECONDS = 30


@dataclass
class Portal:
    """Hears steps in order; `away` while it does not answer."""

    exchange: Exchange
    steps: list[Told] = field(default_factory=list)
    away: bool = False
    drafts: dict[str, Draft] = field(default_factory=dict)
    taken: list[TakeDraft] = field(default_factory=list)
    returned: list[ReturnDraft] = field(default_factory=list)
    taken_back: set[UUID] = field(default_factory=set)
    """Takings after which the resident took the draft back."""
    handed_in: list[HandedIn] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    """Certificates with which somebody signs in here."""
    register: SenderRegister | None = None
    """Who sends documents; None while the portal does not say."""
    heard: threading.Condition = field(default_factory=threading.Condition)

    def ask(self, message: Any, question: Any, *, receiver: str = CITY_SYSTEM, sender: str = PORTAL) -> Any:
        return self.exchange.call(message, question, sender=sender, receiver=receiver)

    def told(self, application: UUID, number: int) -> list[Told]:
        """The steps of an application once it was told that many."""
        with self.heard:
            enough = self.heard.wait_for(lambda: len(self.of(application)) >= number, PATIENCE_SECONDS)
            assert enough, [step.step.value for step in self.of(application)]
            return self.of(application)

    def of(self, application: UUID) -> list[Told]:
        return [step for step in self.steps if step.application == application]

    def take(self, path: str, token: bytes) -> tuple[int, bytes]:
        node, now = self.exchange.node(PORTAL), datetime.now(UTC)
        message: Any = {each.path: each for each in (TELL, TAKE_DRAFT, RETURN_DRAFT, HANDED_IN, ASK_SENDERS)}[
            path
        ]
        if self.away:
            return 503, b""
        received = wire.receive(node, token, message, receiver=PORTAL, hop=Hop.PORTAL, now=now)
        if isinstance(received.question, AskSenders):
            if self.register is None:
                return 503, b""
            return 200, wire.answer(node, received, message, self.register, now=now)
        if isinstance(received.question, Tell):
            with self.heard:
                for step in received.question.steps:
                    known = len(self.of(step.application))
                    if step.number == known + 1:
                        self.steps.append(step)
                    assert step.number <= known + 1, "a step came before the one before it"
                self.heard.notify_all()
            return 200, wire.answer(node, received, message, Acknowledged(), now=now)
        if isinstance(received.question, HandedIn):
            self.handed_in.append(received.question)
            known = received.question.taking is not None or received.question.certificate in self.accounts
            return 200, wire.answer(node, received, message, Followed(known=known), now=now)
        if isinstance(received.question, ReturnDraft):
            if received.question.taking in self.taken_back:
                refused = Refused(Hop.PORTAL, Reason.OUT_OF_PLACE)
                return wire.refuse(node, received, refused.refusal, receiver=PORTAL, now=now)
            self.returned.append(received.question)
            return 200, wire.answer(node, received, message, Acknowledged(count=1), now=now)
        self.taken.append(received.question)
        draft = self.drafts.pop(received.question.code, None)
        if draft is None:
            refused = Refused(Hop.PORTAL, Reason.UNKNOWN_RECORD)
            return wire.refuse(node, received, refused.refusal, receiver=PORTAL, now=now)
        return 200, wire.answer(node, received, message, draft, now=now)


@contextmanager
def listening(portal: Portal) -> Iterator[str]:
    """The portal's address, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = portal.take(self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", wire.CONTENT_TYPE)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what it saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(frozen=True)
class Resident:
    """Somebody with a card, before the portal."""

    portal: Portal
    card: SignatureCard
    authentication: str
    attributes: FourAttributes

    def prefill(self, procedure: Procedure, **changes: Any) -> Prefilled:
        question = Prefill(
            form=Form(procedure=procedure.id, version=procedure.since),
            applicant=changes.get("applicant", self.attributes),
            certificate=self.authentication,
            agreed_at=changes.get("agreed_at", datetime.now(UTC)),
        )
        told: Prefilled = self.portal.ask(PREFILL, question)
        return told

    def signed(self, application: Application) -> Application:
        """With the card's signature over its statement."""
        value = self.card.sign(statement_digest(application))
        return msgspec.structs.replace(
            application, signature=CardSignature(certificate=self.card.certificate, value=value)
        )

    def application(
        self,
        procedure: Procedure,
        values: Mapping[str, Any],
        *,
        reference: UUID | None = None,
        sequence: int = 0,
        documents: tuple[Attachment, ...] = (),
        **changes: Any,
    ) -> Application:
        plain = Application(
            application=reference or uuid4(),
            sequence=sequence,
            form=Form(procedure=procedure.id, version=procedure.since),
            applicant=self.attributes,
            certificate=self.authentication,
            answers=forms.encode(procedure, values),
            documents=documents,
            sent_at=datetime.now(UTC),
        )
        return self.signed(msgspec.structs.replace(plain, **changes))

    def submit(self, application: Application) -> Arrival:
        arrival: Arrival = self.portal.ask(SUBMIT, application)
        return arrival


def values_of(known: tuple[KnownField, ...]) -> dict[str, Any]:
    return {each.path: msgspec.json.decode(each.value) for each in known}


def claim_form() -> Procedure:
    """The form that is worked through."""
    return catalogue().get("child_allowance_claim", datetime.now(UTC).date())


def claimed(resident: Resident, **changes: Any) -> dict[str, Any]:
    """The answers of a claim for all children of the household, filled beforehand and completed by hand."""
    procedure = claim_form()
    known = values_of(resident.prefill(procedure).known)
    asked = {
        "relation": "parent",
        "cared_for": "yes",
        "shares_livelihood": "yes",
        "in_facility": "no",
    }
    typed = {
        "cause": "other",
        "cause_on": date(2026, 4, 1).isoformat(),
        "phone": "03-1234-5678",
        "children": [{**entry, **asked} for entry in known["children"]],
        "other_parent_cares": "yes",
        "parents_live_apart": "no",
        "main_earner": "yes",
        "account": {
            "bank": "0001",
            "branch": "001",
            "kind": "ordinary",
            "number": "1234567",
            "holder": "タナカ　ケンタ",
        },
        "consent_facts": "yes",
        "true_statement": "yes",
        **changes,
    }
    reading = forms.read(procedure, typed, today=datetime.now(UTC).date(), known=known)
    return dict(reading.values)


def issue(monkeypatch: pytest.MonkeyPatch, code: str, out: Path, persona: str) -> tuple[SignatureCard, str]:
    """A real card of a persona; its signature key open, and the serial of its authentication certificate."""
    monkeypatch.setattr("sys.stdin", io.StringIO("1234\nABC123\n5678\n"))
    run("issue_card", code, f"--persona={persona}", f"--out={out}")
    handed = card_handover.decode(out.read_bytes())
    card = Card(CardState.from_bytes(handed.card))
    client = JpkiClient(card)
    client.select()
    der = client.read_certificate(KeyName.AUTHENTICATION)
    serial = serial_text(x509.load_der_x509_certificate(der).serial_number)
    return SignatureCard.unlock(card, PASSWORD), serial
