"""Signed notes and verifier keys (C2SP signed-note), with Ed25519 (0x01) and timestamped checkpoint cosignatures (0x04).

A note is text, an empty line, and signature lines ``— NAME BASE64(key id (4 bytes) || signature)``. Everything is read strictly: what is read, written
again, must give the same bytes.
"""

import base64
import binascii
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LONGEST_NOTE: Final = 64 * 1024
MOST_SIGNATURES: Final = 64
_KEY_ID_BYTES: Final = 4
_PUBLIC_BYTES: Final = 32
_SEED_BYTES: Final = 32
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)


_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class SignatureType(StrEnum):
    """The signature types that this log knows; the value is the identifier byte in hex."""

    ED25519 = "01"
    COSIGNATURE = "04"


class NoteReason(StrEnum):
    """Why a note was refused."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    MALFORMED_KEY = "malformed_key"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED_CHECKPOINT = "malformed_checkpoint"
    WRONG_ORIGIN = "wrong_origin"
    NOT_ENOUGH_WITNESSES = "not_enough_witnesses"


class NoteRefused(ValueError):
    """A note, verifier key or checkpoint that is not to be believed."""

    def __init__(self, reason: NoteReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A *vkey*: ``NAME+hex(key id)+base64(type || public key)``."""

    name: str
    kind: SignatureType
    public: bytes = field(repr=False)
    """32 bytes (RFC 8032)."""

    @property
    def key_id(self) -> bytes:
        """SHA-256(name || 0x0A || type || public key)[:4]."""
        return sha256(self.name.encode() + b"\n" + self._typed_key()).digest()[:_KEY_ID_BYTES]

    def _typed_key(self) -> bytes:
        return bytes.fromhex(self.kind.value) + self.public

    def to_text(self) -> str:
        """The vkey, one line without newline."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed_key()).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey; one newline at its end is allowed, as in a file. Raises NoteRefused(MALFORMED_KEY)."""
        text = text.removesuffix("\n")
        parts = text.split("+", 2)  # the base64 may contain a plus, the name and the key id may not
        if len(parts) != 3 or not _is_name(parts[0]) or _KEY_ID.fullmatch(parts[1]) is None:
            raise NoteRefused(NoteReason.MALFORMED_KEY, "a verifier key is name+id+key")
        try:
            typed = decode_base64(parts[2])
            kind = SignatureType(typed[:1].hex())
        except ValueError:
            raise NoteRefused(NoteReason.MALFORMED_KEY, "not a key of type 0x01 or 0x04") from None
        key = cls(parts[0], kind, typed[1:])
        if len(key.public) != _PUBLIC_BYTES or key.to_text() != text:
            raise NoteRefused(NoteReason.MALFORMED_KEY, "the key and its id do not belong together")
        return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes = field(repr=False)

    def to_line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text (with its final newline) and its signatures, not yet verified."""

    text: str
    signatures: tuple[Signature, ...]

    def to_text(self) -> str:
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)

    @classmethod
    def parse(cls, text: str) -> "Note":
        """Read a note strictly. Raises NoteRefused: TOO_LARGE, MALFORMED."""
        # a lone surrogate cannot be encoded; it cannot have come from UTF-8 either
        if len(text.encode("utf-8", "surrogatepass")) > LONGEST_NOTE:
            raise NoteRefused(NoteReason.TOO_LARGE, f"a note has at most {LONGEST_NOTE} bytes")
        if _CONTROL.search(text) or any(0xD800 <= ord(one) <= 0xDFFF for one in text if one > "\ud7ff"):
            raise NoteRefused(NoteReason.MALFORMED, "a note has no control characters but newline")
        body, gap, lines = text.rpartition("\n\n")
        if not gap or not lines.endswith("\n"):
            raise NoteRefused(NoteReason.MALFORMED, "a note is text, an empty line and signature lines")
        signatures = tuple(parse_signature(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise NoteRefused(NoteReason.TOO_LARGE, f"a note has at most {MOST_SIGNATURES} signatures")
        note = cls(body + "\n", signatures)
        if note.to_text() != text:
            raise NoteRefused(NoteReason.MALFORMED, "the note is not in its one spelling")
        return note

    def verified_by(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """Which of ``keys`` signed. Lines of unknown keys are ignored, as the format demands.

        Raises NoteRefused: BAD_SIGNATURE when the line of a known key does not verify, UNKNOWN_KEY when none of the keys signed.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found: dict[VerifierKey, None] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                _verify_line(key, self.text, line.signature)
                found[key] = None
        if not found:
            raise NoteRefused(NoteReason.UNKNOWN_KEY, "no key that is trusted here signed this note")
        return list(found)

    def with_signatures(self, *signatures: Signature) -> "Note":
        return Note(self.text, (*self.signatures, *signatures))

    def cosigned_by(self, witnesses: Sequence[VerifierKey]) -> dict[VerifierKey, datetime]:
        """Which of these witnesses cosigned, and when they say they did. Raises NoteRefused(BAD_SIGNATURE)."""
        known = {(key.name, key.key_id): key for key in witnesses if key.kind is SignatureType.COSIGNATURE}
        found: dict[VerifierKey, datetime] = {}
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is not None:
                _verify_line(key, self.text, line.signature)
                found[key] = max(cosigned_at(line), found.get(key, _EPOCH))
        return found


def sign_text(text: str, name: str, private: Ed25519PrivateKey) -> Signature:
    """An Ed25519 signature (0x01) of a note text, which ends in a newline."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteRefused(
            NoteReason.MALFORMED, "a note text ends in a newline and has no other control character"
        )
    key = verifier_key(name, SignatureType.ED25519, private)
    return Signature(name, key.key_id, private.sign(text.encode()))


def cosign_text(text: str, name: str, private: Ed25519PrivateKey, at: datetime) -> Signature:
    """A witness's cosignature (0x04) of a checkpoint text at a time (C2SP tlog-cosignature, v1)."""
    seconds = int(at.timestamp())
    key = verifier_key(name, SignatureType.COSIGNATURE, private)
    message = _cosigned(text, seconds)
    return Signature(name, key.key_id, struct.pack(">Q", seconds) + private.sign(message))


def cosigned_at(signature: Signature) -> datetime:
    """The time that a verified cosignature (0x04) states. Raises NoteRefused(BAD_SIGNATURE) for one that no calendar has."""
    (seconds,) = struct.unpack_from(">Q", signature.signature)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise NoteRefused(NoteReason.BAD_SIGNATURE, "a cosignature has no such time") from None


def verifier_key(name: str, kind: SignatureType, private: Ed25519PrivateKey) -> VerifierKey:
    """The vkey of a private key. Raises NoteRefused(MALFORMED_KEY) for a name that has spaces or a plus, or none."""
    if not _is_name(name):
        raise NoteRefused(NoteReason.MALFORMED_KEY, "a key name has no spaces and no plus")
    return VerifierKey(name, kind, private.public_key().public_bytes_raw())


def key_to_bytes(name: str, private: Ed25519PrivateKey) -> bytes:
    """A named private key for the key ring: name, newline, 32 bytes of seed."""
    return name.encode() + b"\n" + private.private_bytes_raw()


def key_from_bytes(data: bytes) -> tuple[str, Ed25519PrivateKey]:
    """Read what ``key_to_bytes`` wrote. Raises NoteRefused(MALFORMED_KEY)."""
    name, seed = data[: -_SEED_BYTES - 1], data[-_SEED_BYTES:]
    try:
        key = name.decode(), Ed25519PrivateKey.from_private_bytes(seed)
    except ValueError:
        raise NoteRefused(NoteReason.MALFORMED_KEY, "not the private key of a log or a witness") from None
    if not _is_name(key[0]) or key_to_bytes(*key) != data:
        raise NoteRefused(NoteReason.MALFORMED_KEY, "not the private key of a log or a witness")
    return key


def decode_base64(text: str) -> bytes:
    """Decode the one canonical spelling of standard base64. Raises ValueError."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() or one < " " for one in name)


def parse_signature(line: str) -> Signature:
    """Read one signature line without its newline. Raises NoteRefused(MALFORMED)."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not _is_name(parts[1]):
        raise NoteRefused(NoteReason.MALFORMED, "a signature line is a dash, a name and base64")
    try:
        raw = decode_base64(parts[2])
    except ValueError:
        raise NoteRefused(NoteReason.MALFORMED, "a signature is canonical base64") from None
    if len(raw) <= _KEY_ID_BYTES:
        raise NoteRefused(NoteReason.MALFORMED, "a signature has a key id and bytes after it")
    return Signature(parts[1], raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _verify_line(key: VerifierKey, text: str, signature: bytes) -> None:
    message = text.encode()
    if key.kind is SignatureType.COSIGNATURE:
        seconds = int.from_bytes(signature[:8])
        message, signature = _cosigned(text, seconds), signature[8:]
        if seconds >= 1 << 63:
            raise NoteRefused(NoteReason.BAD_SIGNATURE, "a cosignature has no such time")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteRefused(NoteReason.BAD_SIGNATURE, "a signature of a known key does not match") from None


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
