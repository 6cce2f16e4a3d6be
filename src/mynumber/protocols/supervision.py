"""What the network tells the oversight body (Personal Information Protection Commission; Act arts. 33-35): who asked how much, and what stands out.

Figures by day and organisation. No person, no code, no content of an exchange: the commission asks an institution for those itself.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from mynumber.protocols.message import BATCH_BYTES, Batch, Message, Moment, SystemId

LONGEST_DAYS: Final = 31
"""Days that one question may span."""

Count = Annotated[int, msgspec.Meta(ge=0)]
OrganisationText = Annotated[str, msgspec.Meta(max_length=100)]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class AnomalyKind(StrEnum):
    """What stands out. It proves nothing; it says where to look."""

    FAR_OVER_USUAL = "far_over_usual"
    MANY_WITHOUT_VARIETY = "many_without_variety"
    ODD_HOURS = "odd_hours"
    NOT_IN_TABLE = "not_in_table"
    NON_DISCLOSURE = "non_disclosure"

    @property
    def label_ja(self) -> str:
        return _LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _LABELS[self][1]


_LABELS: Final = {
    AnomalyKind.FAR_OVER_USUAL: ("ふだんより大幅に多い照会", "Far over its own usual"),
    AnomalyKind.MANY_WITHOUT_VARIETY: ("一つの規定だけで多人数", "Many people by one rule only"),
    AnomalyKind.ODD_HOURS: ("夜間・休日に多い", "Mostly at night or on weekends"),
    AnomalyKind.NOT_IN_TABLE: ("表にない照会の繰り返し", "Repeatedly asked what is not in the table"),
    AnomalyKind.NON_DISCLOSURE: ("不開示の指定が多い", "Often asked not to be shown"),
}


class SupervisionQuery(_Body, frozen=True, kw_only=True):
    """What stood out from the first to the last day, in Japan, both included; at most :data:`LONGEST_DAYS`."""

    first: date
    last: date


class Anomaly(_Body, frozen=True, kw_only=True):
    """One organisation of an institution on one day."""

    kind: AnomalyKind
    day: date
    inquirer: SystemId
    name: Annotated[str, msgspec.Meta(max_length=200)]
    organisation: OrganisationText
    asked: Count
    """All it asked on that day."""
    persons: Count
    figure: Count
    """What stands out."""
    usual: Count
    """What it is compared with: the asker's own median of earlier days for :attr:`AnomalyKind.FAR_OVER_USUAL`, else the fixed limit."""


class SupervisionReport(_Body, frozen=True, kw_only=True):
    """Newest day first."""

    anomalies: Batch[Anomaly]
    more: bool
    """Whether there are more than one answer carries: ask for fewer days."""
    askers: Count
    """Organisations and days looked at."""
    asked: Count
    """Inquiries on these days."""
    counted_through: Moment | None
    """Inquiries asked before this moment are counted in the network's usage; None: none yet."""


SUPERVISE = Message("supervision.v1", SupervisionQuery, SupervisionReport, max_bytes=BATCH_BYTES)
