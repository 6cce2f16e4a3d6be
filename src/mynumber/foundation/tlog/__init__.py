"""A tamper-evident log in the C2SP formats: Merkle tree, tiles, checkpoints, signed notes, proofs, receipts.

Everything here is pure: whoever keeps the log stores tiles and hands in a function that reads them. The formats and what this log puts in
them: docs/protocols/log.md.
"""

from mynumber.foundation.tlog.checkpoint import (
    Checkpoint,
    LogSigner,
    Witnessed,
    verify_checkpoint,
    verify_under,
)
from mynumber.foundation.tlog.commitment import SALT_BYTES, canonical_record, commitment, new_salt
from mynumber.foundation.tlog.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    ProofReason,
    ProofRefused,
    ReadHashes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from mynumber.foundation.tlog.note import Note, NoteReason, NoteRefused, VerifierKey
from mynumber.foundation.tlog.policy import BadPolicy, Policy
from mynumber.foundation.tlog.proof import LogProof
from mynumber.foundation.tlog.receipt import (
    Receipt,
    ReceiptInvalid,
    ReceiptReason,
    VerifiedReceipt,
    verify_receipt,
)
from mynumber.foundation.tlog.tiles import (
    ReadTile,
    Tile,
    TileId,
    extend,
    hash_reader,
    overlay,
    tile_width,
    tiles_of,
    with_fetched_tiles,
)
from mynumber.foundation.tlog.witness import (
    AddCheckpoint,
    TreeHead,
    WitnessReason,
    WitnessRefused,
    WitnessSigner,
)

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "SALT_BYTES",
    "AddCheckpoint",
    "BadPolicy",
    "Checkpoint",
    "LogProof",
    "LogSigner",
    "Note",
    "NoteReason",
    "NoteRefused",
    "Policy",
    "ProofReason",
    "ProofRefused",
    "ReadHashes",
    "ReadTile",
    "Receipt",
    "ReceiptInvalid",
    "ReceiptReason",
    "Tile",
    "TileId",
    "TreeHead",
    "VerifiedReceipt",
    "VerifierKey",
    "WitnessReason",
    "WitnessRefused",
    "WitnessSigner",
    "Witnessed",
    "canonical_record",
    "commitment",
    "consistency_proof",
    "extend",
    "hash_reader",
    "inclusion_proof",
    "leaf_hash",
    "new_salt",
    "node_hash",
    "overlay",
    "root_hash",
    "tile_width",
    "tiles_of",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_receipt",
    "verify_under",
    "with_fetched_tiles",
]
