"""Forgetting what was kept only for a while, whether or not anybody opens a page."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from django.conf import settings

from mynumber.wallet.documents import Documents
from mynumber.wallet.reader.power import POWERED
from mynumber.wallet.reader.session import ReaderSessions
from mynumber.webkit import logs

EVERY_SECONDS: Final = 60.0

_log = logs.get_logger(__name__)


def tidy(now: datetime) -> None:
    """Delete files and sessions that are over, and cut the power of cards nobody speaks to."""
    Documents(settings.WALLET_DOCUMENTS).forget_old(now)
    ReaderSessions(settings.WALLET_READERS).forget_old(now)
    POWERED.cut_idle(now)


def keep_tidy() -> None:
    """Tidy now and every minute in a thread of this process, until it ends."""
    threading.Thread(target=_run, name="tidying", daemon=True).start()


def _run() -> None:
    pause = threading.Event()
    while True:
        try:
            tidy(datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - a full disk today is no reason to keep files for ever
            _log.error("tidying failed and is tried again", exception=logs.outline(error))
        pause.wait(EVERY_SECONDS)
