"""Keeps the desk furnished: new CAs and certificates of the service are taken up, and certificates that will end are renewed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime
from typing import Final

from mynumber.foundation.keyring import KeyRing
from mynumber.institutions.jlis.status.desk import Desk
from mynumber.institutions.jlis.status.store import Store
from mynumber.webkit import logs

FURNISH_SECONDS: Final = 3.0
"""How often new CAs and new certificates of the service are looked for."""
RENEW_SECONDS: Final = 3600.0
"""How often certificates that are half over are looked for. At once when one begins to be missing ..."""
RETRY_SECONDS: Final = 60.0
"""... and again after this time while one is."""

_log = logs.get_logger(__name__)


async def furnish(desk: Desk, store: Store, keyring: KeyRing) -> None:
    """Take up the CAs and certificates that are there now."""
    roots = await store.roots()
    desk.furnish(roots, await store.service_certificates(datetime.now(UTC)), keyring.pem)


async def keep_furnished(desk: Desk, store: Store, keyring: KeyRing) -> None:
    """For as long as the process lives."""
    missed: list[str] = []
    again = 0.0
    while True:
        missing = desk.missing(datetime.now(UTC))
        if desk.roots and (missing != missed or time.monotonic() >= again):
            await _renew()
            await furnish(desk, store, keyring)
            missed = desk.missing(datetime.now(UTC))
            again = time.monotonic() + (RETRY_SECONDS if missed else RENEW_SECONDS)
        await asyncio.sleep(FURNISH_SECONDS)
        await furnish(desk, store, keyring)


async def _renew() -> None:
    """Run ``renew_responders`` as a short process of its own, so that this one, to which the world talks, never loads the key of a CA."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "django", "renew_responders", "--verbosity", "0"),
        env={**os.environ, "MYNUMBER_POOL": "0"},
    )
    if await process.wait() != 0:
        _log.error("certificates of the service were not renewed", status=process.returncode)
