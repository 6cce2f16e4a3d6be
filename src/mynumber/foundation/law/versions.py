"""Wordings in time: versions that follow one another, each from its day of coming into force (施行) until the next. Pure functions on tuples of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a data file of the law is made of: nothing in it is left unread."""


class Version(Strict, frozen=True, kw_only=True, rename={"since": "from"}):
    """Days of a version: from `since` on, up to but not including `until`."""

    since: date
    until: date | None = None

    def applies(self, on: date) -> bool:
        """Whether this version applies on the day."""
        return self.since <= on and (self.until is None or on < self.until)


V = TypeVar("V", bound=Version)


def applying(versions: Iterable[V], on: date) -> V | None:
    """The version that applies on the day."""
    return next((version for version in versions if version.applies(on)), None)


def standing(versions: tuple[V, ...]) -> V | None:
    """The version that has not ended."""
    return versions[-1] if versions and versions[-1].until is None else None


def closed(versions: tuple[V, ...], on: date) -> tuple[V, ...]:
    """The versions with the standing one, if any, ending on that day."""
    if standing(versions) is None:
        return versions
    return (*versions[:-1], msgspec.structs.replace(versions[-1], until=on))


def renewed(versions: tuple[V, ...], new: V, on: date) -> tuple[V, ...]:
    """The versions with `new` as the standing one; unchanged if the standing one says the same."""
    current = standing(versions)
    if current is not None and msgspec.structs.replace(new, since=current.since) == current:
        return versions
    return (*closed(versions, on), new)


def before(versions: tuple[V, ...], day: date) -> tuple[V, ...]:
    """The versions as they were known until the day before: what began later is gone, what ended then stands."""
    return tuple(
        msgspec.structs.replace(version, until=None)
        if version.until is not None and version.until >= day
        else version
        for version in versions
        if version.since < day
    )
