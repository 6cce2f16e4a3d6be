"""A city that takes applications, played over real HTTP with the city's real keys: it checks every signature that it is sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mynumber.foundation.pki import read_signature_holder
from mynumber.protocols import wire
from mynumber.protocols.applications import (
    FOLLOW,
    PREFILL,
    SUBMIT,
    TELL,
    WRITE,
    Application,
    Arrival,
    Follow,
    Followed,
    KnownField,
    Letter,
    Prefill,
    Prefilled,
    Step,
    Tell,
    Told,
    UnknownField,
    statement_digest,
)
from mynumber.protocols.counter_drafts import (
    HANDED_IN,
    RETURN_DRAFT,
    TAKE_DRAFT,
    Draft,
    HandedIn,
    ReturnDraft,
    TakeDraft,
)
from mynumber.protocols.exchange import Acknowledged
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.refusal import Hop, Reason, Refused
from mynumber.protocols.representation import (
    CLAIM_REPRESENTATION,
    DECIDE_REPRESENTATION,
    ClaimedRepresentation,
    DecidedRepresentation,
)
from mynumber.webkit.paper import Mark, Paper, Words, subject_of, write
from tests.support.exchange import CITY, FORMER_CITY

CHILD = "member-2"
DECIDE_BY = date(2027, 1, 20)
REGISTER = "住民基本台帳"


def known(path: str, value: Any, source: str = REGISTER) -> KnownField:
    """One value that the city tells."""
    return KnownField(path=path, value=msgspec.json.encode(value), source=source, as_of=datetime.now(UTC))


Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


class City:
    """Listens from the beginning; its node comes with the directory."""

    def __init__(self) -> None:
        self.node: Node | None = None
        self.asked: list[Prefill] = []
        self.arrived: dict[tuple[UUID, int], tuple[Application, Arrival]] = {}
        self.deliveries = 0
        """How many sendings came, repeated ones included."""
        self.letters: list[Letter] = []
        self.claims: list[ClaimedRepresentation] = []
        self.steps: list[Told] = []
        self.refuses: Reason | None = None
        self.loses_answers = 0
        """So many answers are lost after the city has acted."""
        city = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                question = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, body = city.serve(self.path, question)
                if city.loses_answers:
                    city.loses_answers -= 1
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

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self, path: str, token: bytes) -> tuple[int, bytes]:
        """Answer a question as an institution does."""
        node = self.node
        assert node is not None
        acts: dict[str, tuple[Message[Any, Any], Callable[[Any], Any]]] = {
            PREFILL.path: (PREFILL, self._prefill),
            SUBMIT.path: (SUBMIT, self._submit),
            WRITE.path: (WRITE, self._write),
            FOLLOW.path: (FOLLOW, self._follow),
            CLAIM_REPRESENTATION.path: (CLAIM_REPRESENTATION, self._claim),
        }
        message, act = acts[path]
        now = datetime.now(UTC)
        received = None
        try:
            received = wire.receive(node, token, message, receiver=CITY, hop=Hop.PROVIDER, now=now)
            if received.sender != "portal":
                raise Refused(Hop.PROVIDER, Reason.NOT_ENTITLED)
            return 200, wire.answer(node, received, message, act(received.question), now=now)
        except Refused as refused:
            return wire.refuse(node, received, refused.refusal, receiver=CITY, now=now)

    def _prefill(self, question: Prefill) -> Prefilled:
        self.asked.append(question)
        who = question.applicant
        town = who.address.removeprefix("東京都葛飾区")
        return Prefilled(
            known=(
                known("applicant_name", who.name),
                known("applicant_kana", "カクウ　ハナコ"),
                known("applicant_birth", who.birth_date.isoformat()),
                known(
                    "applicant_address",
                    {"municipality": "131229", "postal_code": "1250061", "town": town, "rest": ""},
                ),
                known("lives_in_japan", value=True),
                known("children[0].person", CHILD),
                known("children[0].name", "架空　太郎"),
                known("children[0].birth", "2026-11-10"),
                known("children[0].lives_in_japan", value=True),
                known("children[0].lives_together", value=True),
            ),
            unknown=(UnknownField(path="account", reason="公金受取口座の登録がありません"),),
        )

    def _submit(self, application: Application) -> Arrival:
        self.deliveries += 1
        if self.refuses is not None:
            raise Refused(Hop.PROVIDER, self.refuses)
        digest = statement_digest(application)
        key = (application.application, application.sequence)
        if key in self.arrived:
            before, arrival = self.arrived[key]
            if statement_digest(before) != digest:
                raise Refused(Hop.PROVIDER, Reason.DUPLICATE_REQUEST)
            return arrival
        if application.signature is not None:
            certificate = x509.load_der_x509_certificate(application.signature.certificate)
            public = certificate.public_key()
            assert isinstance(public, rsa.RSAPublicKey)
            public.verify(application.signature.value, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
            holder = read_signature_holder(application.signature.certificate)
            signer = application.proxy or application.applicant
            assert (holder.name, holder.address) == (signer.name, signer.address)
        arrival = Arrival(
            receipt=f"葛飾-{len(self.arrived) + 1:06d}",
            arrived_at=datetime.now(UTC),
            digest=digest.hex(),
            decide_by=DECIDE_BY,
        )
        self.arrived[key] = (application, arrival)
        return arrival

    def _write(self, letter: Letter) -> Acknowledged:
        if letter.letter not in {each.letter for each in self.letters}:
            self.letters.append(letter)
        return Acknowledged(count=1)

    def _follow(self, question: Follow) -> Followed:
        wanted = {each.application: each.known for each in question.applications}
        return Followed(
            steps=tuple(
                step
                for step in self.steps
                if step.application in wanted and step.number > wanted[step.application]
            )
        )

    def _claim(self, question: ClaimedRepresentation) -> Acknowledged:
        self.claims.append(question)
        return Acknowledged(count=1)

    # --- what the city does of its own

    def decide(self, decided: DecidedRepresentation, *, sender: str = CITY) -> int:
        """Tell the portal what became of a claim, signed. Raises Refused."""
        return self._call(DECIDE_REPRESENTATION, decided, sender).count

    def step(self, application: UUID, step: Step, **more: Any) -> Told:
        """The next step of an application, told later."""
        told = Told(
            application=application,
            number=1 + sum(each.application == application for each in self.steps),
            step=step,
            at=datetime.now(UTC),
            holder="葛飾区 子育て支援課",
            **more,
        )
        self.steps.append(told)
        return told

    def letter(self, application: UUID, *, of: UUID | None = None) -> bytes:
        """The notice of a decision; `of`: by a fault that of another application."""
        about = of or application
        who = self.arrived[application, 0][0].applicant
        subject = subject_of(about, name=who.name, birth=who.birth_date, sex=who.sex)
        words = (Words("次のとおり認定しました。"),)
        return write(Paper(title="決定通知書", mark=Mark(about, subject), to=who.name, blocks=words))

    def tell(self, *steps: Told, sender: str = CITY) -> int:
        """Tell the portal, signed. Raises Refused."""
        return self._call(TELL, Tell(steps=steps), sender).count

    def take_draft(self, code: str, *, sender: str = CITY) -> Draft:
        """Take a draft at the counter. Raises Refused."""
        return self._call(TAKE_DRAFT, TakeDraft(code=code, clerk="子育て支援課 田中"), sender)

    def return_draft(self, draft: Draft, answers: bytes, *, sender: str = CITY) -> int:
        """Hand a draft back with these answers. Raises Refused."""
        question = ReturnDraft(
            application=draft.application, taking=draft.taking, answers=answers, clerk="子育て支援課 田中"
        )
        return self._call(RETURN_DRAFT, question, sender).count

    def hand_in(
        self, draft: Draft, answers: bytes, *, certificate: str = "", sender: str = CITY, **changes: Any
    ) -> bool:
        """Tell that it was handed in at the counter; whether somebody follows it. Raises Refused."""
        at = datetime.now(UTC)
        arrival = Arrival(receipt="2026-CAC-000777", arrived_at=at, digest="77" * 32, decide_by=DECIDE_BY)
        question = HandedIn(
            application=draft.application,
            sequence=draft.sequence,
            form=draft.form,
            taking=draft.taking,
            certificate=certificate,
            applicant=draft.applicant,
            answers=answers,
            sent_at=at - timedelta(minutes=3),
            arrival=arrival,
            clerk="子育て支援課 田中",
        )
        return self._call(HANDED_IN, msgspec.structs.replace(question, **changes), sender).known

    def _call(self, message: Message[Q, A], question: Q, sender: str) -> A:
        assert self.node is not None
        return wire.call(
            self.node,
            message,
            question,
            sender=sender,
            receiver="portal",
            hop=Hop.PROVIDER,
            now=partial(datetime.now, UTC),
        )

    @staticmethod
    def in_days(days: int) -> date:
        """A day from now."""
        return datetime.now(UTC).date() + timedelta(days=days)


OTHER_CITY = FORMER_CITY
