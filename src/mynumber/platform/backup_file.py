"""The file of a backup: what anybody may read of it, and the sealed rest.

A zip without compression, so that ordinary tools look into it: ``head.json`` says whose state of when it is, ``keys`` and ``database`` are sealed
under a passphrase, ``manifest.json`` comes last and has the SHA-256 of each part (a damaged file is found without the passphrase).

A seal: scrypt makes a key of passphrase and salt, HKDF one key a part, bound to the head; the part is AES-256-GCM in pieces of 1 MiB whose nonce is their
number, and a mark on the last (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). So nothing can be altered, exchanged, put in another order or cut off.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

FORMAT: Final = "mynumber-backup.v1"
HEAD, KEYS, DATABASE, MANIFEST = "head.json", "keys", "database", "manifest.json"
SHORTEST_PASSPHRASE: Final = 16
"""Letters. The file holds private keys and people: it must withstand somebody who tries at leisure."""
PIECE: Final = 1024 * 1024
_TAG: Final = 16
_NONCE: Final = 12
_LARGEST_TEXT: Final = 1024 * 1024
_LARGEST_KEYS: Final = 64 * 1024 * 1024
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**17, 8, 1
"""128 MiB and about half a second a try."""
_BAD_ZIP: Final = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, struct.error)
"""What zipfile raises for a file that is none."""


class BackupProblem(StrEnum):
    """Why a file cannot be used."""

    NOT_A_BACKUP = "not_a_backup"
    DAMAGED = "damaged"
    """A part is not what the manifest says."""
    NOT_OPENED = "not_opened"
    """Another passphrase, or somebody altered the file."""
    WEAK_PASSPHRASE = "weak_passphrase"  # noqa: S105 (a word)
    ALREADY_THERE = "already_there"


class BackupUnusable(Exception):
    """The file of a backup cannot be written or read."""

    def __init__(self, problem: BackupProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody may read: whose state, as of when. No person and no secret."""

    format: str
    institution: str
    taken_at: datetime
    """The moment of the database's snapshot: what was committed before is in, what came later is not."""
    server: str
    """Version of the PostgreSQL."""
    tables: dict[str, int]
    """Rows of each table in the snapshot."""
    keys: tuple[str, ...]
    """Files of the key ring."""
    salt: bytes


class Part(msgspec.Struct, frozen=True):
    """One part as it lies in the file."""

    bytes: int
    sha256: str


class Readable(Protocol):
    """Something that bytes come from."""

    def read(self, size: int, /) -> bytes: ...


# sealing --------------------------------------------------------------------------------------------------------------------


def part_keys(passphrase: str, head: bytes, salt: bytes) -> PartKeys:
    """The keys of the parts of one file. Takes half a second. Raises BackupUnusable(WEAK_PASSPHRASE)."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BackupUnusable(BackupProblem.WEAK_PASSPHRASE)
    kdf = Scrypt(salt=salt, length=32, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return PartKeys(kdf.derive(passphrase.encode()), hashlib.sha256(head).digest())


class PartKeys:
    """Makes the key of each part; shows none of them."""

    __slots__ = ("_head", "_master")

    def __init__(self, master: bytes, head: bytes) -> None:
        self._master = master
        self._head = head

    def of(self, part: str) -> AESGCM:
        info = f"{FORMAT} {part}\0".encode() + self._head
        return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(self._master))


def seal(key: AESGCM, source: Readable) -> Iterator[bytes]:
    """The pieces of a sealed part."""
    piece, number = _exactly(source, PIECE), 0
    while True:
        following = _exactly(source, PIECE) if len(piece) == PIECE else b""
        yield key.encrypt(_nonce(number, is_last=not following), piece, None)
        if not following:
            return
        piece, number = following, number + 1


def unseal(key: AESGCM, source: Readable) -> Iterator[bytes]:
    """What was sealed, piece by piece, each proven before it is given. Raises BackupUnusable(NOT_OPENED), at the end too when that is missing."""
    piece, number = _exactly(source, PIECE + _TAG), 0
    while True:
        following = _exactly(source, PIECE + _TAG) if len(piece) == PIECE + _TAG else b""
        try:
            yield key.decrypt(_nonce(number, is_last=not following), piece, None)
        except InvalidTag:
            raise BackupUnusable(BackupProblem.NOT_OPENED) from None
        if not following:
            return
        piece, number = following, number + 1


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1, "big") + (b"\1" if is_last else b"\0")


def _exactly(source: Readable, size: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe gives what it has."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# the file -------------------------------------------------------------------------------------------------------------------


class Writer:
    """Writes the parts of one backup, in order."""

    def __init__(self, archive: zipfile.ZipFile, head: Head, passphrase: str) -> None:
        self._archive = archive
        self._parts: dict[str, Part] = {}
        raw = msgspec.json.encode(head)
        self._keys = part_keys(passphrase, raw, head.salt)
        self._write(HEAD, [raw])

    def add(self, name: str, source: Readable) -> None:
        """Seal a part and write it while it comes."""
        self._write(name, seal(self._keys.of(name), source))

    def finish(self) -> None:
        self._archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(self._parts), indent=1))

    def _write(self, name: str, pieces: Iterable[bytes]) -> None:
        digest, size = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as stream:
            for piece in pieces:
                stream.write(piece)
                digest.update(piece)
                size += len(piece)
        self._parts[name] = Part(size, digest.hexdigest())


class Reader:
    """Reads one backup whose parts are as the manifest says."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self._prove()
        except (KeyError, msgspec.MsgspecError, *_BAD_ZIP):
            raise BackupUnusable(BackupProblem.NOT_A_BACKUP) from None
        self._keys: PartKeys | None = None

    def unlock(self, passphrase: str) -> None:
        """Must come before the parts. Raises BackupUnusable(WEAK_PASSPHRASE)."""
        self._keys = part_keys(passphrase, self._raw, self.head.salt)

    def part(self, name: str) -> Iterator[bytes]:
        """What a part holds. Raises BackupUnusable(NOT_OPENED)."""
        if self._keys is None:
            raise RuntimeError("the backup is not unlocked")
        with self._archive.open(name) as stream:
            yield from unseal(self._keys.of(name), stream)

    def key_files(self) -> dict[str, bytes]:
        """The files of the key ring. Raises BackupUnusable."""
        content = bytearray()
        for piece in self.part(KEYS):
            content += piece
            if len(content) > _LARGEST_KEYS:
                raise BackupUnusable(BackupProblem.NOT_A_BACKUP)
        return msgspec.json.decode(content, type=dict[str, bytes])

    def _prove(self) -> None:
        entries = self._archive.infolist()
        if sorted(entry.filename for entry in entries) != sorted((HEAD, KEYS, DATABASE, MANIFEST)):
            raise BackupUnusable(BackupProblem.NOT_A_BACKUP)
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise BackupUnusable(BackupProblem.NOT_A_BACKUP)
        self._raw = self._small(HEAD)
        self.head = msgspec.json.decode(self._raw, type=Head)
        parts = msgspec.json.decode(self._small(MANIFEST), type=dict[str, Part])
        if self.head.format != FORMAT:
            raise BackupUnusable(BackupProblem.NOT_A_BACKUP)
        if parts != {name: self._measure(name) for name in (HEAD, KEYS, DATABASE)}:
            raise BackupUnusable(BackupProblem.DAMAGED)

    def _small(self, name: str) -> bytes:
        with self._archive.open(name) as stream:
            return stream.read(_LARGEST_TEXT)

    def _measure(self, name: str) -> Part:
        digest, size = hashlib.sha256(), 0
        try:
            with self._archive.open(name) as stream:
                while piece := stream.read(PIECE):
                    digest.update(piece)
                    size += len(piece)
        except _BAD_ZIP:  # its own sum of a part is wrong
            raise BackupUnusable(BackupProblem.DAMAGED) from None
        return Part(size, digest.hexdigest())


@contextmanager
def writing(stream: BinaryIO, head: Head, passphrase: str) -> Iterator[Writer]:
    """Write a backup into a stream; complete only when the block ends without an exception."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        writer = Writer(archive, head, passphrase)
        yield writer
        writer.finish()


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """A backup whose hashes hold. Raises BackupUnusable, OSError."""
    with path.open("rb") as stream:
        try:
            archive = zipfile.ZipFile(stream)
        except _BAD_ZIP:
            raise BackupUnusable(BackupProblem.NOT_A_BACKUP) from None
        with archive:
            yield Reader(archive)


def new_salt() -> bytes:
    """Fresh for each file, so that no two share a key."""
    return secrets.token_bytes(32)
