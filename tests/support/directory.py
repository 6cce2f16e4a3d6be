"""Real keys and a really signed directory of systems, made in a folder of the test.

    systems = make_systems(tmp_path, "jlis", "network", "municipality.131229", "gateway.municipality.131229")
    city = systems.node("municipality")   # signs as every listed system of that institution
    token = wire.prepare(city, REGISTER_RESIDENTS, question, sender="municipality.131229", receiver="jlis", ...).token

An institution has one key ring, as on the platform; the institution of a system is the first word of its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from mynumber.foundation.blind import BlindKey
from mynumber.foundation.envelope import SealingKey, SigningKey
from mynumber.foundation.keyring import KeyRing
from mynumber.protocols.blind import blinding_name, listed_key
from mynumber.protocols.directory import System, is_core_id, sign_directory
from mynumber.protocols.node import Node, sealing_name, signing_name

NOWHERE = "http://127.0.0.1:9"
"""An address where nothing listens (discard)."""


@dataclass(frozen=True, slots=True)
class Systems:
    """A directory file, the key that signs it and one key ring an institution."""

    folder: Path
    operator: SigningKey
    listed: tuple[System, ...]

    @property
    def directory_path(self) -> Path:
        return self.folder / "directory.jws"

    @property
    def directory_key_path(self) -> Path:
        return self.folder / "directory.pub"

    def keys(self, institution: str) -> Path:
        """The key ring's folder of an institution."""
        return self.folder / "keys" / institution

    def node(self, institution: str) -> Node:
        """A node that may sign and open as every listed system of the institution."""
        return Node(
            institution=institution,
            keyring=KeyRing.open(self.keys(institution)),
            directory_path=self.directory_path,
            trusted=self.operator.public,
        )

    def impostor(self, system_id: str) -> Node:
        """A node that signs as a listed system with keys that the directory does not list."""
        ring = _ring(self.folder / "impostors" / system_id.replace(".", "-"))
        ring.add_signing(signing_name(system_id))
        ring.add_sealing(sealing_name(system_id))
        return Node(
            institution=_institution(system_id),
            keyring=ring,
            directory_path=self.directory_path,
            trusted=self.operator.public,
        )

    def environment(self, institution: str) -> dict[str, str]:
        """The variables from which ``Node.from_environment`` makes the same node."""
        return {
            "MYNUMBER_INSTITUTION": "network" if is_core_id(institution) else institution,
            **({"MYNUMBER_CORE": institution} if is_core_id(institution) else {}),
            "MYNUMBER_KEYS": str(self.keys(institution)),
            "MYNUMBER_DIRECTORY": str(self.directory_path),
            "MYNUMBER_DIRECTORY_KEY": str(self.directory_key_path),
        }

    def at_home(self, cores: Mapping[str, Sequence[str]]) -> Systems:
        """The same systems and keys, some members at home at other cores. Writes the file anew."""
        listed = tuple(
            msgspec.structs.replace(system, cores=tuple(cores.get(system.id, system.cores)))
            for system in self.listed
        )
        return _write(Systems(self.folder, self.operator, listed))

    def also(self, system_id: str) -> Systems:
        """The same systems and one more, which listens nowhere. Writes the file anew."""
        more = _system(self.folder, system_id, url=NOWHERE, kinds=(), name=system_id, blind=False, cores=())
        return _write(Systems(self.folder, self.operator, (*self.listed, more)))

    def with_doors(self, doors: Mapping[str, Mapping[str, str]]) -> Systems:
        """The same systems and keys, some with addresses of their own for some kinds of messages. Writes the file anew."""
        listed = tuple(
            msgspec.structs.replace(system, doors=dict(doors.get(system.id, system.doors)))
            for system in self.listed
        )
        return _write(Systems(self.folder, self.operator, listed))

    def moved(self, urls: Mapping[str, str]) -> Systems:
        """The same systems and keys, some at other addresses (once the test knows a port). Writes the file anew."""
        listed = tuple(
            msgspec.structs.replace(system, url=urls.get(system.id, system.url)) for system in self.listed
        )
        return _write(Systems(self.folder, self.operator, listed))


def make_systems(
    folder: Path,
    *system_ids: str,
    urls: Mapping[str, str] | None = None,
    kinds: Mapping[str, Sequence[str]] | None = None,
    names: Mapping[str, str] | None = None,
    blind: bool = False,
    cores: Mapping[str, Sequence[str]] | None = None,
) -> Systems:
    """Make keys for every system and sign the directory that lists them. Ids not in ``urls`` listen nowhere.

    ``blind``: gateway systems, network, portal and commission list keys for blind exchanges as well. ``cores``: of a member, the core of the
    network at which it is at home, then those before. A core has a key ring of its own.
    """
    listed = tuple(
        _system(
            folder,
            system_id,
            url=(urls or {}).get(system_id, NOWHERE),
            kinds=tuple((kinds or {}).get(system_id, ())),
            name=(names or {}).get(system_id, system_id),
            blind=blind and _institution(system_id) in ("gateway", "network", "portal", "commission"),
            cores=tuple((cores or {}).get(system_id, ())),
        )
        for system_id in system_ids
    )
    return _write(Systems(folder, SigningKey.generate(), listed))


def _system(
    folder: Path,
    system_id: str,
    *,
    url: str,
    kinds: tuple[str, ...],
    name: str,
    blind: bool,
    cores: tuple[str, ...],
) -> System:
    ring = _ring(folder / "keys" / _institution(system_id))
    signing: SigningKey = ring.add_signing(signing_name(system_id))
    sealing: SealingKey = ring.add_sealing(sealing_name(system_id))
    blind_key = BlindKey.generate() if blind else None
    if blind_key is not None:
        ring.add_secret(blinding_name(system_id), blind_key.scalar)
    return System(
        id=system_id,
        name=name,
        url=url,
        signing_keys=(signing.public.to_jwk(),),
        sealing_keys=(sealing.public.to_jwk(),),
        kinds=kinds,
        blind_key=listed_key(blind_key, system_id) if blind_key else None,
        cores=cores,
    )


def _institution(system_id: str) -> str:
    return system_id if is_core_id(system_id) else system_id.partition(".")[0]


def _ring(folder: Path) -> KeyRing:
    return KeyRing.open(folder) if folder.exists() else KeyRing.create(folder)


def _write(systems: Systems) -> Systems:
    systems.directory_path.write_bytes(
        sign_directory(systems.listed, systems.operator, now=datetime.now(UTC))
    )
    systems.directory_key_path.write_bytes(msgspec.json.encode(systems.operator.public.to_jwk()))
    return systems
