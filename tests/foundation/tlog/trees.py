"""A naive Merkle tree straight from the definitions of RFC 6962, section 2.1: what the fast one is compared with."""

from collections.abc import Sequence
from hashlib import sha256


def root(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = half(len(entries))
    return sha256(b"\x01" + root(entries[:k]) + root(entries[k:])).digest()


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = half(len(entries))
    if m < k:
        return [*path(m, entries[:k]), root(entries[k:])]
    return [*path(m - k, entries[k:]), root(entries[:k])]


def consistency(m: int, entries: Sequence[bytes]) -> list[bytes]:
    def subproof(m: int, entries: Sequence[bytes], whole: bool) -> list[bytes]:
        if m == len(entries):
            return [] if whole else [root(entries)]
        k = half(len(entries))
        if m <= k:
            return [*subproof(m, entries[:k], whole), root(entries[k:])]
        return [*subproof(m - k, entries[k:], False), root(entries[:k])]

    return subproof(m, entries, True)


def half(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]
