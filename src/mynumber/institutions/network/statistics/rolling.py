"""Keeping the counts up to date: by the core's housekeeping each minute, or by ``roll_up_usage`` of ``mynumber.webkit.manage``.

What was asked is counted once, :data:`MARGIN` after it was asked: by then its record is committed, or the core gave up. The counts of
a day's askers are made anew while the day lasts, and once more after it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

MARGIN: Final = timedelta(minutes=2)
JAPAN: Final = ZoneInfo("Asia/Tokyo")
MOST_PIECES: Final = 400
"""Days that one run catches up at most."""


async def keep_counts(pool: Any, at: datetime, *, askers: bool) -> None:
    """Count what came since the last time, and with `askers` the askers of today and yesterday."""
    async with pool.acquire() as connection:
        await connection.fetchval("SELECT roll_up_usage($1)", MARGIN)
        if askers:
            for day in days_to_count(at):
                await connection.fetchval("SELECT count_askers($1)", day)


def days_to_count(at: datetime) -> tuple[Any, ...]:
    """Yesterday and today in Japan."""
    today = at.astimezone(JAPAN).date()
    return today - timedelta(days=1), today
