"""The case worker's acts at a municipality, beside those that need nothing of its own (`webkit.examination.examining`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from mynumber.institutions.municipality.applications import senders
from mynumber.institutions.municipality.applications.entitlements import entitlement_of
from mynumber.institutions.municipality.applications.models import Application, Entry, Paper
from mynumber.institutions.municipality.applications.sheets import sheet_of
from mynumber.institutions.municipality.register.models import Person
from mynumber.webkit.examination import examining
from mynumber.webkit.examination.arriving import content_of
from mynumber.webkit.examination.examining import held, lock
from mynumber.webkit.examination.filed import declared_of, procedure_of, stated_of
from mynumber.webkit.examination.states import LIVE
from mynumber.webkit.staff.models import StaffMember

__all__ = ["accept", "identify_as", "lock", "look_again", "note"]

accept = partial(examining.accept, sheet_of)


def note(
    application: Application | None, act: str, *, staff: StaffMember, at: datetime, words: str = ""
) -> None:
    """Write down who did what. None: to a draft at the counter."""
    Entry.objects.create(
        application=application, at=at, by=staff, by_name=staff.display_name, act=act, words=words[:400]
    )


def look_again(
    application: Application, staff: StaffMember, *, code: str, now: Callable[[], datetime]
) -> None:
    """Look at signatures of senders that could not be decided when they arrived. Raises CannotDo."""
    row = held(application, staff, *LIVE)
    for paper in Paper.objects.filter(submission__application=row).select_related("submission"):
        senders.look_again(code, paper, content_of(paper), now=now, by_name=staff.display_name)
    note(row, "looked", staff=staff, at=now())


def identify_as(application: Application, addressee: str, staff: StaffMember, *, at: datetime) -> None:
    """A person looked and says who it is (四情報で一人に定まらないとき). Raises CannotDo."""
    person = Person.objects.filter(addressee=addressee).first()
    entitlement = entitlement_of(
        procedure_of(application), declared_of(application), person, stated_of(application)
    )
    examining.identify_as(application, person, entitlement, staff, at=at)
