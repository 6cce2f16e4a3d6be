"""Words for people about applications: the office, what it is an application for, where it stands."""

from __future__ import annotations

from typing import Final

from mynumber.institutions.pension_service.exemptions.models import Application
from mynumber.webkit.examination import words
from mynumber.webkit.face.parts import Chip

SERVICE: Final = "日本年金機構"


def office_of(application: Application) -> str:
    """Who has it, in words."""
    held = application.holder.department if application.holder else "国民年金の免除の担当"
    return f"{SERVICE}　{held}"


def title_of(application: Application) -> str:
    """What it is an application for."""
    return words.title_of(application.procedure, application.version)


def chip(application: Application) -> Chip:
    """Where it stands."""
    return words.chip_of(application.state)
