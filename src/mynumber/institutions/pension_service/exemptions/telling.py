"""What the portal is told by the pension service."""

from __future__ import annotations

from threading import Thread

from django.db import transaction

from mynumber.institutions.pension_service.exemptions.models import ToldStep
from mynumber.institutions.pension_service.systems import MEMBER
from mynumber.protocols.refusal import Refused
from mynumber.webkit import logs
from mynumber.webkit.examination import telling
from mynumber.webkit.examination.telling import LOOK_EVERY_SECONDS, WORKER, woken
from mynumber.webkit.turns import take_turns

_log = logs.get_logger(__name__)


def start() -> Thread:
    """Send as long as the process lives. What was under way is sent again by the next process."""
    return take_turns(WORKER, _turn, every=LOOK_EVERY_SECONDS, woken=woken)


def _turn() -> None:
    try:
        telling.send(ToldStep, sender=MEMBER, at_work=transaction.atomic)
    except Refused as refused:
        _log.info("work waits", action=WORKER, hop=refused.hop.value, reason=refused.reason.value)
