"""The stage: the kit as network, as other gateway and as the member, around the gateway under test."""

from __future__ import annotations

import http.client
import queue
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec

from mynumber.conformance.checks import Failed
from mynumber.conformance.world import GATEWAY, NETWORK, OTHER, OTHER_GATEWAY, VENDOR, World
from mynumber.foundation import envelope
from mynumber.foundation.envelope import SigningKey
from mynumber.foundation.facts import layout_named, sample
from mynumber.foundation.law import InformationKind
from mynumber.protocols import wire
from mynumber.protocols.acquisition import (
    DELIVER_CODES,
    OPEN_ACQUISITION,
    DeliverCodes,
    DeliveredCode,
    OpenAcquisition,
)
from mynumber.protocols.exchange import (
    NOTIFY,
    PERMIT_VALIDITY,
    PRESENT_SHEET,
    QUERY_STATUS,
    REQUEST_PERMITS,
    SHEET_KIND,
    SHEET_LIFETIME,
    WITHDRAW,
    Acknowledged,
    FactSheet,
    Notice,
    Outcome,
    Permit,
    PermitAnswer,
    PermitDecision,
    PermitDecisions,
    PermitRequests,
    PermitSheet,
    SheetAnswer,
    SheetPresentation,
    Statuses,
    Withdrawn,
)
from mynumber.protocols.message import Message
from mynumber.protocols.permits import presented, read_sheet, seal_codes, seal_facts
from mynumber.protocols.refusal import Hop, Reason, Refused

TAX: Final = InformationKind.LOCAL_TAX.value
AFFAIR: Final = "81-1"
PROVISION: Final = "81-1-1"
ORGANISATION: Final = "検証課"
FISCAL_YEAR: Final = 2026
PERIOD: Final = f"fy{FISCAL_YEAR}"


def fact_of_year(year: int, seed: int = 1) -> dict[str, Any]:
    """Local tax of a fiscal year."""
    return sample(layout_named("local_tax"), seed=seed) | {"fiscal_year": year}


FACT: Final = fact_of_year(FISCAL_YEAR)
NOTICE_SECONDS: Final = 30.0
"""How long notices of provision may take."""
_ANSWER_SECONDS: Final = 40.0

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of whom both sides have a code."""

    addressee: str
    resident_code: str = field(repr=False)
    code: str = field(repr=False)
    """The code of the institution under test."""
    others_code: str = field(repr=False)


Decide = Callable[["Stage", wire.Received[PermitRequests]], "PermitDecisions | Reason | None"]
"""The network's word on permit requests: decisions, a refusal of the whole message, or None: the connection breaks."""
Answering = Callable[["Stage", "Asked"], "SheetAnswer | bytes | Reason | None"]
"""What the other side does with a presentation: an answer that is signed, raw bytes, a refusal, or None: the connection breaks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A presentation as the other side received it."""

    received: wire.Received[SheetPresentation]
    sheet: PermitSheet
    digest: bytes
    permits: tuple[Permit, ...]

    def answer(self, *answers: PermitAnswer, sealed: str | None = None) -> SheetAnswer:
        """These answers, bound to the sheet."""
        return SheetAnswer(sheet_digest=self.digest.hex(), answers=answers, sealed_facts=sealed)

    def all(self, outcome: Outcome, sealed: str | None = None, **more: Any) -> SheetAnswer:
        """The same word about every permit."""
        one = PermitAnswer(outcome=outcome, at=now(), **more)
        return self.answer(*(one for _ in self.permits), sealed=sealed)


class Stage:
    """The kit while checks run. ``decide`` and ``answering`` are what network and other side do now; checks put others in their place."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.node = world.node
        self.decide: Decide = grant
        self.answering: Answering = provide
        self.requests: list[wire.Received[PermitRequests]] = []
        self.presentations: list[Asked] = []
        self.notices: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self._told: dict[tuple[str, UUID], Notice] = {}
        self._connections: set[socket.socket] = set()
        self._server = self._serve()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in list(
            self._connections
        ):  # kept ones would still be answered by this stage when another plays
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """An honest network and an honest other side again."""
        self.decide, self.answering = grant, provide
        self.requests, self.presentations = [], []

    # --- asking the gateway under test

    def call(self, message: Message[Q, A], question: Q, *, sender: str, at: datetime | None = None) -> A:
        """Ask the gateway under test as somebody. Raises Refused, Failed for an answer that is none."""
        outgoing = self.prepare(message, question, sender=sender, at=at)
        status, body = self.post(message.path, outgoing.token)
        try:
            return wire.conclude(self.node, outgoing, status, body, hop=Hop.INQUIRER_GATEWAY, now=now())
        except Refused as no:
            if (
                not no.is_signed
                and no.reason in (Reason.UNREACHABLE, Reason.ANSWER_NOT_BOUND)
                and not (body.startswith(b"{"))
            ):
                raise Failed(
                    f"HTTP {status} with something that is no message ({no.refusal.detail})"
                ) from None
            raise

    def prepare(
        self, message: Message[Q, A], question: Q, *, sender: str, at: datetime | None = None
    ) -> wire.Outgoing[Q, A]:
        """A signed question to the gateway under test."""
        return wire.prepare(
            self.node, message, question, sender=sender, receiver=GATEWAY, hop=Hop.NETWORK, now=at or now()
        )

    def post(self, path: str, body: bytes, *, method: str = "POST") -> tuple[int, bytes]:
        """Send bytes; status and body. Raises Failed when nobody answers."""
        parts = urlsplit(self.world.config.gateway)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port or 80, timeout=_ANSWER_SECONDS
        )
        try:
            connection.request(
                method, parts.path + path, body=body, headers={"Content-Type": wire.CONTENT_TYPE}
            )
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"no answer from {self.world.config.gateway}: {type(error).__name__}") from None
        finally:
            connection.close()

    def reason_of(self, status: int, body: bytes) -> Reason:
        """The reason of a refusal, signed or plain. Raises Failed when it is none."""
        try:
            if body.startswith(b"{"):
                return Reason(msgspec.json.decode(body)["refusal"]["reason"])
            payload = msgspec.json.decode(wire.from_text(body.split(b".")[1].decode()))
            return Reason(payload["body"]["reason"])
        except (ValueError, KeyError, IndexError, TypeError, envelope.EnvelopeRefused, msgspec.MsgspecError):
            raise Failed(f"HTTP {status} that names no reason") from None

    # --- people

    def person(self) -> Person:
        """Somebody new: the gateway under test is given its code for them. Raises Refused where it does not take it."""
        addressee, resident = f"A{secrets.token_hex(6)}", f"{secrets.randbelow(10**11):011d}"
        code = self.code(VENDOR, resident)
        opened = self.call(OPEN_ACQUISITION, OpenAcquisition(addressees=(addressee,)), sender=VENDOR)
        if not opened.numbers:
            raise Failed("acquisition-open.v1 gave no number for a new addressee")
        delivered = DeliveredCode(number=opened.numbers[0].number, code=code)
        self.call(DELIVER_CODES, DeliverCodes(codes=(delivered,)), sender=NETWORK)
        return Person(addressee, resident, code, self.code(OTHER, resident))

    def code(self, member: str, resident_code: str) -> str:
        """A member's code for a person, which only the network can make."""
        return self.world.codes.issue(member, resident_code).to_text()

    # --- sheets

    def sheet(
        self,
        codes: Sequence[str],
        *,
        request_ids: Sequence[UUID] | None = None,
        bound_to: Sequence[UUID] | None = None,
        signer: str = NETWORK,
        key: SigningKey | None = None,
        audience: str = GATEWAY,
        kind: str = SHEET_KIND,
        **changes: Any,
    ) -> str:
        """A permit sheet for the gateway under test, one permit a code; changes break a rule."""
        at, ids = now(), request_ids or [uuid4() for _ in codes]
        body = PermitSheet(
            presenter=OTHER_GATEWAY,
            inquirer=OTHER,
            provider=VENDOR,
            requested_at=at,
            valid_until=at + PERMIT_VALIDITY,
            request_digest="0" * 64,
            permits=tuple(permit(one, place) for place, one in enumerate(ids)),
            sealed_codes=seal_codes(codes, bound_to or ids, to=self.node.directory.seal_key(GATEWAY)),
        )
        return envelope.sign(
            msgspec.structs.replace(body, **changes),
            key=key or self.node.signing_key(signer),
            issuer=signer,
            audience=audience,
            kind=kind,
            now=at,
            lifetime=SHEET_LIFETIME,
            max_lifetime=SHEET_LIFETIME,
        ).decode()

    # --- notices

    def notice(self, side: str, request_id: UUID) -> Notice:
        """The notice of an exchange's end, waited for. Raises Failed when it does not come."""
        deadline = now() + timedelta(seconds=NOTICE_SECONDS)
        while (side, request_id) not in self._told:
            try:
                found = self.notices.get(timeout=max((deadline - now()).total_seconds(), 0.001))
            except queue.Empty:
                raise Failed(f"no notice of provision came within {NOTICE_SECONDS:.0f} s") from None
            self._told[found.side, found.request_id] = found
        return self._told[side, request_id]

    # --- listening

    def _serve(self) -> ThreadingHTTPServer:
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                """Remember the connection."""
                super().setup()
                stage._connections.add(self.connection)

            def finish(self) -> None:
                """Forget it."""
                stage._connections.discard(self.connection)
                super().finish()

            def do_POST(self) -> None:
                """A message to the network or to the other side."""
                token = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, body = stage.heard(self.path, token)
                if body is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", wire.CONTENT_TYPE)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", self.world.config.port), Handler)
        server.daemon_threads = True
        return server

    def heard(self, path: str, token: bytes) -> tuple[int, bytes | None]:
        """Answer what the gateway under test asks the network or the other side."""
        receiver = path.partition("/messages/")[0].strip("/") or NETWORK
        name = path.partition("/messages/")[2]
        found = _HEARD.get((receiver, name))
        if found is None:
            refusal = Refused(Hop.NETWORK, Reason.NOT_ENTITLED, "the kit does not play this").refusal
            return wire.refuse(self.node, None, refusal, receiver=receiver, now=now())
        message, answer = found
        received: wire.Received[Any] | None = None
        try:
            received = wire.receive(self.node, token, message, receiver=receiver, hop=Hop.NETWORK, now=now())
            told = answer(self, received)
        except Refused as no:
            return wire.refuse(self.node, received, no.refusal, receiver=receiver, now=now())
        if isinstance(told, Reason):
            return wire.refuse(
                self.node, received, Refused(Hop.PROVIDER_GATEWAY, told).refusal, receiver=receiver, now=now()
            )
        if told is None or isinstance(told, bytes):
            return 200, told
        return 200, wire.answer(self.node, received, message, told, now=now())


def permit(request_id: UUID, code: int = 0, **changes: Any) -> Permit:
    """A permit for local tax."""
    made = Permit(
        request_id=request_id,
        affair=AFFAIR,
        provision=PROVISION,
        information=TAX,
        organisation=ORGANISATION,
        non_disclosure=False,
        code=code,
    )
    return msgspec.structs.replace(made, **changes)


def other_signature(token: bytes) -> bytes:
    """The same token with the other signature that anybody can make of it: (r, n - s)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, _, text = token.decode().rpartition(".")
    raw = wire.from_text(text)
    s = order - int.from_bytes(raw[32:], "big")
    return f"{head}.{wire.to_text(raw[:32] + s.to_bytes(32, 'big'))}".encode()


# --- what an honest network and an honest provider do ------------------------------------------------------------------------


def grant(
    stage: Stage, received: wire.Received[PermitRequests], refuse: Mapping[UUID, Reason] | None = None
) -> PermitDecisions:
    """A sheet for the other side with a permit for each request, but those that are to be refused."""
    asked, at, no = received.question, now(), refuse or {}
    granted = [one for one in asked.requests if one.request_id not in no]
    sheets: tuple[str, ...] = ()
    if granted:
        body = PermitSheet(
            presenter=received.sender,
            inquirer=asked.inquirer,
            provider=OTHER,
            requested_at=at,
            valid_until=at + PERMIT_VALIDITY,
            request_digest=envelope.digest(received.token).hex(),
            permits=tuple(
                permit(
                    one.request_id,
                    place,
                    affair=one.affair,
                    information=one.information,
                    organisation=one.organisation,
                    periods=one.periods,
                    non_disclosure=one.non_disclosure,
                )
                for place, one in enumerate(granted)
            ),
            sealed_codes=seal_codes(
                [one.code for one in granted],
                [one.request_id for one in granted],
                to=stage.node.directory.seal_key(OTHER_GATEWAY),
            ),
        )
        token = envelope.sign(
            body,
            key=stage.node.signing_key(NETWORK),
            issuer=NETWORK,
            audience=OTHER_GATEWAY,
            kind=SHEET_KIND,
            now=at,
            lifetime=SHEET_LIFETIME,
            max_lifetime=SHEET_LIFETIME,
        )
        sheets = (token.decode(),)
    return PermitDecisions(
        decisions=tuple(
            PermitDecision(request_id=one.request_id, reason=no[one.request_id])
            if one.request_id in no
            else PermitDecision(request_id=one.request_id, sheet=0, provision=PROVISION)
            for one in asked.requests
        ),
        sheets=sheets,
        decided_at=at,
        valid_until=at + PERMIT_VALIDITY,
    )


def facts(
    stage: Stage, asked: Asked, permits: Iterable[Permit], *, to: str = GATEWAY, **changes: Any
) -> str | None:
    """The fact about each permit, or of each fiscal year that it names, sealed to the inquirer's gateway."""
    sheets = [
        msgspec.structs.replace(
            FactSheet(
                information=one.information,
                period=period,
                as_of=now(),
                fact=msgspec.Raw(msgspec.json.encode(fact_of_year(int(period.removeprefix("fy"))))),
            ),
            **changes,
        )
        for one in permits
        for period in one.periods or (PERIOD,)
    ]
    return seal_facts(sheets, to=stage.node.directory.seal_key(to), sheet_digest=asked.digest)


def provide(stage: Stage, asked: Asked) -> SheetAnswer:
    """The fact about everybody."""
    return asked.all(Outcome.PROVIDED, facts(stage, asked, asked.permits))


def _decided(stage: Stage, received: wire.Received[PermitRequests]) -> PermitDecisions | Reason | None:
    stage.requests.append(received)
    return stage.decide(stage, received)


def _presented(
    stage: Stage, received: wire.Received[SheetPresentation]
) -> SheetAnswer | bytes | Reason | None:
    read = read_sheet(
        received.question.sheet,
        directory=stage.node.directory,
        presenter=received.sender,
        receiver=OTHER_GATEWAY,
        now=now(),
    )
    asked = Asked(received, read.body, read.digest, presented(read.body, received.question.only))
    stage.presentations.append(asked)
    return stage.answering(stage, asked)


def _notified(stage: Stage, received: wire.Received[Any]) -> Acknowledged:
    for one in received.question.notices:
        stage.notices.put(one)
    return Acknowledged(count=len(received.question.notices))


_HEARD: Final[dict[tuple[str, str], tuple[Message[Any, Any], Callable[[Stage, wire.Received[Any]], Any]]]] = {
    (NETWORK, REQUEST_PERMITS.name): (REQUEST_PERMITS, _decided),
    (NETWORK, NOTIFY.name): (NOTIFY, _notified),
    (NETWORK, QUERY_STATUS.name): (QUERY_STATUS, lambda _stage, _received: Statuses(statuses=())),
    (OTHER_GATEWAY, PRESENT_SHEET.name): (PRESENT_SHEET, _presented),
    (OTHER_GATEWAY, WITHDRAW.name): (
        WITHDRAW,
        lambda _stage, _received: Withdrawn(outcome=Outcome.ABANDONED),
    ),
}
"""What the kit answers: (receiver, kind) -> message and answer."""
