"""Which checkpoint the log shows: the newest that enough witnesses have cosigned.

A checkpoint that waits for its witnesses longer than :data:`PATIENCE` is shown without them, so that a witness that is away
cannot hold back records and receipts; the monitor says so. What is shown never gets smaller: a cosignature stays, and age only grows.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from mynumber.foundation.tlog import Policy

POLICY_VARIABLE: Final = "MYNUMBER_LOG_POLICY"
PATIENCE: Final = timedelta(seconds=10)

_PUBLISHED: Final = """
    SELECT size, note, signed_at, array(
        SELECT line FROM cosignature WHERE cosignature.size = checkpoint.size ORDER BY witness
    ) AS lines
    FROM checkpoint
    WHERE signed_at <= now() - {patience}
       OR (SELECT count(*) FROM cosignature WHERE cosignature.size = checkpoint.size) >= {fewest}
    ORDER BY size DESC LIMIT 1
"""
PUBLISHED: Final = _PUBLISHED.format(patience="$1::interval", fewest="$2")
"""For asyncpg. Parameters: :data:`PATIENCE`, and how few cosignatures can be enough."""
PUBLISHED_FOR_DJANGO: Final = _PUBLISHED.format(patience="%s::interval", fewest="%s")


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as it is shown: the signed note with the cosignatures."""

    size: int
    note: str
    signed_at: Any
    cosignatures: int

    @classmethod
    def of_row(cls, size: int, note: str, signed_at: Any, lines: list[str]) -> Published:
        return cls(size, note + "".join(lines), signed_at, len(lines))


@lru_cache(maxsize=1)
def policy() -> Policy:
    """The witnesses that the log asks (``MYNUMBER_LOG_POLICY``); none when the variable is not set. Raises BadPolicy, OSError."""
    path = os.environ.get(POLICY_VARIABLE)
    return Policy.parse(Path(path).read_text(encoding="utf-8")) if path else Policy()


async def published(connection: Any) -> Published | None:
    """What the log shows now, or None before the first checkpoint."""
    row = await connection.fetchrow(PUBLISHED, PATIENCE, policy().fewest_cosignatures)
    return None if row is None else Published.of_row(*row)
