"""A network of its own for one gateway under test: ids, keys, directory. The kit holds the keys of everybody but that gateway.

::

    FOLDER/vendor/keys, directory.jws, directory.pub     for the gateway under test
    FOLDER/kit/keys                                      for the kit
    FOLDER/conformance.json                              addresses
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.envelope import SigningKey, VerifyKey
from mynumber.foundation.keyring import KeyRing
from mynumber.foundation.law import InstitutionKind
from mynumber.protocols.directory import System, sign_directory
from mynumber.protocols.node import Node, sealing_name, signing_name

VENDOR: Final = "conformance.vendor"
OTHER: Final = "conformance.other"
STRANGER: Final = "conformance.stranger"
GATEWAY, OTHER_GATEWAY, STRANGER_GATEWAY = (f"gateway.{member}" for member in (VENDOR, OTHER, STRANGER))
NETWORK: Final = "network"
_NOWHERE: Final = "http://127.0.0.1:9"
_KINDS: Final = (InstitutionKind.MUNICIPALITY.value, InstitutionKind.CITY.value)
_NAMES: Final = {
    VENDOR: "検証を受ける機関",
    OTHER: "検証の相手",
    STRANGER: "ほかの機関",
    NETWORK: "検証のネットワーク",
}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """``conformance.json``."""

    gateway: str
    """Address of the gateway under test; ``/messages/KIND`` follows it."""
    port: int
    """Where the kit listens on this machine, as the network and as the other side."""


class BadWorld(Exception):
    """The folder does not hold what `conformance prepare` writes; the message says what to do."""


@dataclass(frozen=True, slots=True)
class World:
    """The opened folder."""

    config: Config
    node: Node
    """Signs and opens as everybody but the gateway under test."""
    codes: CodeKeys
    """The network's: makes everybody's codes."""

    @classmethod
    def open(cls, folder: Path) -> World:
        """Raises BadWorld."""
        try:
            config = msgspec.json.decode((folder / "conformance.json").read_bytes(), type=Config)
            trusted = msgspec.json.decode(
                (folder / "vendor" / "directory.pub").read_bytes(), type=dict[str, str]
            )
            ring = KeyRing.open(folder / "kit" / "keys")
            node = Node("conformance", ring, folder / "vendor" / "directory.jws", VerifyKey.from_jwk(trusted))
            return cls(config, node, CodeKeys.from_bytes(ring.secret("codes")))
        except (OSError, msgspec.MsgspecError) as error:
            raise BadWorld(
                f"{folder}: 先に mynumber conformance prepare を実行してください (prepare it first: {error})"
            ) from None


def prepare(folder: Path, gateway: str, port: int) -> World:
    """Make a new world. Raises BadWorld when the folder holds one, whose keys are in use, and for what is no address."""
    if (folder / "conformance.json").exists():
        raise BadWorld(
            f"{folder} はもう準備してあります。検査を始めるか、別のフォルダーを選んでください (prepared already)"
        )
    if not _is_address(gateway):
        raise BadWorld(
            f"--gateway {gateway}: http:// で始まる宛先にしてください。例 http://127.0.0.1:9000/{GATEWAY} (no address)"
        )
    (folder / "vendor").mkdir(parents=True, mode=0o700)
    (folder / "kit").mkdir(mode=0o700)
    rings = {True: KeyRing.create(folder / "vendor" / "keys"), False: KeyRing.create(folder / "kit" / "keys")}
    rings[False].add_secret("codes", CodeKeys.generate().to_bytes())
    here = f"http://127.0.0.1:{port}"
    urls = {
        NETWORK: here,
        OTHER_GATEWAY: f"{here}/{OTHER_GATEWAY}",
        STRANGER_GATEWAY: f"{here}/{STRANGER_GATEWAY}",
        GATEWAY: gateway.rstrip("/"),
    }
    operator = SigningKey.generate()
    systems = tuple(
        _system(rings[system == GATEWAY], system, urls.get(system, _NOWHERE))
        for system in (NETWORK, VENDOR, GATEWAY, OTHER, OTHER_GATEWAY, STRANGER, STRANGER_GATEWAY)
    )
    vendor = folder / "vendor"
    (vendor / "directory.jws").write_bytes(sign_directory(systems, operator, now=datetime.now(UTC)))
    (vendor / "directory.pub").write_bytes(msgspec.json.encode(operator.public.to_jwk()))
    config = Config(gateway=gateway.rstrip("/"), port=port)
    (folder / "conformance.json").write_bytes(msgspec.json.encode(config))
    return World.open(folder)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _system(ring: KeyRing, system: str, url: str) -> System:
    member = system.removeprefix("gateway.")
    return System(
        id=system,
        name=_NAMES[member] + ("の中間サーバー" if member != system else ""),
        url=url,
        signing_keys=(ring.add_signing(signing_name(system)).public.to_jwk(),),
        sealing_keys=(ring.add_sealing(sealing_name(system)).public.to_jwk(),),
        kinds=() if system == NETWORK else _KINDS,
    )
