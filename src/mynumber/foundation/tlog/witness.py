"""What a witness does (C2SP tlog-witness), without the network: read ``add-checkpoint``, decide, cosign; and the log's side of it.

A witness signs that a checkpoint continues every one it signed before, so a log that shows two people two histories needs the witness's help.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mynumber.foundation.tlog.checkpoint import LARGEST_SIZE, Checkpoint
from mynumber.foundation.tlog.merkle import EMPTY_ROOT, HASH_BYTES, ProofRefused, verify_consistency
from mynumber.foundation.tlog.note import (
    LONGEST_NOTE,
    Note,
    NoteRefused,
    Signature,
    SignatureType,
    VerifierKey,
    cosign_text,
    decode_base64,
    key_from_bytes,
    key_to_bytes,
    parse_signature,
    verifier_key,
)
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.proof import MOST_HASHES

LONGEST_REQUEST: Final = LONGEST_NOTE + 4096
SIZE_TYPE: Final = "text/x.tlog.size"
"""Content type of the answer 409, whose body is the size that the witness has."""
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n", re.ASCII)


class WitnessReason(StrEnum):
    """Why a witness does not cosign."""

    MALFORMED = "malformed"
    UNKNOWN_LOG = "unknown_log"
    NOT_SIGNED = "not_signed"
    SHRINKS = "shrinks"
    OTHER_SIZE = "other_size"
    FORKED = "forked"
    """The same size with another root, both signed by the log: proof that it lies."""
    NOT_CONSISTENT = "not_consistent"

    @property
    def status(self) -> int:
        """The HTTP status that the protocol demands."""
        return _STATUS[self]


_STATUS: Final = {
    WitnessReason.MALFORMED: 400,
    WitnessReason.UNKNOWN_LOG: 404,
    WitnessReason.NOT_SIGNED: 403,
    WitnessReason.SHRINKS: 400,
    WitnessReason.OTHER_SIZE: 409,
    WitnessReason.FORKED: 422,
    WitnessReason.NOT_CONSISTENT: 422,
}


class WitnessRefused(Exception):
    """The witness does not cosign. ``size`` is what it has, with OTHER_SIZE."""

    def __init__(self, reason: WitnessReason, detail: str, *, size: int | None = None) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail
        self.size = size


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root (32 bytes) that a witness cosigned last."""

    size: int
    root: bytes


NOTHING_YET: Final = TreeHead(0, EMPTY_ROOT)
"""What a witness has of a log that it never cosigned."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The request: what the log believes the witness has, the proof from there, the signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    """At most 63 hashes of 32 bytes (RFC 6962, 2.1.2)."""
    note: str

    def to_text(self) -> str:
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in self.proof)
        return f"old {self.old_size}\n{hashes}\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> "AddCheckpoint":
        """Read the body of a request strictly; the note in it is not looked at. Raises WitnessRefused(MALFORMED)."""
        head, gap, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not gap or old is None or int(old[1]) > LARGEST_SIZE or len(lines) > MOST_HASHES:
            raise _malformed("a request is the old size, at most 63 hashes, an empty line and a checkpoint")
        try:
            proof = tuple(decode_base64(line) for line in lines)
        except ValueError:
            raise _malformed("a hash is not canonical base64") from None
        if any(len(one) != HASH_BYTES for one in proof):
            raise _malformed("a hash has 32 bytes")
        return cls(int(old[1]), proof, note)


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that its log signed, with the lines by which it did."""

    checkpoint: Checkpoint
    text: str
    signatures: tuple[Signature, ...]

    @property
    def head(self) -> TreeHead:
        return TreeHead(self.checkpoint.size, self.checkpoint.root)


def authenticate(request: AddCheckpoint, policy: Policy) -> Signed:
    """Whose checkpoint it is, and that this log signed it. Raises WitnessRefused: MALFORMED, UNKNOWN_LOG, NOT_SIGNED, SHRINKS, NOT_CONSISTENT."""
    try:
        note = Note.parse(request.note)
    except NoteRefused as error:
        raise _malformed(error.detail) from None
    keys = policy.keys_of_log(note.text.partition("\n")[0])
    if not keys:
        raise WitnessRefused(WitnessReason.UNKNOWN_LOG, "this witness does not cosign for this log")
    try:
        signed_by = {(key.name, key.key_id) for key in note.verified_by(keys)}
    except NoteRefused as error:
        raise WitnessRefused(WitnessReason.NOT_SIGNED, error.detail) from None
    checkpoint = _checkpoint(note.text)
    if request.old_size > checkpoint.size:
        raise WitnessRefused(WitnessReason.SHRINKS, "the old size is above the checkpoint's")
    own = tuple(line for line in note.signatures if (line.name, line.key_id) in signed_by)
    return Signed(checkpoint, note.text, own)


def check_growth(request: AddCheckpoint, signed: Signed, latest: TreeHead) -> None:
    """That the checkpoint continues what was cosigned last. Raises WitnessRefused: OTHER_SIZE, FORKED, NOT_CONSISTENT.

    ``latest`` must be held fast from here until the new head is stored: another request must not come between.
    """
    if request.old_size != latest.size:
        raise WitnessRefused(WitnessReason.OTHER_SIZE, "the witness has another size", size=latest.size)
    new = signed.head
    if new.size == latest.size and new.root != latest.root:
        raise WitnessRefused(WitnessReason.FORKED, "the log signed two roots for one size")
    try:
        verify_consistency(latest.size, new.size, latest.root, new.root, request.proof)
    except ProofRefused as error:
        raise WitnessRefused(WitnessReason.NOT_CONSISTENT, error.detail) from None


@dataclass(frozen=True, slots=True)
class WitnessSigner:
    """The key of a witness (Ed25519, cosignature/v1)."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> "WitnessSigner":
        """A new key. ``name`` has no spaces and no plus, best a URL without scheme."""
        signer = cls(name, Ed25519PrivateKey.generate())
        _ = signer.verifier_key  # refuses a bad name now
        return signer

    def to_bytes(self) -> bytes:
        """For the key ring: name, newline, 32 bytes of seed."""
        return key_to_bytes(self.name, self.private)

    @classmethod
    def from_bytes(cls, data: bytes) -> "WitnessSigner":
        """Read what ``to_bytes`` wrote. Raises NoteRefused(MALFORMED_KEY)."""
        return cls(*key_from_bytes(data))

    @property
    def verifier_key(self) -> VerifierKey:
        return verifier_key(self.name, SignatureType.COSIGNATURE, self.private)

    @property
    def vkey(self) -> str:
        """The public key to publish, one line."""
        return self.verifier_key.to_text()

    def cosign(self, signed: Signed, at: datetime) -> Signature:
        """The cosignature; only after ``check_growth``, and sent only after the new head is durable."""
        return cosign_text(signed.text, self.name, self.private, at)


def origin_hash(origin: str) -> str:
    """How an origin stands in the address where a witness shows what it cosigned: SHA-256, hex."""
    return sha256(origin.encode()).hexdigest()


def read_size(body: str) -> int:
    """The size in an answer 409. Raises ValueError."""
    found = _SIZE.fullmatch(body)
    if found is None or int(found[1]) > LARGEST_SIZE:
        raise ValueError("not the size of a tree")
    return int(found[1])


def read_cosignatures(body: str, note_text: str, witnesses: Sequence[VerifierKey]) -> list[Signature]:
    """The lines of these witnesses in an answer 200; lines of unknown keys are left out. Raises NoteRefused when one does not hold or none is there."""
    signatures = tuple(parse_signature(line) for line in body.removesuffix("\n").split("\n"))
    answered = Note(Note.parse(note_text).text, signatures)
    known = {(key.name, key.key_id) for key in answered.verified_by(witnesses)}
    return [line for line in signatures if (line.name, line.key_id) in known]


def _checkpoint(text: str) -> Checkpoint:
    try:
        return Checkpoint.parse(text)
    except NoteRefused as error:
        if text.split("\n")[1:2] == ["0"]:
            raise WitnessRefused(
                WitnessReason.NOT_CONSISTENT, "an empty log has the root of the empty tree"
            ) from None
        raise _malformed(error.detail) from None


def _malformed(detail: str) -> WitnessRefused:
    return WitnessRefused(WitnessReason.MALFORMED, detail)
