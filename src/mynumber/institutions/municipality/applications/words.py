"""Words for people about applications of a municipality: its offices, and what all bodies say."""

from __future__ import annotations

from mynumber.foundation.numbers import find
from mynumber.institutions.municipality.applications.models import Application
from mynumber.webkit.examination import words
from mynumber.webkit.examination.words import ACTS, STEPS, label_of
from mynumber.webkit.face.parts import Chip

__all__ = ["ACTS", "STEPS", "chip", "label_of", "office_of", "title_of", "town"]


def town(tenant: str) -> str:
    """東京都葛飾区"""
    return find(tenant).full_name


def office_of(application: Application) -> str:
    """Who has it, in words."""
    held = application.holder.department if application.holder else "申請の担当"
    return f"{town(application.tenant)}　{held}"


def title_of(application: Application) -> str:
    """What it is an application for."""
    return words.title_of(application.procedure, application.version)


def chip(application: Application) -> Chip:
    """Where it stands."""
    return words.chip_of(application.state)
