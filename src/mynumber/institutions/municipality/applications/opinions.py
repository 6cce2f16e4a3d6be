"""What the rule says of an application of this municipality."""

from __future__ import annotations

from datetime import date

from mynumber.institutions.municipality.applications.models import Application
from mynumber.institutions.municipality.applications.sheets import Sheet, day
from mynumber.webkit.examination import opinions
from mynumber.webkit.examination.opinions import Opinion


def opinion(application: Application, sheet: Sheet, *, today: date) -> Opinion | None:
    """The rule's word, for the day on which the application arrived."""
    return opinions.opinion(sheet, claimed=day(application.arrived_at), today=today)
