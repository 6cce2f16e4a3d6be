"""The keys of codes as the running core knows them: several versions side by side while codes change from one to the next.

``codes`` in the key ring holds the secrets of every version; ``codes_closed`` names the versions that nobody may ask with any more. Their
secrets stay, because records of seven years name people by them.
"""

from __future__ import annotations

from dataclasses import dataclass

from mynumber.foundation.codes import CodeKeys
from mynumber.foundation.keyring import KeyRing

KEYS, CLOSED = "codes", "codes_closed"


@dataclass(frozen=True, slots=True)
class CodeRing:
    """Keys and closed versions, as of one state of the key ring."""

    keys: CodeKeys
    closed: frozenset[int]
    live: tuple[int, ...]
    """Versions that institutions may hold codes of, newest first."""
    state: tuple[tuple[int, ...], tuple[int, ...]]

    @classmethod
    def read(cls, ring: KeyRing) -> CodeRing:
        """Raises KeyRingRefused, BadCode."""
        state = _state(ring)  # before the secrets: what is added meanwhile is found the next time
        closed = frozenset(map(int, ring.secret(CLOSED).split())) if ring.has(CLOSED) else frozenset()
        keys = CodeKeys.from_bytes(ring.secret(KEYS))
        live = tuple(version for version in reversed(keys.versions) if version not in closed)
        return cls(keys, closed, live, state)

    def renewed(self, ring: KeyRing) -> CodeRing:
        """Itself, or what the key ring holds now when that is something else."""
        return self if _state(ring) == self.state else CodeRing.read(ring)


def _state(ring: KeyRing) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(ring.generations(KEYS)), tuple(ring.generations(CLOSED))
