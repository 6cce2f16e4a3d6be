"""Which core of the network this process is."""

from __future__ import annotations

import os
from typing import Final

from mynumber.protocols.directory import FIRST_CORE, Directory, is_core_id

CORE: Final = "MYNUMBER_CORE"
"""Environment variable: the id of this core in the directory; the first core when it is not set."""


def this_core() -> str:
    """The system as which this process signs. Raises RuntimeError for an id that no core can have."""
    core = os.environ.get(CORE) or FIRST_CORE
    if not is_core_id(core):
        raise RuntimeError(f"{CORE} must be {FIRST_CORE} or begin with {FIRST_CORE}.")
    return core


def others(directory: Directory) -> tuple[str, ...]:
    """The other cores."""
    return tuple(core for core in directory.cores if core != this_core())


def name_among_several(directory: Directory) -> str:
    """What people call this core, so that a page can say that its figures are of this one; empty where there is no other."""
    return directory.name(this_core()) if others(directory) else ""


def homes_elsewhere(directory: Directory, member: str) -> tuple[str, ...]:
    """The other cores at which a member is at home, or was: they know codes of it that this one may not have been told of."""
    return tuple(core for core in directory.cores_of(member) if core != this_core())
