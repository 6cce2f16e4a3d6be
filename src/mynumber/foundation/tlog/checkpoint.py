"""Checkpoints (C2SP tlog-checkpoint): what the log signs about its whole content."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mynumber.foundation.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from mynumber.foundation.tlog.note import (
    Note,
    NoteReason,
    NoteRefused,
    SignatureType,
    VerifierKey,
    decode_base64,
    key_from_bytes,
    key_to_bytes,
    sign_text,
    verifier_key,
)
from mynumber.foundation.tlog.policy import Policy

LARGEST_SIZE: Final = (1 << 63) - 1
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin, size and root (32 bytes) of a log, with extension lines (discouraged by the format)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def to_text(self) -> str:
        """The note text."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text strictly. Raises NoteRefused(MALFORMED_CHECKPOINT)."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or "" in lines:
            raise _malformed("a checkpoint is origin, size, root and no empty line")
        if _SIZE.fullmatch(lines[1]) is None or int(lines[1]) > LARGEST_SIZE:
            raise _malformed("the size is not a decimal number below 2^63")
        try:
            root = decode_base64(lines[2])
        except ValueError:
            raise _malformed("the root is not canonical base64") from None
        checkpoint = cls(lines[0], int(lines[1]), root, tuple(lines[3:]))
        if len(root) != HASH_BYTES or (checkpoint.size == 0 and root != EMPTY_ROOT):
            raise _malformed("the root is not one of this size")
        if checkpoint.to_text() != text:
            raise _malformed("the checkpoint is not in its one spelling")
        return checkpoint


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The key of a log; its name is the origin."""

    origin: str
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, origin: str) -> "LogSigner":
        """A new key. ``origin`` has no spaces and no plus, best a URL without scheme."""
        signer = cls(origin, Ed25519PrivateKey.generate())
        _ = signer.verifier_key  # refuses a bad origin now
        return signer

    def to_bytes(self) -> bytes:
        """For the key ring: origin, newline, 32 bytes of seed."""
        return key_to_bytes(self.origin, self.private)

    @classmethod
    def from_bytes(cls, data: bytes) -> "LogSigner":
        """Read what ``to_bytes`` wrote. Raises NoteRefused(MALFORMED_KEY)."""
        return cls(*key_from_bytes(data))

    @property
    def verifier_key(self) -> VerifierKey:
        return verifier_key(self.origin, SignatureType.ED25519, self.private)

    @property
    def vkey(self) -> str:
        """The public key to publish, one line."""
        return self.verifier_key.to_text()

    def sign_checkpoint(self, checkpoint: Checkpoint) -> str:
        """The signed note. The caller answers for it being consistent with all that were signed before."""
        if checkpoint.origin != self.origin:
            raise NoteRefused(NoteReason.WRONG_ORIGIN, "a log signs its own checkpoints only")
        text = checkpoint.to_text()
        Checkpoint.parse(text)
        return Note(text, (sign_text(text, self.origin, self.private),)).to_text()


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that holds under a policy, with the witnesses that cosigned it and when they say they did."""

    checkpoint: Checkpoint
    cosigned: tuple[tuple[str, datetime], ...] = ()
    """Names of the witnesses' keys, in the order of their lines."""


def verify_under(note_text: str, policy: Policy) -> Witnessed:
    """Check a signed checkpoint: signed by a known log, cosigned by as many known witnesses as the policy wants.

    Raises NoteRefused: TOO_LARGE, MALFORMED, UNKNOWN_KEY, BAD_SIGNATURE, MALFORMED_CHECKPOINT, WRONG_ORIGIN, NOT_ENOUGH_WITNESSES.
    """
    note = Note.parse(note_text)
    signers = note.verified_by([log.key for log in policy.logs])
    checkpoint = Checkpoint.parse(note.text)
    if any(checkpoint.origin != key.name for key in signers):
        raise NoteRefused(NoteReason.WRONG_ORIGIN, "the checkpoint is of another log")
    cosigned = note.cosigned_by(policy.witness_keys)
    if not policy.is_satisfied(cosigned):
        raise NoteRefused(
            NoteReason.NOT_ENOUGH_WITNESSES,
            f"{len(cosigned)} known witnesses signed, and that is not enough here",
        )
    return Witnessed(checkpoint, tuple((key.name, at) for key, at in cosigned.items()))


def verify_checkpoint(
    note_text: str, log_key: VerifierKey | str, *, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> Checkpoint:
    """Check a signed checkpoint against the key of its log and, if a quorum is asked, cosignatures of known witnesses.

    Raises NoteRefused as :func:`verify_under`, and MALFORMED_KEY.
    """
    return verify_under(note_text, policy_of(log_key, witnesses, quorum)).checkpoint


def policy_of(log_key: VerifierKey | str, witnesses: Sequence[VerifierKey] = (), quorum: int = 0) -> Policy:
    """The policy that trusts one log and so many of these witnesses. Raises NoteRefused(MALFORMED_KEY)."""
    key = VerifierKey.parse(log_key) if isinstance(log_key, str) else log_key
    if key.kind is not SignatureType.ED25519:
        raise NoteRefused(NoteReason.MALFORMED_KEY, "the key of a log is of type 0x01")
    return Policy.of_keys([key], witnesses, quorum=quorum)


def _malformed(detail: str) -> NoteRefused:
    return NoteRefused(NoteReason.MALFORMED_CHECKPOINT, detail)
