"""The directory of systems: who takes part, which kinds of institution they are, where they listen and which keys are theirs.

A signed file (JWS, ES256) that the operator of the network issues; every process reads it at start and again when it changes.
A *member* inquires or provides (``municipality.131229``, ``pension_service``); a *system* holds keys and signs. The gateway tenant of
a member is the system ``gateway.<member>``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import msgspec

from mynumber.foundation import envelope
from mynumber.foundation.envelope import SealPublicKey, SigningKey, VerifyKey

DIRECTORY_KIND = "directory.v1"
DIRECTORY_AUDIENCE = "systems"
DIRECTORY_LIFETIME = timedelta(days=366)
MAX_BYTES = 64 * 1024 * 1024

FIRST_CORE = "network"
"""The core of the network that is there always; further ones are called ``network.<name>``, each with a database and a log of its own."""

_SYSTEM_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


class System(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One holder of keys.

    ``kinds`` are names of :class:`mynumber.foundation.law.InstitutionKind`; empty for systems that neither inquire nor provide.
    ``signing_keys`` and ``sealing_keys`` are public JWKs; the first is the current one, others are accepted during a change of keys.
    """

    id: str
    name: str
    url: str
    signing_keys: tuple[dict[str, str], ...]
    sealing_keys: tuple[dict[str, str], ...]
    kinds: tuple[str, ...] = ()
    blind_key: str | None = None
    """What codes are blinded with for this system, with the proof that it knows the secret: ``mynumber.protocols.blind``. None: it takes no part in it."""
    cores: tuple[str, ...] = ()
    """Of a member: the first is its home core, which decides its requests and keeps their records; others were it before and are asked about what
    they keep. Empty: :data:`FIRST_CORE`."""
    doors: dict[str, str] = {}
    """Names of messages -> where this system takes them, of those that do not go to ``url``: what is asked very often may have a process of its own."""

    def address_of(self, message: str) -> str:
        """Where this system takes messages of this name."""
        return self.doors.get(message, self.url)

    def __post_init__(self) -> None:
        if len(self.id) > 80 or not _SYSTEM_ID.fullmatch(self.id):
            raise ValueError("a system id is lower-case words joined by dots")


class _Listing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    systems: tuple[System, ...]


class UnknownSystem(LookupError):
    """No such system in the directory."""


class Directory:
    """The systems by id, their keys by key id. Immutable."""

    def __init__(self, systems: tuple[System, ...]) -> None:
        self._systems = {system.id: system for system in systems}
        if len(self._systems) != len(systems):
            raise ValueError("a system is listed twice")
        if any(not is_core_id(core) or core not in self._systems for s in systems for core in s.cores):
            raise ValueError("a member is at home at a core that is not listed")

    @cached_property
    def _verify_keys(self) -> dict[tuple[str, str], VerifyKey]:
        return {
            (system.id, key.kid): key
            for system in self._systems.values()
            for key in map(VerifyKey.from_jwk, system.signing_keys)
        }

    @cached_property
    def _seal_keys(self) -> dict[str, SealPublicKey]:
        return {
            system.id: SealPublicKey.from_jwk(system.sealing_keys[0])
            for system in self._systems.values()
            if system.sealing_keys
        }

    @cached_property
    def cores(self) -> tuple[str, ...]:
        """The cores of the network, the first one first."""
        return tuple(sorted(filter(is_core_id, self._systems)))

    def is_core(self, system_id: str) -> bool:
        return system_id in self.cores

    def cores_of(self, system_id: str) -> tuple[str, ...]:
        """Where records of what a member asked may be: its home core, then those that it was at home at before."""
        member = self._systems.get(self.member_of(system_id)) or self._systems.get(system_id)
        return (member.cores if member else ()) or (FIRST_CORE,)

    def core_of(self, system_id: str) -> str:
        """The home core of a member."""
        return self.cores_of(system_id)[0]

    @property
    def systems(self) -> tuple[System, ...]:
        return tuple(self._systems.values())

    def __contains__(self, system_id: str) -> bool:
        return system_id in self._systems

    def system(self, system_id: str) -> System:
        try:
            return self._systems[system_id]
        except KeyError:
            raise UnknownSystem(f"no system {system_id!r} in the directory") from None

    def name(self, system_id: str) -> str:
        """The Japanese name, or the id itself when it is no longer listed."""
        system = self._systems.get(system_id)
        return system.name if system else system_id

    def verify_key(self, system_id: str, kid: str) -> VerifyKey | None:
        return self._verify_keys.get((system_id, kid))

    def seal_key(self, system_id: str) -> SealPublicKey:
        try:
            return self._seal_keys[system_id]
        except KeyError:
            raise UnknownSystem(f"no sealing key of {system_id!r} in the directory") from None

    def gateway_of(self, member_id: str) -> str:
        """The system that receives messages of the network for a member: its gateway tenant if it has one, else itself."""
        gateway = f"gateway.{member_id}"
        return gateway if gateway in self._systems else member_id

    @staticmethod
    def member_of(system_id: str) -> str:
        """The member a system acts for."""
        return system_id.removeprefix("gateway.")

    def members(self) -> tuple[System, ...]:
        """Those that inquire or provide."""
        return tuple(s for s in self._systems.values() if s.kinds and not s.id.startswith("gateway."))


def is_core_id(system_id: str) -> bool:
    """Whether an id is that of a core of the network."""
    return system_id == FIRST_CORE or system_id.startswith(f"{FIRST_CORE}.")


def sign_directory(systems: tuple[System, ...], key: SigningKey, *, now: datetime) -> bytes:
    """The directory as a file."""
    return envelope.sign(
        msgspec.json.encode(_Listing(systems)),
        key=key,
        issuer="network",
        audience=DIRECTORY_AUDIENCE,
        kind=DIRECTORY_KIND,
        now=now,
        lifetime=DIRECTORY_LIFETIME,
        max_lifetime=DIRECTORY_LIFETIME,
    )


def read_directory(token: bytes, trusted: VerifyKey, *, now: datetime) -> Directory:
    """Check the signature and read. Raises :class:`envelope.EnvelopeRefused`."""
    verified = envelope.verify(
        token,
        key_for=lambda issuer, kid: trusted if (issuer, kid) == ("network", trusted.kid) else None,
        audience=DIRECTORY_AUDIENCE,
        kind=DIRECTORY_KIND,
        now=now,
        max_bytes=MAX_BYTES,
        max_lifetime=DIRECTORY_LIFETIME,
    )
    return Directory(envelope.decode_body(verified.body, _Listing).systems)


def load_directory(path: Path, trusted: VerifyKey, *, now: datetime) -> Directory:
    return read_directory(path.read_bytes(), trusted, now=now)
