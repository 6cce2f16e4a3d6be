"""The folder of a member: who it is, its keys, and the files it trusts.

::

    member.json        who this is and where the rest lies
    keys/              the member's own keys (PKCS#8), closed to others
    directory.jws      the signed directory of systems
    directory.pub      the key of whoever signs it (JWK)
    log.policy         log and witnesses by which receipts are checked
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from mynumber.foundation.envelope import EnvelopeRefused, MalformedKey, VerifyKey
from mynumber.foundation.keyring import KeyRing, KeyRingRefused
from mynumber.foundation.tlog import BadPolicy, Policy
from mynumber.protocols.message import SystemId
from mynumber.protocols.node import Node

MEMBER_FILE: Final = "member.json"


class BadFolder(Exception):
    """The folder lacks something or cannot be trusted; the message says what and what to do, and holds no secret."""


class MemberFile(msgspec.Struct, frozen=True, kw_only=True):
    """``member.json``. Paths are relative to the folder. Further fields are for people."""

    member: SystemId
    gateway: SystemId
    """The system to which the member sends."""
    url: str
    """Where that system listens; the directory says the same."""
    keys: str = "keys"
    directory: str = "directory.jws"
    directory_key: str = "directory.pub"
    log_policy: str = "log.policy"


@dataclass(frozen=True, slots=True)
class MemberFolder:
    """An opened folder."""

    path: Path
    file: MemberFile
    node: Node

    @classmethod
    def open(cls, path: Path | str) -> MemberFolder:
        """Read ``member.json``, open the key ring, check the directory's signature. Raises BadFolder."""
        folder = Path(path)
        try:
            file = msgspec.json.decode((folder / MEMBER_FILE).read_bytes(), type=MemberFile)
        except OSError:
            raise BadFolder(
                f"there is no {MEMBER_FILE} in {folder}: `mynumber sandbox create NAME` makes such a folder"
            ) from None
        except msgspec.MsgspecError as error:
            raise BadFolder(f"{folder / MEMBER_FILE}: {error}") from None
        try:
            trusted = msgspec.json.decode((folder / file.directory_key).read_bytes(), type=dict[str, str])
            node = Node(
                institution=file.member.partition(".")[0],
                keyring=KeyRing.open(folder / file.keys),
                directory_path=folder / file.directory,
                trusted=VerifyKey.from_jwk(trusted),
            )
            listed = node.directory
        except (OSError, msgspec.MsgspecError, MalformedKey, KeyRingRefused, EnvelopeRefused) as error:
            raise BadFolder(f"{folder}: {error}") from None
        if file.member not in listed or file.gateway not in listed:
            raise BadFolder(f"the directory in {folder} does not list {file.member} and its gateway")
        return cls(folder, file, node)

    def policy(self) -> Policy:
        """Whom receipts must be signed by. Raises BadFolder."""
        path = self.path / self.file.log_policy
        try:
            return Policy.parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, BadPolicy):
            raise BadFolder(f"{path} is no trust policy") from None
