"""Changing the keys of messages of a system while everybody runs: which keys of its ring the directory lists, and in which order.

    add    the new keys are listed second: everybody accepts them, nobody uses them
    use    they are listed first: the system signs with them, others seal to them
    drop   the former ones are taken from the directory; they stay in the ring, to open what was sealed to them

Without a change all keys of a ring are listed, newest first. What was changed stands in a file beside the directory.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

import msgspec

from mynumber.foundation.keyring import KeyRing
from mynumber.platform.secret_files import write_private
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import is_core_id
from mynumber.protocols.exchange import SHEET_LIFETIME
from mynumber.protocols.node import sealing_name, signing_name

UNTIL_READ: Final = timedelta(seconds=2)
"""All processes of a machine have read a new directory by then; other hosts have it when the operator took it there."""
UNTIL_EXPIRED: Final = timedelta(minutes=2)
"""No message lives longer, whatever clocks say."""


class KeyStep(StrEnum):
    """The steps, in their order."""

    ADD = "add"
    USE = "use"
    DROP = "drop"


class CannotChange(ValueError):
    """The course does not allow this step now; the message says why."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """Generations of a system's keys as the directory lists them, and how far the change is."""

    signing: tuple[int, ...]
    sealing: tuple[int, ...]
    step: Literal["added", "used", "dropped"]
    since: datetime


def changes(settings: Settings) -> dict[str, Listed]:
    """By system, those that were ever changed."""
    try:
        return msgspec.json.decode((settings.home / "listed-keys.json").read_bytes(), type=dict[str, Listed])
    except FileNotFoundError:
        return {}


def signing_generations(settings: Settings, system: str, ring: KeyRing) -> tuple[int, ...]:
    """Generations of its signing keys in the order in which they are listed."""
    changed = changes(settings).get(system)
    return changed.signing if changed else tuple(ring.generations(signing_name(system)))


def sealing_generations(settings: Settings, system: str, ring: KeyRing) -> tuple[int, ...]:
    """The same of the keys that others seal to."""
    changed = changes(settings).get(system)
    return changed.sealing if changed else tuple(ring.generations(sealing_name(system)))


def add(settings: Settings, system: str, ring: KeyRing, at: datetime) -> None:
    """Make new keys and list them second (call under the lock of the keys). Raises CannotChange."""
    before = changes(settings).get(system)
    if before is not None and before.step != "dropped":
        raise CannotChange(f"a change is under way since {before.since:%Y-%m-%d %H:%M} UTC: use, then drop")
    signing, sealing = (
        signing_generations(settings, system, ring)[:1],
        sealing_generations(settings, system, ring)[:1],
    )
    # First, so that a key which is made before this ends badly is listed nowhere: without a note all keys of a ring are.
    _write(settings, system, Listed(signing=signing, sealing=sealing, step="dropped", since=at))
    ring.add_signing(signing_name(system))
    ring.add_sealing(sealing_name(system))
    _write(
        settings,
        system,
        Listed(
            signing=(*signing, ring.generations(signing_name(system))[0]),
            sealing=(*sealing, ring.generations(sealing_name(system))[0]),
            step="added",
            since=at,
        ),
    )


def use(settings: Settings, system: str, at: datetime) -> None:
    """List the new keys first. Raises CannotChange, also when not everybody can have read of them yet."""
    before = _at_step(settings, system, "added", "add")
    if at < before.since + UNTIL_READ:
        raise CannotChange(f"they were listed just now: wait {UNTIL_READ.seconds} seconds")
    _write(
        settings,
        system,
        Listed(signing=before.signing[::-1], sealing=before.sealing[::-1], step="used", since=at),
    )


def drop(settings: Settings, system: str, at: datetime, *, at_once: bool = False) -> None:
    """Take the former keys from the directory. Raises CannotChange while something that they signed may still come, unless ``at_once``."""
    before = _at_step(settings, system, "used", "use")
    alive = SHEET_LIFETIME if is_core_id(system) else UNTIL_EXPIRED
    if at < before.since + alive and not at_once:
        raise CannotChange(
            f"what they signed may come until {before.since + alive:%Y-%m-%d %H:%M} UTC; if they leaked, say --at-once"
        )
    _write(
        settings,
        system,
        Listed(signing=before.signing[:1], sealing=before.sealing[:1], step="dropped", since=at),
    )


def _at_step(settings: Settings, system: str, step: str, earlier: str) -> Listed:
    before = changes(settings).get(system)
    if before is None or before.step != step:
        raise CannotChange(f"the step before this one is: {earlier}")
    return before


def _write(settings: Settings, system: str, listed: Listed) -> None:
    write_private(
        settings.home / "listed-keys.json", msgspec.json.encode({**changes(settings), system: listed})
    )
