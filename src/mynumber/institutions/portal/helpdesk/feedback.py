"""ご意見: what people say about a page, what becomes of it, and what the public reads of it."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from mynumber.institutions.portal.helpdesk import kept
from mynumber.institutions.portal.helpdesk.models import Feedback, FeedbackSent, FeedbackState
from mynumber.webkit.staff.models import StaffMember

LONGEST: Final = 1000
MOST_AN_HOUR: Final = 5
"""Of one browser."""
MOST_OF_ALL_AN_HOUR: Final = 300
_PERSONAL: Final = re.compile(r"(?:[0-9][\s-]?){10,}|[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
"""What looks like a number of a person, a telephone or an account, or an e-mail address."""
_PAGE: Final = re.compile(r"[a-z0-9_:-]{0,80}")


class Fault(StrEnum):
    """Why feedback is not taken."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    PERSONAL = "personal"
    TOO_OFTEN = "too_often"


class NotTaken(Exception):
    """Nothing is kept."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def give(page: str, words: str, *, sender: str, now: datetime) -> Feedback:
    """Keep what somebody says about a page (its name in the program). sender: what tells browsers apart for a day. Raises NotTaken."""
    text = words.replace("\r\n", "\n").strip()
    if not text:
        raise NotTaken(Fault.EMPTY)
    if len(text) > LONGEST:
        raise NotTaken(Fault.TOO_LONG)
    if _PERSONAL.search(unicodedata.normalize("NFKC", text)):
        raise NotTaken(Fault.PERSONAL)
    digest = kept.keyed(f"{now:%Y-%m-%d}/{sender}", "feedback")
    with transaction.atomic():
        lately = FeedbackSent.objects.filter(at__gt=now - timedelta(hours=1))
        if lately.filter(sender=digest).count() >= MOST_AN_HOUR or lately.count() >= MOST_OF_ALL_AN_HOUR:
            raise NotTaken(Fault.TOO_OFTEN)
        FeedbackSent.objects.filter(at__lt=now - timedelta(days=1)).delete()
        FeedbackSent.objects.create(sender=digest, at=now)
        known = page if _PAGE.fullmatch(page) else ""
        return Feedback.objects.create(page=known, words=text, at=now)


def decide(
    feedback_id: UUID, state: FeedbackState, *, said: str, did: str, staff: StaffMember, now: datetime
) -> Feedback:
    """Put it where it belongs on the board. said, did: for the public page, in the portal's own words; both or none. Raises Feedback.DoesNotExist."""
    with transaction.atomic():
        feedback = Feedback.objects.select_for_update().get(pk=feedback_id)
        feedback.state, feedback.said, feedback.did = state, said.strip(), did.strip()
        feedback.decided_at, feedback.decided_by = now, staff
        feedback.save(update_fields=["state", "said", "did", "decided_at", "decided_by"])
    return feedback


def board() -> dict[FeedbackState, list[Feedback]]:
    """What lies where, the newest first."""
    return {
        state: list(Feedback.objects.filter(state=state).order_by("-at")[:100]) for state in FeedbackState
    }


def answered() -> list[Feedback]:
    """What the public page tells: said and did, the newest first. The words of whoever gave it stay inside."""
    return list(
        Feedback.objects.exclude(said="")
        .exclude(did="")
        .exclude(state=FeedbackState.NEW)
        .order_by("-decided_at")[:100]
    )
