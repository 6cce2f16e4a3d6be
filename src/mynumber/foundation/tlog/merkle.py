"""The Merkle tree of RFC 6962, section 2.1: hashes, inclusion proofs, consistency proofs.

A *node* (level, index) is the complete subtree over the leaves ``[index << level, (index + 1) << level)``; level 0 is the leaf hashes. Proofs are
made from nodes that a reader function supplies, all in one call, so that a store can fetch them in one query.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, 2.1)."""

NodeId = tuple[int, int]
"""(level, index) of a complete subtree."""
ReadHashes = Callable[[Sequence[NodeId]], Sequence[bytes]]
"""Gives the hashes of nodes, in the order asked."""


class ProofReason(StrEnum):
    """Why a proof does not hold."""

    OUT_OF_RANGE = "out_of_range"
    WRONG_LENGTH = "wrong_length"
    WRONG_ROOT = "wrong_root"
    WRONG_OLD_ROOT = "wrong_old_root"


class ProofRefused(ValueError):
    """A proof that does not prove what it should."""

    def __init__(self, reason: ProofReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_hash(size: int, read_hashes: ReadHashes) -> bytes:
    """The root of the tree of the first ``size`` leaves."""
    if size < 0:
        raise ProofRefused(ProofReason.OUT_OF_RANGE, "a tree has no negative size")
    return _hashes_of_ranges([(0, size)], read_hashes)[0] if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read_hashes: ReadHashes) -> list[bytes]:
    """The proof that leaf ``index`` is in the tree of ``size`` leaves: sibling hashes, leaf to root (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ProofRefused(ProofReason.OUT_OF_RANGE, "the leaf is not in the tree")
    siblings = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _hashes_of_ranges(siblings[::-1], read_hashes)


def consistency_proof(old_size: int, new_size: int, read_hashes: ReadHashes) -> list[bytes]:
    """The proof that the tree of ``old_size`` leaves is the beginning of that of ``new_size`` (RFC 6962, 2.1.2).

    Empty for equal sizes and for ``old_size`` 0.
    """
    if not 0 <= old_size <= new_size:
        raise ProofRefused(ProofReason.OUT_OF_RANGE, "a tree only grows")
    if old_size in {0, new_size}:
        return []
    ranges = []
    start, end = 0, new_size
    while end != old_size:
        middle = start + _split(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start > 0:  # else this subtree is the whole old tree, whose root the verifier has
        ranges.append((start, end))
    return _hashes_of_ranges(ranges[::-1], read_hashes)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash ``leaf`` is number ``index`` of the tree (RFC 9162, 2.1.3.2). Raises ProofRefused."""
    if not 0 <= index < size:
        raise ProofRefused(ProofReason.OUT_OF_RANGE, "the leaf is not in the tree")
    position, last = index, size - 1
    if len(proof) != _inclusion_length(index, size) or any(len(sibling) != HASH_BYTES for sibling in proof):
        raise ProofRefused(ProofReason.WRONG_LENGTH, "the proof has not the hashes that this position needs")
    computed = leaf
    for sibling in proof:
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            # a subtree without a right sibling rises unchanged
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            computed = node_hash(computed, sibling)
        position >>= 1
        last >>= 1
    if computed != root:
        raise ProofRefused(ProofReason.WRONG_ROOT, "the proof leads to another root")


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the old tree is the beginning of the new one (RFC 9162, 2.1.4.2). Raises ProofRefused."""
    if not 0 <= old_size <= new_size:
        raise ProofRefused(ProofReason.OUT_OF_RANGE, "a tree only grows")
    if old_size in {0, new_size}:
        _verify_trivial_consistency(old_size, new_size, old_root, new_root, proof)
        return
    if any(len(one) != HASH_BYTES for one in proof):
        raise ProofRefused(ProofReason.WRONG_LENGTH, "a hash has 32 bytes")
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # a power of two: the old tree is one node of the new
        path.insert(0, old_root)
    if not path:
        raise ProofRefused(ProofReason.WRONG_LENGTH, "the proof is empty")
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofRefused(ProofReason.WRONG_LENGTH, "the proof is too long")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    if last != 0:
        raise ProofRefused(ProofReason.WRONG_LENGTH, "the proof is too short")
    if old != old_root:
        raise ProofRefused(ProofReason.WRONG_OLD_ROOT, "the proof leads to another old root")
    if new != new_root:
        raise ProofRefused(ProofReason.WRONG_ROOT, "the proof leads to another new root")


def _verify_trivial_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise ProofRefused(ProofReason.WRONG_LENGTH, "these sizes need no proof")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise ProofRefused(ProofReason.WRONG_OLD_ROOT, "not the root of an empty tree")
    if old_size == new_size and old_root != new_root:
        raise ProofRefused(ProofReason.WRONG_ROOT, "two roots for one size")


def _split(count: int) -> int:
    """The largest power of two below ``count`` (at least 2): where RFC 6962 divides a list."""
    return 1 << ((count - 1).bit_length() - 1)


def _inclusion_length(index: int, size: int) -> int:
    """Siblings below the point where the paths of ``index`` and of the last leaf part, and left siblings above it."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def _nodes_of_range(start: int, end: int) -> list[NodeId]:
    """The complete subtrees, left to right, of a range that RFC 6962 makes one (sub)tree of."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _hashes_of_ranges(ranges: Sequence[tuple[int, int]], read_hashes: ReadHashes) -> list[bytes]:
    """The hash of each (sub)tree, with one call of the reader."""
    groups = [_nodes_of_range(start, end) for start, end in ranges]
    hashes = iter(read_hashes([node for group in groups for node in group]))
    roots = []
    for group in groups:
        parts = [next(hashes) for _ in group]
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        roots.append(root)
    return roots
