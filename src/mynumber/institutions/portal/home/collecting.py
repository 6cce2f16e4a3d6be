"""What the functions of the portal put on the first page, in one order. A function that fails leaves a gap, not an empty page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule

from mynumber.institutions.portal.account.models import Account
from mynumber.institutions.portal.home.items import Contributes, Item, Place
from mynumber.webkit import logs

HOUSE = __name__.rpartition(".home.")[0]
MODULE = "items"
MOST = 12
"""Lines a list shows."""

_LAST = date.max
_FIRST = datetime.min.replace(tzinfo=UTC)
_log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lines:
    """One of the three lists: what is shown, and how much more there is."""

    shown: tuple[Item, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Collected:
    """The first page's lists; `gaps`: the functions that could not say, in words."""

    to_do: Lines
    under_way: Lines
    new: Lines
    gaps: tuple[str, ...]


@cache
def contributors() -> tuple[tuple[str, Contributes], ...]:
    """Each app of the portal with a module `items`, by its name in words."""
    return tuple(_found())


def _found() -> Iterator[tuple[str, Contributes]]:
    for app in apps.get_app_configs():
        inside = app.name.startswith(f"{HOUSE}.") and app.name != f"{HOUSE}.home"
        if inside and app.module is not None and module_has_submodule(app.module, MODULE):
            yield str(app.verbose_name), import_module(f"{app.name}.{MODULE}").items


def collect(
    account: Account, *, now: datetime, parts: tuple[tuple[str, Contributes], ...] | None = None
) -> Collected:
    """Ask every part (`parts`: other ones than the apps'), each in a savepoint of its own."""
    found: list[Item] = []
    gaps: list[str] = []
    for name, items in contributors() if parts is None else parts:
        try:
            with transaction.atomic():
                found += items(account, now)
        except Exception as error:  # noqa: BLE001 - whatever a part does, the rest of the page is of use
            _log.error("a part of the first page failed", exception=logs.outline(error))
            gaps.append(name)
    return Collected(
        _lines(sorted(_of(found, Place.TO_DO), key=_by_deadline)),
        _lines(sorted(_of(found, Place.UNDER_WAY), key=_by_deadline)),
        _lines(sorted(_of(found, Place.NEW), key=lambda item: item.at or _FIRST, reverse=True)),
        tuple(gaps),
    )


def _of(items: list[Item], place: Place) -> Iterator[Item]:
    return (item for item in items if item.place is place)


def _by_deadline(item: Item) -> tuple[date, float]:
    """The nearest deadline first; those without one after them, the newest first."""
    return item.due or _LAST, -(item.at or _FIRST).timestamp()


def _lines(items: list[Item]) -> Lines:
    return Lines(tuple(items[:MOST]), max(0, len(items) - MOST))
