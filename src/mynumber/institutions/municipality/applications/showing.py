"""A form as its page shows it, with the names of the register."""

from __future__ import annotations

from functools import partial

from mynumber.foundation.procedures.answers import missing, value_at, visible_paths
from mynumber.institutions.municipality.applications.identifying import person_of
from mynumber.webkit.examination import showing
from mynumber.webkit.examination.words import label_of


def name_of(key: str) -> str:
    """The name of a person of the register by the form's key."""
    person = person_of(key)
    return person.name if person else ""


parts_of = partial(showing.parts_of, name_of=name_of)
askable = partial(showing.askable, name_of=name_of)
shown = partial(showing.shown, name_of=name_of)

__all__ = ["askable", "label_of", "missing", "parts_of", "shown", "value_at", "visible_paths"]
