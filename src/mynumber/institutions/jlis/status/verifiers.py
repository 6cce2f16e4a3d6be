"""Who asks: the key that a registered verifier shows, and what it opens. No Django here."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from hashlib import sha256
from typing import Final, Generic, TypeVar

from mynumber.institutions.jlis.status.store import Verifier
from mynumber.webkit.batching import Batcher

TRUSTED_SECONDS: Final = 1.0
"""How long it may take until the end of a registration shows."""
MOST_KEPT: Final = 10_000
LONGEST_KEY: Final = 512
_SCHEME: Final = b"bearer "

K = TypeVar("K", bound=Hashable)


class Verifiers:
    """Finds verifiers by their keys, or by the systems that sign for them. Only SHA-256 of a key is stored, kept and compared, so that comparing
    tells nothing of a key."""

    def __init__(
        self,
        by_key: Callable[[Sequence[bytes]], Awaitable[Sequence[Verifier | None]]],
        by_system: Callable[[Sequence[str]], Awaitable[Sequence[Verifier | None]]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._by_key = _Remembering(by_key, clock)
        self._by_system = _Remembering(by_system, clock)

    async def find(self, headers: Iterable[tuple[bytes, bytes]]) -> Verifier | None:
        """The verifier whose key the Authorization header of a request shows; None without a key, or one that nobody holds."""
        key = _bearer(headers)
        return None if key is None else await self._by_key.find(sha256(key).digest())

    async def of_system(self, system: str) -> Verifier | None:
        """The verifier that asks by signed messages of this system; None for one that is not registered."""
        return await self._by_system.find(system)


class _Remembering(Generic[K]):
    """Looks verifiers up, and takes them for registered for a moment."""

    def __init__(
        self,
        read: Callable[[Sequence[K]], Awaitable[Sequence[Verifier | None]]],
        clock: Callable[[], float],
    ) -> None:
        self._look_up: Batcher[K, Verifier | None] = Batcher(read)
        self._clock = clock
        self._known: dict[K, tuple[float, Verifier]] = {}

    async def find(self, key: K) -> Verifier | None:
        known = self._known.get(key)
        if known is not None and self._clock() < known[0]:
            return known[1]
        asked = self._clock()
        verifier = await self._look_up.submit(key)
        if verifier is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[key] = (asked + TRUSTED_SECONDS, verifier)
        return verifier


def _bearer(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The credential of the one Authorization header (RFC 6750, 2.1)."""
    values = [value for name, value in headers if name == b"authorization"]
    if len(values) != 1 or values[0][: len(_SCHEME)].lower() != _SCHEME:
        return None
    key = values[0][len(_SCHEME) :].strip()
    return key if 0 < len(key) <= LONGEST_KEY else None
