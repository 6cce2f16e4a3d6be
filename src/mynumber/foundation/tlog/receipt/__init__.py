"""Receipts: a record of the network that its person can verify offline, for as long as they keep the file.

A receipt is a ``tlog-proof`` file whose ``extra`` line carries the record and its salt as JSON
``{"format":"mynumber-receipt.v1","salt":BASE64URL,"record":{...}}`` (the record in its one spelling). Whoever has the file and the public key of the log checks it without any server:

    python -m mynumber.foundation.tlog.receipt FILE --key VKEY [--witness VKEY]
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

import msgspec

from mynumber.foundation.tlog.checkpoint import policy_of, verify_under
from mynumber.foundation.tlog.commitment import SALT_BYTES, commitment, read_record
from mynumber.foundation.tlog.merkle import ProofReason, ProofRefused, leaf_hash, verify_inclusion
from mynumber.foundation.tlog.note import Note, NoteReason, NoteRefused, VerifierKey
from mynumber.foundation.tlog.policy import Policy
from mynumber.foundation.tlog.proof import LogProof, MalformedProof

FORMAT: Final = "mynumber-receipt.v1"
LONGEST_RECEIPT: Final = 256 * 1024


class ReceiptReason(StrEnum):
    """What failed in a receipt."""

    MALFORMED = "malformed"
    MALFORMED_RECORD = "malformed_record"
    MALFORMED_KEY = "malformed_key"
    MALFORMED_CHECKPOINT = "malformed_checkpoint"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_LOG = "wrong_log"
    NOT_ENOUGH_WITNESSES = "not_enough_witnesses"
    WRONG_POSITION = "wrong_position"
    NOT_INCLUDED = "not_included"


class ReceiptInvalid(Exception):
    """A receipt that proves nothing. The message holds nothing of the record."""

    def __init__(self, reason: ReceiptReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


class _Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["mynumber-receipt.v1"]
    salt: str
    record: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Receipt:
    """A record (its one spelling, see ``commitment.canonical_record``), its salt, and the proof that the log holds it."""

    record: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    """The signed note, verbatim."""

    def to_text(self) -> str:
        """The file, UTF-8; all of it is printable ASCII but the dash of signature lines and what the origin holds."""
        salt = base64.urlsafe_b64encode(self.salt).rstrip(b"=").decode()
        extra = msgspec.json.encode(_Extra(FORMAT, salt, msgspec.Raw(self.record)))
        return LogProof(self.index, self.hashes, self.checkpoint, extra).to_text()

    @classmethod
    def parse(cls, text: str) -> "Receipt":
        """Read a receipt strictly without verifying it. Raises ReceiptInvalid: MALFORMED, MALFORMED_RECORD."""
        if len(text) > LONGEST_RECEIPT:
            raise ReceiptInvalid(
                ReceiptReason.MALFORMED, f"a receipt has at most {LONGEST_RECEIPT} characters"
            )
        try:
            proof = LogProof.parse(text)
        except MalformedProof as error:
            raise ReceiptInvalid(ReceiptReason.MALFORMED, str(error)) from None
        if proof.extra is None:
            raise ReceiptInvalid(ReceiptReason.MALFORMED, "the record is missing")
        try:
            extra = msgspec.json.decode(proof.extra, type=_Extra)
            salt = binascii.a2b_base64(extra.salt.replace("-", "+").replace("_", "/") + "=")
            record = bytes(extra.record)
            read_record(record)
        except (
            ValueError,
            RecursionError,
        ):  # of msgspec, UTF-8, base64 and read_record; some repeat what they read
            raise ReceiptInvalid(ReceiptReason.MALFORMED_RECORD, "the record cannot be read") from None
        receipt = cls(record, salt, proof.index, proof.hashes, proof.checkpoint)
        if len(salt) != SALT_BYTES or receipt.to_text() != text:
            raise ReceiptInvalid(ReceiptReason.MALFORMED_RECORD, "the record is not in its one spelling")
        return receipt

    def verify(self, policy: Policy) -> "VerifiedReceipt":
        """Check log, witnesses and position. Raises ReceiptInvalid with what failed."""
        try:
            witnessed = verify_under(self.checkpoint, policy)
        except NoteRefused as error:
            raise ReceiptInvalid(_OF_NOTE[error.reason], error.detail) from None
        checkpoint = witnessed.checkpoint
        leaf = leaf_hash(commitment(self.record, self.salt))
        try:
            verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        except ProofRefused as error:
            raise ReceiptInvalid(_OF_PROOF[error.reason], error.detail) from None
        return VerifiedReceipt(
            read_record(self.record),
            self.index,
            checkpoint.size,
            checkpoint.origin,
            checkpoint.root,
            witnessed.cosigned,
            max(len(Note.parse(self.checkpoint).signatures) - len(witnessed.cosigned) - 1, 0),
        )


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt that holds: this record is entry ``index`` of the log ``origin``, whose first ``size`` entries have ``root``."""

    record: dict[str, object] = field(repr=False)
    index: int
    size: int
    origin: str
    root: bytes
    cosigned: tuple[tuple[str, datetime], ...] = ()
    """The known witnesses that cosigned, and when they say they did."""
    other_signatures: int = 0
    """Lines of keys that the policy does not know, which were not looked at."""


def verify_receipt(
    text: str, log_key: VerifierKey | str, *, witnesses: Sequence[VerifierKey] = (), quorum: int = 0
) -> VerifiedReceipt:
    """Check a receipt against the public key of the log (a vkey). Raises ReceiptInvalid with what failed."""
    receipt = Receipt.parse(text)
    try:
        policy = policy_of(log_key, witnesses, quorum)
    except NoteRefused as error:
        raise ReceiptInvalid(_OF_NOTE[error.reason], error.detail) from None
    return receipt.verify(policy)


def verify_receipt_under(text: str, policy: Policy) -> VerifiedReceipt:
    """Check a receipt against a policy: known logs, known witnesses, how many of them. Raises ReceiptInvalid with what failed."""
    return Receipt.parse(text).verify(policy)


_OF_NOTE: Final = {
    NoteReason.TOO_LARGE: ReceiptReason.MALFORMED_CHECKPOINT,
    NoteReason.MALFORMED: ReceiptReason.MALFORMED_CHECKPOINT,
    NoteReason.MALFORMED_CHECKPOINT: ReceiptReason.MALFORMED_CHECKPOINT,
    NoteReason.MALFORMED_KEY: ReceiptReason.MALFORMED_KEY,
    NoteReason.UNKNOWN_KEY: ReceiptReason.UNKNOWN_KEY,
    NoteReason.BAD_SIGNATURE: ReceiptReason.BAD_SIGNATURE,
    NoteReason.WRONG_ORIGIN: ReceiptReason.WRONG_LOG,
    NoteReason.NOT_ENOUGH_WITNESSES: ReceiptReason.NOT_ENOUGH_WITNESSES,
}
_OF_PROOF: Final = {
    ProofReason.OUT_OF_RANGE: ReceiptReason.WRONG_POSITION,
    ProofReason.WRONG_LENGTH: ReceiptReason.WRONG_POSITION,
    ProofReason.WRONG_ROOT: ReceiptReason.NOT_INCLUDED,
}
