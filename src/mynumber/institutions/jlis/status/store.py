"""What the status service reads and counts, as SQL over a pool of connections. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from asyncpg.exceptions import PostgresConnectionError

from mynumber.foundation.pki import Purpose
from mynumber.institutions.jlis.certification.words import UseKind
from mynumber.institutions.jlis.status.standing import Standing

_CERTIFICATES = """
    SELECT serial, hierarchy, generation, state, state_since, reason, not_after
    FROM jlis_certification_certificate WHERE serial = {}
"""
_VERIFIERS = """
    SELECT id, purposes, key_digest
    FROM jlis_certification_verifier WHERE key_digest = ANY($1::bytea[]) AND ended_at IS NULL
"""
_VERIFIERS_BY_SYSTEM = """
    SELECT id, purposes, system_id
    FROM jlis_certification_verifier WHERE system_id = ANY($1::text[]) AND ended_at IS NULL
"""
_ROOTS = """
    SELECT hierarchy, generation, certificate, not_after
    FROM jlis_certification_rootcertificate ORDER BY hierarchy, generation DESC
"""
_SERVICE_CERTIFICATES = """
    SELECT service, authority_generation, key_generation, certificate
    FROM jlis_status_servicecertificate
    WHERE not_before <= $1 AND not_after > $1
    ORDER BY authority_generation DESC, id DESC
"""
_REVOCATION_LIST = """
    SELECT content FROM jlis_certification_revocationlist
    WHERE hierarchy = $1 AND generation = $2 AND municipality_code = $3
    ORDER BY number DESC LIMIT 1
"""
_ADD = """
    INSERT INTO jlis_certification_verifieruse (verifier_id, kind, day, count)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::date[], $4::bigint[])
    ORDER BY 1, 2, 3
    ON CONFLICT (verifier_id, kind, day)
    DO UPDATE SET count = jlis_certification_verifieruse.count + excluded.count
"""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """How one certificate of a resident stands."""

    hierarchy: str
    generation: int
    """Of the CA that issued it."""
    state: str
    """`words.StoredState`."""
    since: datetime
    reason: str | None
    """`words.CertificateReason` of a certificate that is suspended or revoked."""
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Verifier:
    """Somebody who may ask: 署名検証者, 利用者証明検証者 (公的個人認証法 art. 17, 36)."""

    id: int
    purposes: frozenset[str]
    """`words.VerifierPurpose`."""


@dataclass(frozen=True, slots=True)
class Root:
    """One generation of a CA."""

    purpose: Purpose
    generation: int
    certificate: bytes
    not_after: datetime


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A certificate of this service; the newest of a service and generation of the CA."""

    service: str
    authority_generation: int
    key_generation: int
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted together: what one verifier was answered on one day in Japan."""

    verifier: int
    kind: UseKind
    day: date


class FateUnknown(Exception):
    """The connection was lost before the database said whether it has written."""


class Store:
    """SQL of the status service."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._certificates = Standing(
            pool, one=_CERTIFICATES.format("$1"), many=_CERTIFICATES.format("ANY($1::text[])")
        )

    async def close(self) -> None:
        """Give back what is held."""
        await self._certificates.close()

    async def certificates(self, serials: Sequence[str]) -> list[CertificateRow | None]:
        """What is known of each serial number (as `serial_text`) at this moment; None for one that was never issued. One call at a time."""
        found = {
            row["serial"]: CertificateRow(
                row["hierarchy"],
                row["generation"],
                row["state"],
                row["state_since"],
                row["reason"],
                row["not_after"],
            )
            for row in await self._certificates.fetch(serials)
        }
        return [found.get(serial) for serial in serials]

    async def verifiers(self, hashes: Sequence[bytes]) -> list[Verifier | None]:
        """The verifiers with these keys (SHA-256); None for a key that nobody holds, or no longer."""
        found = {
            bytes(row["key_digest"]): Verifier(row["id"], frozenset(row["purposes"]))
            for row in await self._pool.fetch(_VERIFIERS, hashes)
        }
        return [found.get(key) for key in hashes]

    async def verifiers_by_system(self, systems: Sequence[str]) -> list[Verifier | None]:
        """The verifiers that ask by signed messages of these systems; None for a system that is not registered, or no longer."""
        found = {
            row["system_id"]: Verifier(row["id"], frozenset(row["purposes"]))
            for row in await self._pool.fetch(_VERIFIERS_BY_SYSTEM, systems)
        }
        return [found.get(system) for system in systems]

    async def roots(self) -> list[Root]:
        """Every generation of both CAs, newest first."""
        rows = await self._pool.fetch(_ROOTS)
        return [
            Root(Purpose(row["hierarchy"]), row["generation"], bytes(row["certificate"]), row["not_after"])
            for row in rows
        ]

    async def service_certificates(self, at: datetime) -> list[ServiceRow]:
        """The certificates of this service that are valid, newest first."""
        return [
            ServiceRow(
                row["service"], row["authority_generation"], row["key_generation"], bytes(row["certificate"])
            )
            for row in await self._pool.fetch(_SERVICE_CERTIFICATES, at)
        ]

    async def revocation_list(self, purpose: Purpose, generation: int, municipality: str) -> bytes | None:
        """The newest list of a municipality (6 digits; empty: of everything of the generation), X.509 DER."""
        content = await self._pool.fetchval(_REVOCATION_LIST, purpose.value, generation, municipality)
        return None if content is None else bytes(content)

    async def add(self, counts: Mapping[Count, int]) -> None:
        """Add to what verifiers have asked, durably, all or nothing. Raises FateUnknown when only the database knows which."""
        async with self._pool.acquire() as connection:
            try:
                await connection.execute(
                    _ADD,
                    [count.verifier for count in counts],
                    [count.kind.value for count in counts],
                    [count.day for count in counts],
                    list(counts.values()),
                )
            except (PostgresConnectionError, OSError, TimeoutError):
                raise FateUnknown from None
