"""The Digital Agency with a J-LIS that runs: roots and lists are really asked for, and the card's certificate is of J-LIS's CA."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from mynumber.foundation.documents import SignatureCard
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import SIGNATURE, CertificateAuthority
from mynumber.foundation.smartcard import Card, CardKey, CardPins, personalise
from mynumber.platform.databases import InstitutionDatabase
from mynumber.protocols import wire
from mynumber.protocols.certification import QUERY_TRUST, Purpose, TrustQuery
from mynumber.protocols.refusal import Hop
from mynumber.webkit import messages
from tests.support.directory import NOWHERE, Systems, make_systems
from tests.support.exchange import Server
from tests.support.ports import free_port
from tests.support.signing import HOLDER, PASSWORD, TOWN, rsa_key

PUBLIC = "http://digital-agency.localhost:8000"


@dataclass(slots=True)
class House:
    """J-LIS as a process; the agency is this process or a server of its own."""

    systems: Systems
    jlis: Server
    database: InstitutionDatabase
    environment: Mapping[str, str]
    card: SignatureCard
    """Somebody's, with a certificate of J-LIS's signature CA."""

    @contextmanager
    def away(self) -> Iterator[None]:
        """J-LIS cannot be reached until the end of the block."""
        self.systems.moved({"jlis": NOWHERE})
        messages.this_node.cache_clear()
        try:
            yield
        finally:
            self.systems.moved({})
            messages.this_node.cache_clear()


@contextmanager
def running_house(folder: Path, institution_database: Callable[..., InstitutionDatabase]) -> Iterator[House]:
    """Start J-LIS, make a card, stop it at the end."""
    port = free_port()
    systems = make_systems(folder, "jlis", "digital_agency", urls={"jlis": f"http://127.0.0.1:{port}"})
    environment = {
        **systems.environment("jlis"),
        "DATABASE_URL": institution_database("jlis", migrated=True).url,
        "MYNUMBER_PUBLIC_URL": "http://jlis.localhost:8000",
    }
    manage("jlis", environment, "create_ca")
    jlis = Server("jlis", port, environment, folder / "jlis.log", granian("jlis", port))
    jlis.start()
    try:
        yield House(
            systems,
            jlis,
            institution_database("digital_agency", migrated=True),
            {**systems.environment("digital_agency"), "MYNUMBER_PUBLIC_URL": PUBLIC},
            _card(systems),
        )
    finally:
        jlis.stop()


def _card(systems: Systems) -> SignatureCard:
    """A card with a certificate by the key that J-LIS keeps in its ring."""
    trust = wire.call(
        systems.node("digital_agency"),
        QUERY_TRUST,
        TrustQuery(purpose=Purpose.SIGNATURE),
        sender="digital_agency",
        receiver="jlis",
        hop=Hop.JLIS,
        now=partial(datetime.now, UTC),
    )
    ring = KeyRing.open(systems.keys("jlis"))
    authority = CertificateAuthority.load(
        certificate=trust.roots[0], key_pem=ring.pem("ca-signature"), profile=SIGNATURE
    )
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = authority.issue_signature(
        rsa_key(4).public_key(),
        holder=HOLDER,
        municipality=TOWN,
        common_name="20261122000000001",
        serial=0x5157A02,
        issued_at=now,
        expires_on=date(now.year + 4, 5, 3),
    )
    state = personalise(
        card_serial="123456789012345",
        authentication=CardKey(rsa_key(4), certificate, authority.certificate_der()),
        signature=CardKey(rsa_key(4), certificate, authority.certificate_der()),
        pins=CardPins(signature=PASSWORD),
    )
    return SignatureCard.unlock(Card(state), PASSWORD)


def granian(name: str, port: int) -> tuple[str, ...]:
    """The command that serves an institution."""
    return (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--http", "1"),
        *("--log-level", "warning", f"mynumber.institutions.{name}.wsgi:application"),
    )


def manage(name: str, environment: Mapping[str, str], *command: str) -> None:
    """Run a management command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "mynumber.webkit.manage", name, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
