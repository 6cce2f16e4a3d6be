"""The key ring: a folder of secrets that only its own process reads.

The folder is 0700, every file 0600, all owned by the user that runs the process; anything else is refused with the command that mends it.
A secret is a file ``NAME.GENERATION.pem`` (keys) or ``NAME.GENERATION.secret`` (raw bytes). The highest generation is current; older ones
stay, because what was signed or sealed with them must still be readable.
"""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from mynumber.foundation.envelope import MalformedKey, SealingKey, SigningKey

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
LARGEST_SECRET: Final = 1024 * 1024
_OTHERS: Final = 0o077
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}", re.ASCII)
_FILE: Final = re.compile(r"([a-z][a-z0-9_-]{0,63})\.([1-9][0-9]{0,5})\.(pem|secret)", re.ASCII)


class KeyRingReason(StrEnum):
    """Why the key ring refused."""

    NO_FOLDER = "no_folder"
    NOT_EMPTY = "not_empty"
    WRONG_OWNER = "wrong_owner"
    OPEN_TO_OTHERS = "open_to_others"
    NOT_A_PLAIN_FILE = "not_a_plain_file"
    UNKNOWN_NAME = "unknown_name"
    BAD_NAME = "bad_name"
    WRONG_KIND = "wrong_kind"
    TOO_LARGE = "too_large"


class KeyRingRefused(Exception):
    """The ring cannot be trusted or lacks what was asked for; the message says what to do and never holds a secret."""

    def __init__(self, reason: KeyRingReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class KeyRing:
    """A folder of named secrets."""

    folder: Path

    @classmethod
    def create(cls, folder: Path | str) -> "KeyRing":
        """Make a new ring with mode 0700. Raises KeyRingRefused(NOT_EMPTY) when the folder already holds something."""
        path = Path(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir(mode=FOLDER_MODE)
            path.chmod(FOLDER_MODE)  # whatever the umask was
        except FileExistsError:
            if not path.is_dir() or any(path.iterdir()):
                message = f"{path} exists and is not empty: open it, or choose another folder"
                raise KeyRingRefused(KeyRingReason.NOT_EMPTY, message) from None
            path.chmod(FOLDER_MODE)
        _sync_folder(path.parent)
        return cls.open(path)

    @classmethod
    def open(cls, folder: Path | str) -> "KeyRing":
        """Open a ring after checking owner and mode of the folder and of every file in it."""
        path = Path(folder)
        try:
            status = path.lstat()
        except FileNotFoundError:
            message = f"there is no key ring at {path}: create it, or set MYNUMBER_KEYS"
            raise KeyRingRefused(KeyRingReason.NO_FOLDER, message) from None
        if not stat.S_ISDIR(status.st_mode):
            raise KeyRingRefused(KeyRingReason.NO_FOLDER, f"{path} is not a folder: choose another path")
        _check_private(path, status, FOLDER_MODE)
        for entry in path.iterdir():
            try:
                status = entry.lstat()
            except FileNotFoundError:
                continue  # another process has just finished writing
            if not stat.S_ISREG(status.st_mode):
                message = f"{entry} is not a plain file: move it out of the key ring"
                raise KeyRingRefused(KeyRingReason.NOT_A_PLAIN_FILE, message)
            _check_private(entry, status, FILE_MODE)
        return cls(path)

    # reading ----------------------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """The names in the ring, sorted."""
        return sorted({name for name, _, _ in self._files()})

    def has(self, name: str) -> bool:
        """Whether the ring holds any generation of a name."""
        return any(found == name for found, _, _ in self._files())

    def generations(self, name: str) -> list[int]:
        """The generations of a name, newest first; empty when there is none."""
        return sorted((number for found, number, _ in self._files() if found == name), reverse=True)

    def signing(self, name: str, generation: int | None = None) -> SigningKey:
        """The current (or a given) ES256 key; its kid is its thumbprint."""
        return _as_kind(name, SigningKey.from_pem, self._read(name, generation, "pem"))

    def sealing(self, name: str, generation: int | None = None) -> SealingKey:
        """The current (or a given) HPKE key; its kid is its thumbprint."""
        return _as_kind(name, SealingKey.from_pem, self._read(name, generation, "pem"))

    def secret(self, name: str, generation: int | None = None) -> bytes:
        """The current (or a given) raw secret."""
        return self._read(name, generation, "secret")

    def pem(self, name: str, generation: int | None = None) -> bytes:
        """The current (or a given) PEM text as it was added (RSA keys and certificates of the CA)."""
        return self._read(name, generation, "pem")

    # writing ----------------------------------------------------------------------------------------------------------

    def add_signing(self, name: str, key: SigningKey | None = None) -> SigningKey:
        """Add a key (a new one unless given) as the newest generation and return it. Only a kid that is the thumbprint survives."""
        key = SigningKey.generate() if key is None else SigningKey.from_private_key(key.private)
        self._add(name, key.to_pem(), "pem")
        return key

    def add_sealing(self, name: str, key: SealingKey | None = None) -> SealingKey:
        """Add a key (a new one unless given) as the newest generation and return it."""
        key = SealingKey.generate() if key is None else SealingKey.from_private_key(key.private)
        self._add(name, key.to_pem(), "pem")
        return key

    def add_secret(self, name: str, secret: bytes | None = None) -> bytes:
        """Add raw bytes (32 random ones unless given) as the newest generation and return them."""
        secret = secrets.token_bytes(32) if secret is None else secret
        self._add(name, secret, "secret")
        return secret

    def add_pem(self, name: str, pem: bytes) -> bytes:
        """Add a PEM text of any kind as the newest generation."""
        if not pem.startswith(b"-----BEGIN "):
            raise KeyRingRefused(KeyRingReason.WRONG_KIND, f"what is to be added as {name} is not PEM")
        self._add(name, pem, "pem")
        return pem

    # inside -----------------------------------------------------------------------------------------------------------

    def _files(self) -> Iterator[tuple[str, int, str]]:
        for entry in self.folder.iterdir():
            found = _FILE.fullmatch(entry.name)
            if found is not None:
                yield found[1], int(found[2]), found[3]

    def _read(self, name: str, generation: int | None, ending: str) -> bytes:
        numbers = [number for found, number, end in self._files() if (found, end) == (name, ending)]
        number = max(numbers, default=0) if generation is None else generation
        if number not in numbers:
            kind = "key" if ending == "pem" else "secret"
            message = (
                f"the key ring {self.folder} has no {kind} of that name and generation: add {name!r} to it"
            )
            raise KeyRingRefused(KeyRingReason.UNKNOWN_NAME, message)
        path = self.folder / f"{name}.{number}.{ending}"
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            message = f"{path} is not a plain file that this process can read: put the right file back"
            raise KeyRingRefused(KeyRingReason.NOT_A_PLAIN_FILE, message) from None
        try:
            # the checks of open() were of another moment; these are of the file now in hand
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                message = f"{path} is not a plain file: move it out of the key ring"
                raise KeyRingRefused(KeyRingReason.NOT_A_PLAIN_FILE, message)
            _check_private(path, status, FILE_MODE)
            data = os.read(descriptor, LARGEST_SECRET + 1)
        finally:
            os.close(descriptor)
        if len(data) > LARGEST_SECRET:
            raise KeyRingRefused(
                KeyRingReason.TOO_LARGE, f"{path} is no key: it has more than {LARGEST_SECRET} bytes"
            )
        return data

    def _add(self, name: str, data: bytes, ending: str) -> None:
        if _NAME.fullmatch(name) is None:
            message = "a name in the key ring has a-z first, then up to 63 of a-z 0-9 _ -"
            raise KeyRingRefused(KeyRingReason.BAD_NAME, message)
        if len(data) > LARGEST_SECRET:
            raise KeyRingRefused(KeyRingReason.TOO_LARGE, f"a secret has at most {LARGEST_SECRET} bytes")
        if any(found == name and end != ending for found, _, end in self._files()):
            raise KeyRingRefused(
                KeyRingReason.WRONG_KIND, f"{name!r} already names something of another kind"
            )
        temporary = self.folder / f".new-{secrets.token_hex(8)}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            number = max(self.generations(name), default=0) + 1
            # a link, unlike a rename, never replaces: two processes that add at once get two generations
            while not _link(temporary, self.folder / f"{name}.{number}.{ending}"):
                number += 1
        finally:
            with contextlib.suppress(FileNotFoundError):
                temporary.unlink()
        _sync_folder(self.folder)


Key = TypeVar("Key")


def _as_kind(name: str, read: Callable[[bytes], Key], pem: bytes) -> Key:
    try:
        return read(pem)
    except MalformedKey as error:
        message = f"{name!r} in the key ring is another kind of key: {error}"
        raise KeyRingRefused(KeyRingReason.WRONG_KIND, message) from None


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    return True


def _check_private(path: Path, status: os.stat_result, mode: int) -> None:
    if status.st_uid != os.geteuid():
        message = f"{path} belongs to another user: run as its owner, or `chown -R {os.geteuid()} {path}`"
        raise KeyRingRefused(KeyRingReason.WRONG_OWNER, message)
    if status.st_mode & _OTHERS:
        message = f"{path} is open to other users (mode {stat.S_IMODE(status.st_mode):04o}): `chmod {mode:o} {path}`, and replace the keys if others had access"
        raise KeyRingRefused(KeyRingReason.OPEN_TO_OTHERS, message)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
