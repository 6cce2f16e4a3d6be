"""A network core and a gateway as real processes on real databases, for tests of exchanges.

Two cities, the pension service and the digital agency are members. The test plays the members' own systems, J-LIS and the portal: it signs
with their keys and sends over HTTP.
"""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.law import InformationKind, InstitutionKind
from mynumber.foundation.tlog import LogSigner
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.acquisition import (
    ISSUE_CODES,
    OPEN_ACQUISITION,
    CodeRequestResults,
    IssueCodes,
    IssueItem,
    OpenAcquisition,
)
from mynumber.protocols.copies import REGISTER_COPIES, CopiesRegistered, Copy, RegisterCopies
from mynumber.protocols.exchange import (
    ASK,
    PRESENT_SHEET,
    REQUEST_PERMITS,
    Inquiries,
    Inquiry,
    InquiryResult,
    PermitAnswer,
    PermitRequests,
    RequestedPermit,
    SheetPresentation,
)
from mynumber.protocols.facts import LocalTaxFact, PensionBenefitFact, PensionBenefitsFact
from mynumber.protocols.message import Message
from mynumber.protocols.node import Node
from mynumber.protocols.permits import permit_digest
from mynumber.protocols.refusal import Hop, Reason, Refused
from tests.support.directory import Systems, make_systems
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS

CITY, FORMER_CITY = "municipality.131229", "municipality.272124"
PENSION, AGENCY = "pension_service", "digital_agency"
MEMBERS = (CITY, FORMER_CITY, PENSION, AGENCY)
ALLOWANCE = "81-1"
"""児童扶養手当の支給に関する事務."""
KINDS: dict[str, tuple[str, ...]] = {
    CITY: (InstitutionKind.MUNICIPALITY.value, InstitutionKind.CITY.value),
    FORMER_CITY: (InstitutionKind.MUNICIPALITY.value, InstitutionKind.CITY.value),
    PENSION: (InstitutionKind.PENSION_SERVICE.value, InstitutionKind.PUBLIC_PENSION_PAYER.value),
    AGENCY: (InstitutionKind.PRIME_MINISTER.value,),
}

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)


def uvicorn_command(name: str, port: int) -> tuple[str, ...]:
    """How the platform serves an institution's messages."""
    return (
        *(sys.executable, "-m", "uvicorn", f"mynumber.institutions.{name}.api:app"),
        *("--port", str(port), "--loop", "uvloop", "--http", "httptools"),
        *("--log-level", "warning", "--no-access-log"),
    )


@dataclass(slots=True)
class Server:
    """One ASGI process of an institution; it can be killed and started again on the same port and database."""

    name: str
    port: int
    environment: Mapping[str, str]
    log: Path
    command: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """As a machine that stands still: nothing is closed, nothing goes on."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        if self.process is None:
            raise RuntimeError(f"{self.name} does not run")
        self.process.send_signal(what)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=PATIENCE_SECONDS)


@dataclass(frozen=True, slots=True)
class Granted:
    """One permit that the core gave, with the sheet it is in."""

    request_id: UUID
    sheet: str
    provision: str
    permitted_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 (hex) by which all records name it."""
        return permit_digest(envelope.digest(self.sheet.encode()), self.request_id).hex()


@dataclass(slots=True)
class Exchange:
    """The running pair, and the keys of everybody who talks to it."""

    systems: Systems
    network: Server
    gateway: Server
    network_database: InstitutionDatabase
    gateway_database: InstitutionDatabase
    cores: Mapping[str, Server] = field(default_factory=dict)
    """All cores by id, the first one too."""
    core_databases: Mapping[str, InstitutionDatabase] = field(default_factory=dict)
    _nodes: dict[str, Node] = field(default_factory=dict)

    def node(self, system: str) -> Node:
        institution = system.partition(".")[0]
        if institution not in self._nodes:
            self._nodes[institution] = self.systems.node(institution)
        return self._nodes[institution]

    @property
    def vkey(self) -> str:
        return LogSigner.from_bytes(self.node("network").keyring.secret("log")).vkey

    def call(self, message: Message[Q, A], question: Q, *, sender: str, receiver: str) -> A:
        """Send a really signed message and read the answer. Raises Refused."""
        return wire.call(
            self.node(sender),
            message,
            question,
            sender=sender,
            receiver=receiver,
            hop=Hop.INQUIRER_GATEWAY,
            now=lambda: datetime.now(UTC),
        )

    def send(self, receiver: str, message_name: str, token: bytes) -> tuple[int, bytes]:
        """Send raw bytes as a message; status and body of what comes back."""
        server = self.gateway if receiver.startswith("gateway") else self.network
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        prefix = f"/{receiver}" if receiver.startswith("gateway") else ""
        connection.request(
            "POST",
            f"{prefix}/messages/{message_name}",
            body=token,
            headers={"Content-Type": wire.CONTENT_TYPE},
        )
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def home(self, member: str) -> str:
        """The core at which a member is at home."""
        return self.node("network").directory.core_of(member)

    def give_codes(self, people: Mapping[str, Mapping[str, str]], *, anew: bool = False) -> None:
        """Acquire codes: ``people`` is resident code -> {member: addressee}. The test stands in for J-LIS only as the sender."""
        for member in {member for holders in people.values() for member in holders}:
            held = {holders[member]: code for code, holders in people.items() if member in holders}
            addressees = tuple(held)
            for start in range(0, len(addressees), 1000):
                numbers = self.call(
                    OPEN_ACQUISITION,
                    OpenAcquisition(addressees=addressees[start : start + 1000], anew=anew),
                    sender=member,
                    receiver=f"gateway.{member}",
                )
                self.issue(member, {item.number: held[item.addressee] for item in numbers.numbers})

    def issue(self, member: str, numbers: Mapping[str, str]) -> CodeRequestResults:
        return self.call(
            ISSUE_CODES,
            IssueCodes(
                member=member,
                items=tuple(IssueItem(number=n, resident_code=code) for n, code in numbers.items()),
            ),
            sender="jlis",
            receiver=self.home(member),
        )

    def register(
        self, member: str, addressee: str, information: InformationKind, fact: msgspec.Struct
    ) -> CopiesRegistered:
        return self.call(
            REGISTER_COPIES,
            RegisterCopies(
                copies=(
                    Copy(
                        addressee=addressee,
                        information=information.value,
                        as_of=datetime.now(UTC),
                        fact=msgspec.Raw(msgspec.json.encode(fact)),
                    ),
                )
            ),
            sender=member,
            receiver=f"gateway.{member}",
        )

    def ask(self, *inquiries: Inquiry, member: str = CITY) -> tuple[InquiryResult, ...]:
        """Ask in one message; a result for each inquiry, also where it was refused."""
        return self.call(
            ASK, Inquiries(inquiries=inquiries), sender=member, receiver=f"gateway.{member}"
        ).results

    def inquire(
        self,
        addressee: str,
        *,
        member: str = CITY,
        affair: str = ALLOWANCE,
        provider: str = FORMER_CITY,
        information: str = InformationKind.LOCAL_TAX.value,
        request_id: UUID | None = None,
        non_disclosure: bool = False,
    ) -> InquiryResult:
        """Ask one thing. Raises Refused, also when the inquiry stays open for a reason."""
        inquiry = inquiry_of(
            addressee,
            affair=affair,
            provider=provider,
            information=information,
            request_id=request_id,
            non_disclosure=non_disclosure,
        )
        (result,) = self.ask(inquiry, member=member)
        if result.reason is not None and result.hop is not None:
            raise Refused(result.hop, result.reason)
        return result

    def request_permit(
        self, request: RequestedPermit, *, inquirer: str = CITY, sender: str = f"gateway.{CITY}"
    ) -> Granted:
        """What an inquirer's gateway asks the core, by itself. Raises Refused."""
        decisions = self.call(
            REQUEST_PERMITS,
            PermitRequests(inquirer=inquirer, requests=(request,)),
            sender=sender,
            receiver=self.home(inquirer),
        )
        (decision,) = decisions.decisions
        if decision.reason is not None:
            raise Refused(Hop.NETWORK, decision.reason)
        assert decision.sheet == 0
        assert decision.provision is not None
        return Granted(request.request_id, decisions.sheets[0], decision.provision, decisions.decided_at)

    def present(
        self, sheet: str, *, sender: str = f"gateway.{CITY}", receiver: str = f"gateway.{FORMER_CITY}"
    ) -> PermitAnswer:
        """Present a sheet of one permit, by itself. Raises Refused."""
        answer = self.call(PRESENT_SHEET, SheetPresentation(sheet=sheet), sender=sender, receiver=receiver)
        (one,) = answer.answers
        if one.reason is not None:
            raise Refused(Hop.PROVIDER_GATEWAY, one.reason)
        return one

    def code_of(self, member: str, person: str) -> str:
        """The code of a member for a resident code, which only the network can make."""
        return (
            CodeKeys.from_bytes(self.node("network").keyring.secret("codes")).issue(member, person).to_text()
        )

    def refusal(self, act: Callable[[], object]) -> tuple[Hop, Reason]:
        """The refusal that an act ends in."""
        try:
            act()
        except Refused as refused:
            return refused.hop, refused.reason
        raise AssertionError("nothing refused it")


def inquiry_of(
    addressee: str,
    *,
    affair: str = ALLOWANCE,
    provider: str = FORMER_CITY,
    information: str = InformationKind.LOCAL_TAX.value,
    request_id: UUID | None = None,
    non_disclosure: bool = False,
) -> Inquiry:
    """What the city asks its former city for the allowance, unless said otherwise."""
    return Inquiry(
        request_id=request_id or uuid4(),
        addressee=addressee,
        affair=affair,
        provider=provider,
        information=information,
        organisation="子育て支援課",
        non_disclosure=non_disclosure,
    )


TAX = LocalTaxFact(fiscal_year=2026, total_income=1_234_567, income_levy=41_000, dependants=2)
PENSIONS = PensionBenefitsFact(
    benefits=(
        PensionBenefitFact(
            kind="遺族基礎年金", annual_amount=816_000, paid_since=datetime(2024, 4, 15, tzinfo=UTC).date()
        ),
    )
)


def resident_code() -> str:
    return f"{secrets.randbelow(10**11):011d}"


@contextmanager
def running_exchange(
    folder: Path,
    institution_database: Callable[..., InstitutionDatabase],
    *,
    command: Callable[[str, int], tuple[str, ...]] = uvicorn_command,
    elsewhere: Mapping[str, str] | None = None,
    blind: str | None = None,
    homes: Mapping[str, str] | None = None,
) -> Iterator[Exchange]:
    """Start both processes on fresh databases and stop them at the end. ``command`` serves (institution, port).

    ``elsewhere`` gives systems addresses of the test's own. ``blind``: the members that ask and answer blindly, at a core that takes it.
    ``homes``: member -> another core at which it is at home, which runs on a database of its own.
    """
    homes = homes or {}
    cores = ("network", *sorted(set(homes.values())))
    ports = {name: free_port() for name in (*cores, "gateway")}
    gateways = tuple(f"gateway.{member}" for member in MEMBERS)
    systems = make_systems(
        folder,
        *MEMBERS,
        *gateways,
        *cores,
        *("jlis", "portal", "commission"),
        blind=blind is not None,
        urls={
            **{core: f"http://127.0.0.1:{ports[core]}" for core in cores},
            **{gateway: f"http://127.0.0.1:{ports['gateway']}/{gateway}" for gateway in gateways},
            **(elsewhere or {}),
        },
        kinds={**KINDS, **{f"gateway.{member}": kinds for member, kinds in KINDS.items()}},
        cores={member: (core,) for member, core in homes.items()},
    )
    codes = CodeKeys.generate().to_bytes()
    for core in cores:
        ring = systems.node(core).keyring
        ring.add_secret("codes", codes)
        ring.add_secret(
            "log", LogSigner.generate(f"test.invalid/{core.replace('network', 'log')}").to_bytes()
        )
    databases = {
        **{core: institution_database("network", migrated=True) for core in cores},
        "gateway": institution_database(
            "gateway", tenants=tuple(member.replace(".", "_") for member in MEMBERS), migrated=True
        ),
    }
    switches = {} if blind is None else {"MYNUMBER_NETWORK_BLIND": "1", "MYNUMBER_GATEWAY_BLIND": blind}
    servers = {
        name: Server(
            name,
            ports[name],
            {**systems.environment(name), "DATABASE_URL": databases[name].url, **switches},
            folder / f"{name}.log",
            command(name.partition(".")[0], ports[name]),
        )
        for name in ports
    }
    try:
        for server in servers.values():
            server.start()
        yield Exchange(
            systems,
            servers["network"],
            servers["gateway"],
            databases["network"],
            databases["gateway"],
            {core: servers[core] for core in cores},
            {core: databases[core] for core in cores},
        )
    finally:
        for server in servers.values():
            server.stop()
