"""補正の期限 at the pension service."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

from django.db import transaction

from mynumber.institutions.pension_service.exemptions.models import Application
from mynumber.webkit.examination.chasing import LOOK_EVERY_SECONDS, WORKER, chase
from mynumber.webkit.turns import take_turns


def start() -> Thread:
    """Look as long as the process lives."""
    return take_turns(WORKER, _look, every=LOOK_EVERY_SECONDS)


def _look() -> None:
    with transaction.atomic():
        chase(Application, at=datetime.now(UTC))
