"""A node: this process as one or several systems of the directory, with the keys to act as them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mynumber.foundation.envelope import SealingKey, SigningKey, VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.protocols.directory import Directory, load_directory

LOOK_SECONDS = 0.5
"""How often the directory's file is looked at."""


class NodeNotConfigured(RuntimeError):
    """The environment does not say where keys or directory are; the message names the variable."""


def signing_name(system_id: str) -> str:
    """Name in the key ring of the keys a system signs with: names there have no dots, ids of systems no hyphens."""
    return f"sign-{system_id.replace('.', '-')}"


def sealing_name(system_id: str) -> str:
    """Name in the key ring of the keys that messages to a system are sealed to."""
    return f"seal-{system_id.replace('.', '-')}"


@dataclass(slots=True)
class Node:
    """Keys and directory of one process. ``institution`` is the key ring's owner; it may sign as several systems (gateway tenants)."""

    institution: str
    keyring: KeyRing
    directory_path: Path
    trusted: VerifyKey
    _directory: Directory | None = field(default=None)
    _stamp: tuple[int, int] | None = field(default=None)
    _looked: float = field(default=0.0)
    _signing: dict[str, SigningKey] = field(default_factory=dict)
    _sealing: dict[str, SealingKey] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> Node:
        """Read ``MYNUMBER_INSTITUTION``, ``MYNUMBER_KEYS``, ``MYNUMBER_DIRECTORY`` and ``MYNUMBER_DIRECTORY_KEY``."""
        values: dict[str, str] = {}
        for name in ("MYNUMBER_INSTITUTION", "MYNUMBER_KEYS", "MYNUMBER_DIRECTORY", "MYNUMBER_DIRECTORY_KEY"):
            value = os.environ.get(name)
            if not value:
                raise NodeNotConfigured(
                    f"{name} is not set; `mynumber serve` sets it, or see docs/operations.md"
                )
            values[name] = value
        return cls(
            institution=values["MYNUMBER_INSTITUTION"],
            keyring=KeyRing.open(Path(values["MYNUMBER_KEYS"])),
            directory_path=Path(values["MYNUMBER_DIRECTORY"]),
            trusted=VerifyKey.from_jwk(
                msgspec.json.decode(Path(values["MYNUMBER_DIRECTORY_KEY"]).read_bytes(), type=dict[str, str])
            ),
        )

    @property
    def directory(self) -> Directory:
        """The current directory; read again within :data:`LOOK_SECONDS` after its file changed.

        A message asks for it some ten times, and looking at the file each time cost more than the decision.
        """
        moment = time.monotonic()
        if self._directory is not None and moment < self._looked + LOOK_SECONDS:
            return self._directory
        self._looked = moment
        status = self.directory_path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if self._directory is None or stamp != self._stamp:
            self._directory = load_directory(self.directory_path, self.trusted, now=datetime.now(UTC))
            self._stamp = stamp
            self._signing.clear()
            self._sealing.clear()
        return self._directory

    def signing_key(self, system_id: str) -> SigningKey:
        """What one of this node's systems signs with: of the keys in the ring the one that the directory lists first, so that nobody is sent a
        signature by a key that is not listed yet. A system that lists none of them signs with the newest.
        """
        directory = self.directory
        if system_id not in self._signing:
            name = signing_name(system_id)
            held = [self.keyring.signing(name, number) for number in self.keyring.generations(name)]
            listed = directory.system(system_id).signing_keys if system_id in directory else ()
            chosen = (key for jwk in listed for key in held if key.kid == jwk.get("kid"))
            self._signing[system_id] = next(chosen, None) or self.keyring.signing(name)
        return self._signing[system_id]

    def sealing_key(self, system_id: str) -> SealingKey:
        """The newest key of one of this node's systems, with the older ones of the ring, which still open what was sealed to them."""
        _ = self.directory
        if system_id not in self._sealing:
            name = sealing_name(system_id)
            newest = self.keyring.sealing(name)
            older = (self.keyring.sealing(name, number) for number in self.keyring.generations(name)[1:])
            self._sealing[system_id] = replace(newest, older=tuple(older))
        return self._sealing[system_id]
