"""What the oversight body is told (Personal Information Protection Commission; Act arts. 33-35): who asked how much, and what stands out.

The network counts by day and organisation, which is the finest it knows; an institution counts by clerk. No person, no code, no name of a clerk, no
content of an exchange: the commission asks an institution for those itself.
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
"""Commission to the network."""

MANY_WITHOUT_APPLICATION: Final = 20
"""People whom a clerk asked about on one day without an application behind it, from which on it stands out."""


class ClerkDay(_Body, frozen=True, kw_only=True):
    """What one clerk of an institution asked the network on one day, as the institution's own system counts it."""

    day: date
    """In Japan."""
    clerk: Annotated[str, msgspec.Meta(min_length=8, max_length=40)]
    """A mark, the same each time, that the institution alone can put a name to."""
    organisation: OrganisationText
    asked: Count
    persons: Count
    """Different people."""
    without_application: Count
    """Of these, people in no case that an application had opened: the clerk opened it by hand."""

    @property
    def stands_out(self) -> bool:
        """Many people, and for at least half of them nobody had applied."""
        return (
            self.without_application >= MANY_WITHOUT_APPLICATION
            and 2 * self.without_application >= self.persons
        )


class ClerkReport(_Body, frozen=True, kw_only=True):
    """The days and clerks with most people without an application first."""

    clerks: Batch[ClerkDay]
    more: bool
    """Whether there are more than one answer carries: ask for fewer days."""


SUPERVISE_CLERKS = Message("clerk-supervision.v1", SupervisionQuery, ClerkReport, max_bytes=BATCH_BYTES)
"""Commission to an institution's own system."""
