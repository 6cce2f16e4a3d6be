"""The wordings of own-use affairs in time, made of the accepted notices in the order of their acceptance.

A change is a new wording from its day on; an end ends whichever wording is in force then, and those still to come never begin.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from mynumber.foundation.law.own_use import NoticeKind, OwnUseAffair


def wordings_of(notices: Iterable[tuple[NoticeKind, OwnUseAffair]]) -> dict[str, list[OwnUseAffair]]:
    """All wordings of each affair by its id, affairs and wordings in the order of their acceptance."""
    found: dict[str, list[OwnUseAffair]] = {}
    for kind, affair in notices:
        known = found.setdefault(affair.id, [])
        if kind is NoticeKind.ENDED and known and affair.valid_until:
            known[:] = _ended(known, affair.valid_until)
        else:
            known.append(affair)
    return found


def wording_on(wordings: Sequence[OwnUseAffair], day: date) -> OwnUseAffair:
    """The wording of a day: the one that began last, of one day the one accepted later; before all of them the first to come."""
    in_time = sorted(wordings, key=_begins)
    begun = [one for one in in_time if one.valid_from <= day]
    return begun[-1] if begun else in_time[0]


def _begins(affair: OwnUseAffair) -> date:
    return affair.valid_from


def _ended(known: Sequence[OwnUseAffair], end: date) -> list[OwnUseAffair]:
    """One that begins on the very day of the end stays, though it never applies afterwards: its acceptance may be of the same day, with records that cite it."""
    began = [one for one in known if one.valid_from <= end] or known[:1]
    return [replace(one, valid_until=min(one.valid_until or end, end)) for one in began]
