"""Load the questions that a new portal begins with."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mynumber.institutions.portal.account.sessions import JAPAN
from mynumber.institutions.portal.helpdesk import questions
from mynumber.institutions.portal.helpdesk.models import Question
from mynumber.webkit.staff.models import StaffMember

FILE = Path(__file__).parents[2] / "questions.toml"


class Command(BaseCommand):
    """`mynumber run portal load_questions`: those that are not there yet; the first member of staff owns them."""

    help = "Load the questions that a new portal begins with."

    def handle(self, *_: Any, **__: Any) -> None:
        """Load."""
        listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["question"]
        owner, today = StaffMember.objects.order_by("pk").first(), datetime.now(UTC).astimezone(JAPAN).date()
        known = set(Question.objects.values_list("question", flat=True))
        made = [
            Question(**each, owner=owner, reviewed_on=today, review_by=today + questions.REVIEW_EVERY)
            for each in listed
            if each["question"] not in known
        ]
        Question.objects.bulk_create(made)
        self.stdout.write(f"{len(made)} questions")
