"""How many requests an institution may send: a token bucket for each member, kept by each process."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

EVERYBODY = "*"
DEFAULT_RATES = "*=10000/100000"
"""Requests a second, and how many at once after a rest. Far above what a member asks (Japan's local bodies together: about one a second on average)
and below what would keep everybody else out."""

_RATE = re.compile(r"(\*|[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)=([1-9][0-9]{0,6})/([1-9][0-9]{0,8})", re.ASCII)


class BadRates(ValueError):
    """The setting cannot be read; the message says which part."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second in the long run, and the most at once."""

    a_second: int
    burst: int


def parse_rates(text: str) -> dict[str, Rate]:
    """Read ``*=10000/100000 pension_service=20000/200000``: member or ``*`` for all others, rate, burst. Raises BadRates."""
    rates: dict[str, Rate] = {}
    for part in text.split():
        found = _RATE.fullmatch(part)
        if found is None or found[1] in rates:
            raise BadRates(f"a rate is MEMBER=A_SECOND/BURST, each member once: {part!r}")
        rates[found[1]] = Rate(int(found[2]), int(found[3]))
    if EVERYBODY not in rates:
        raise BadRates("the rates name none for everybody else, *=A_SECOND/BURST")
    return rates


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class Limits:
    """The buckets of this process."""

    rates: Mapping[str, Rate]
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, member: str, count: int, at: float) -> bool:
        """Whether ``count`` requests may be taken now; ``at`` is in seconds of a clock that never goes back. A no takes nothing."""
        rate = self.rates.get(member) or self.rates[EVERYBODY]
        bucket = self._buckets.get(member)
        if bucket is None:
            bucket = self._buckets[member] = _Bucket(float(rate.burst), at)
        bucket.tokens = min(float(rate.burst), bucket.tokens + (at - bucket.at) * rate.a_second)
        bucket.at = at
        if bucket.tokens < count:
            return False
        bucket.tokens -= count
        return True
