"""What a municipality makes of a national preset (様式の地域化): the form is the preset's version, with its overlay laid on.

An overlay is a file of the catalogue, `_local/MUNICIPALITY/PROCEDURE.toml`; several with days of their own are its versions. What it may not do stands in `presets`.

    procedure = "nursery_application"
    version = "2026-04"
    municipality = "131016"
    since = 2026-04-01
    ordinance = "千代田区保育の実施に関する条例"
    offered = "online"              # or "counter", "none": then `instead` says whom to ask
    off = ["allergy_question"]
    processing_days = 45
    office = { ja = "...", easy = "...", en = "..." }
    due = { ja = "...", easy = "...", en = "..." }
    [[field]]   # id begins with local_
    [[document]]
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from mynumber.foundation.procedures.definition import Document, Field, Procedure
from mynumber.foundation.procedures.words import Strict, Words

LOCAL = "local_"
"""How ids of a municipality's own fields and documents begin."""


class Offered(StrEnum):
    """How a municipality offers a procedure."""

    ONLINE = "online"
    """In the portal and at the counter."""
    COUNTER = "counter"
    """窓口だけ"""
    NONE = "none"
    """行っていない: somebody else does it there, or nobody."""


class Overlay(Strict, frozen=True, kw_only=True):
    """What a municipality sets on top of a preset."""

    procedure: str
    version: str
    municipality: str
    ordinance: str
    """条例・規則 that the municipality's own fields rest on."""
    since: date = date(2026, 4, 1)
    until: date | None = None
    offered: Offered = Offered.ONLINE
    instead: Words | None = None
    """Whom to ask where it is not offered online."""
    off: tuple[str, ...] = ()
    """Switches turned off."""
    processing_days: int | None = None
    office: Words | None = None
    due: Words | None = None
    field: tuple[Field, ...] = ()
    document: tuple[Document, ...] = ()

    @property
    def name(self) -> str:
        """The version of the form as it is there: 2026-04+131016.20260401."""
        return f"{self.version}+{self.municipality}.{self.since:%Y%m%d}"

    def applies(self, on: date) -> bool:
        """Whether it is in force on the day; `until` is the last day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Local:
    """A procedure as a municipality has it: its overlay laid on, or the preset as it stands."""

    procedure: Procedure
    overlay: Overlay | None = None

    @property
    def offered(self) -> Offered:
        """How it is offered there."""
        return self.overlay.offered if self.overlay else Offered.ONLINE

    @property
    def instead(self) -> Words | None:
        """Whom to ask, where it is not offered online."""
        return self.overlay.instead if self.overlay else None

    @property
    def own_fields(self) -> tuple[Field, ...]:
        """What this municipality asks beside the preset."""
        return tuple(each for each in self.procedure.field if each.local)


def laid_on(preset: Procedure, overlay: Overlay) -> Procedure:
    """The form of a municipality. It is not checked here (`presets.adopt`)."""
    kept = tuple(each for each in preset.field if each.switch not in overlay.off or not each.switch)
    local = tuple(msgspec.structs.replace(each, local=True) for each in overlay.field)
    documents = tuple(each for each in preset.document if each.switch not in overlay.off or not each.switch)
    own_documents = tuple(msgspec.structs.replace(each, local=True) for each in overlay.document)
    processing = preset.deadlines.processing
    if overlay.processing_days is not None:
        processing = msgspec.structs.replace(processing, days=overlay.processing_days)
    return msgspec.structs.replace(
        preset,
        version=overlay.name,
        field=(*kept, *local),
        document=(*documents, *own_documents),
        deadlines=msgspec.structs.replace(preset.deadlines, processing=processing),
        competent=msgspec.structs.replace(preset.competent, office=overlay.office or preset.competent.office),
        due=overlay.due or preset.due,
    )
