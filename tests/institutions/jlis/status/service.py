"""The status service as a real process on a real database, with CAs, certificates and verifiers that the test puts there."""

from __future__ import annotations

import http.client
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.pki import AUTHENTICATION, CertificateAuthority, HierarchyProfile, serial_text
from mynumber.institutions.jlis.certification.words import CertificateReason, StoredState
from mynumber.platform.databases import InstitutionDatabase
from tests.support.exchange import Server, uvicorn_command
from tests.support.ports import free_port
from tests.support.waiting import PATIENCE_SECONDS, eventually

KATSUSHIKA = "131229"
"""On whose list the certificates of these tests stand."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Service:
    """The running service and what stands behind it."""

    database: InstitutionDatabase
    keyring: KeyRing
    server: Server
    folder: Path
    authorities: dict[str, CertificateAuthority] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    _connection: psycopg.Connection[tuple[object, ...]] | None = None

    @classmethod
    def make(cls, folder: Path, database: InstitutionDatabase) -> Service:
        """Not started yet, without CA or verifier."""
        keyring = KeyRing.create(folder / "keys")
        keyring.add_secret("django")
        environment = {
            "MYNUMBER_INSTITUTION": "jlis",
            "MYNUMBER_KEYS": str(folder / "keys"),
            "DJANGO_SETTINGS_MODULE": "mynumber.institutions.jlis.settings",
            "DATABASE_URL": database.url,
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        }
        port = free_port()
        command = uvicorn_command("jlis", port)
        return cls(database, keyring, Server("jlis", port, environment, folder / "log", command), folder)

    # --- what stands in the database ----------------------------------------------------------------------------------

    @property
    def tables(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the owner of the tables."""
        if self._connection is None:
            self._connection = psycopg.connect(self.database.owner_url, autocommit=True)
        return self._connection

    def start(self) -> None:
        """Start, and wait until it answers for the CAs there are: it has its certificates made by itself."""
        self.server.start()
        if self.authorities:
            eventually(lambda: self.missing() == [])

    def missing(self) -> list[str]:
        """What the service says it cannot answer yet."""
        found: list[str] = msgspec.json.decode(self.ask("GET", "/readyz").body)["missing"]
        return found

    def close(self) -> None:
        """Stop everything."""
        self.server.stop()
        if self._connection is not None:
            self._connection.close()

    def add_authority(self, profile: HierarchyProfile = AUTHENTICATION) -> CertificateAuthority:
        """The next generation of a CA; `authorities` keeps the newest of each kind."""
        kind = profile.purpose.value
        made = CertificateAuthority.create(now=datetime.now(UTC) - timedelta(days=1), profile=profile)
        self.keyring.add_pem(f"ca-{kind}", made.key_pem())
        self.tables.execute(
            """
            INSERT INTO jlis_certification_rootcertificate
                (hierarchy, generation, certificate, not_before, not_after, token_label)
            VALUES (%s, %s, %s, %s, %s, '')
            """,
            [
                kind,
                self.generation(kind),
                made.certificate_der(),
                made.certificate.not_valid_before_utc,
                made.certificate.not_valid_after_utc,
            ],
        )
        self.authorities[kind] = made
        return made

    def root(self, kind: str = "authentication") -> Path:
        """The newest CA certificate as a PEM file."""
        path = self.folder / f"{kind}.pem"
        path.write_bytes(self.authorities[kind].certificate.public_bytes(Encoding.PEM))
        return path

    def add_verifier(self, name: str, *purposes: str) -> str:
        """Register a verifier; returns its key."""
        key = secrets.token_urlsafe(32)
        self.tables.execute(
            """
            INSERT INTO jlis_certification_verifier
                (identifier, name, category, purposes, key_digest, registered_at)
            VALUES (%s, %s, 'certified', %s, %s, now())
            """,
            [name, name, list(purposes), sha256(key.encode()).digest()],
        )
        self.keys[name] = key
        return key

    def end_verifier(self, name: str) -> None:
        """Strike a verifier off."""
        self.tables.execute(
            "UPDATE jlis_certification_verifier SET ended_at = now() WHERE identifier = %s", [name]
        )

    def generation(self, kind: str) -> int:
        """The newest generation of a CA."""
        return self.keyring.generations(f"ca-{kind}")[0]

    def add_certificate(
        self,
        serial: int,
        *,
        kind: str = "authentication",
        state: StoredState = StoredState.GOOD,
        reason: CertificateReason | None = None,
    ) -> None:
        """A certificate of the newest CA, of a resident who exists for this."""
        self.tables.execute(_NEW_CERTIFICATE, {
            "serial": serial_text(serial), "kind": kind, "generation": self.generation(kind), "state": state.value,
            "reason": reason and reason.value, "municipality": KATSUSHIKA, "expires_on": date(2031, 5, 3),
        })  # fmt: skip

    def add_certificates(self, first: int, count: int) -> None:
        """Many authentication certificates, each of a resident of its own: serial numbers from `first` on."""
        self.add_certificate(first)
        self.tables.execute(_MANY_CERTIFICATES, {"first": serial_text(first), "count": count, "start": first})

    def set_state(self, serial: int, state: StoredState, reason: CertificateReason | None = None) -> None:
        """What the law lets happen to a certificate, in one transaction."""
        self.tables.execute(
            """
            UPDATE jlis_certification_certificate SET state = %s, reason = %s, state_since = now()
            WHERE serial = %s
            """,
            [state.value, reason and reason.value, serial_text(serial)],
        )

    def used(self, name: str) -> dict[str, int]:
        """Kind -> what was counted for a verifier."""
        rows = self.tables.execute(
            """
            SELECT kind, sum(count)::int FROM jlis_certification_verifieruse AS used
            JOIN jlis_certification_verifier AS verifier ON verifier.id = used.verifier_id
            WHERE identifier = %s GROUP BY kind
            """,
            [name],
        ).fetchall()
        return {str(kind): int(str(count)) for kind, count in rows}

    # --- asking -------------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, key: str | None = None, **headers: str
    ) -> Answer:
        """One HTTP request on a connection of its own."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def leaf(self, serial: int) -> x509.Certificate:
        """An authentication certificate with this serial number, of the newest CA."""
        return x509.load_der_x509_certificate(
            self.authorities["authentication"].issue_authentication(
                self.authorities["authentication"].key.public_key(),
                common_name="A1",
                serial=serial,
                issued_at=datetime.now(UTC),
                expires_on=date(datetime.now(UTC).year + 4, 1, 1),
            )
        )


_NEW_CERTIFICATE = """
    WITH number AS (SELECT count(*) AS n FROM jlis_residents_person),
    person AS (
        INSERT INTO jlis_residents_person
            (resident_code, individual_number, name, name_kana, address, birth_date, sex, name_key, address_key,
             municipality, addressee, moved_out_to, status, numbered_at, changed_at)
        SELECT lpad(n::text, 11, '0'), lpad(n::text, 12, '0'), '架空', 'カクウ', '東京都', '1990-04-01', '2', '架空', '東京都',
            'municipality.131229', 'T' || n, '', 'current', now(), now()
        FROM number RETURNING id
    ),
    card AS (
        INSERT INTO jlis_certification_card
            (card_serial, person_id, application_id, municipality, state, state_since, sequence, expires_on, made_at)
        SELECT lpad(n::text, 15, '0'), person.id, '', 'municipality.131229', 'handed_over', now(), 0, %(expires_on)s, now()
        FROM number, person RETURNING id, person_id
    )
    INSERT INTO jlis_certification_certificate
        (serial, kind, hierarchy, generation, municipality_code, person_id, card_id, device, issued_through, issued_at,
         not_after, state, state_since, reason, attributes_digest)
    SELECT %(serial)s, %(kind)s::varchar, %(kind)s::varchar, %(generation)s, %(municipality)s, card.person_id, card.id, '',
        'municipality.131229', now(), %(expires_on)s, %(state)s, now(), %(reason)s,
        CASE WHEN %(kind)s::varchar = 'signature' THEN sha256('of nobody') END
    FROM card
"""

_MANY_CERTIFICATES = """
    WITH made AS (
        INSERT INTO jlis_residents_person
            (resident_code, individual_number, name, name_kana, address, birth_date, sex, name_key, address_key,
             municipality, addressee, moved_out_to, status, numbered_at, changed_at)
        SELECT lpad((n + 1000000)::text, 11, '0'), lpad((n + 1000000)::text, 12, '0'), '架空', 'カクウ', '東京都', '1990-04-01', '2',
            '架空', '東京都', 'municipality.131229', 'M' || n, '', 'current', now(), now()
        FROM generate_series(1, %(count)s - 1) AS n
        RETURNING id, addressee
    ),
    cards AS (
        INSERT INTO jlis_certification_card
            (card_serial, person_id, application_id, municipality, state, state_since, sequence, expires_on, made_at)
        SELECT lpad((substr(addressee, 2)::int + 1000000)::text, 15, '0'), id, '', 'municipality.131229', 'handed_over', now(), 0,
            '2031-05-03', now()
        FROM made RETURNING id, person_id
    )
    INSERT INTO jlis_certification_certificate
        (serial, kind, hierarchy, generation, municipality_code, person_id, card_id, device, issued_through, issued_at,
         not_after, state, state_since, reason)
    SELECT upper(to_hex(%(start)s + substr(made.addressee, 2)::int)), one.kind, one.hierarchy, one.generation,
        one.municipality_code, made.id, cards.id, '', one.issued_through, now(), one.not_after, one.state, now(), NULL
    FROM made JOIN cards ON cards.person_id = made.id, jlis_certification_certificate AS one
    WHERE one.serial = %(first)s
"""
