"""Which cores the network has beside the first, and which members are at home there: a file beside the directory, which is made from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from mynumber.platform.secret_files import write_private
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import FIRST_CORE

TITLE: Final = "情報提供ネットワークシステム"
"""What all cores together are called."""
_OWN: Final = {
    f"{FIRST_CORE}.west": f"{TITLE}（西）",
    f"{FIRST_CORE}.north": f"{TITLE}（北）",
    f"{FIRST_CORE}.south": f"{TITLE}（南）",
}
"""The cores that a platform adds by itself when it is asked for several, in this order."""
_ID: Final = re.compile(rf"{FIRST_CORE}\.[a-z][a-z0-9_]{{0,30}}")


class BadCore(ValueError):
    """A core cannot be listed; the message says why."""


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """One core on a database of its own."""

    id: str
    """``network.west``; also the name of its key ring's folder."""
    title: str
    """Its name for people."""
    url: str | None = None
    """Where messages to it go. None: this platform runs it, at ports of its own."""
    log_url: str | None = None
    """Where its log is served, for whoever watches it; None with ``url``."""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):  # it names a folder, a database, a host
            raise BadCore(f"a further core is called {FIRST_CORE}.NAME")
        if (self.url is None) is not (self.log_url is None):
            raise BadCore(
                "a core elsewhere has an address for messages and one of its log, one that runs here has neither"
            )

    @property
    def is_here(self) -> bool:
        """Whether this platform runs it."""
        return self.url is None


class Cores(msgspec.Struct, frozen=True, kw_only=True):
    """The further cores, and where members are at home: the first of a member's cores is the present one."""

    cores: tuple[Core, ...] = ()
    homes: dict[str, tuple[str, ...]] = {}

    @property
    def here(self) -> tuple[Core, ...]:
        """Those that this platform runs."""
        return tuple(core for core in self.cores if core.is_here)

    def with_core(self, core: Core) -> Cores:
        """The same with one more, or with another address of one, which keeps its place: ports go by it."""
        listed = {one.id: one for one in self.cores} | {core.id: core}
        return msgspec.structs.replace(self, cores=tuple(listed.values()))

    def with_home(self, member: str, core: str) -> Cores:
        """The same with a member at home at another core; those before are still asked about what they keep. Raises BadCore."""
        if core not in (FIRST_CORE, *(one.id for one in self.cores)):
            raise BadCore(f"no core is called {core!r}")
        before = self.homes.get(member, (FIRST_CORE,))
        return msgspec.structs.replace(
            self, homes={**self.homes, member: (core, *(one for one in before if one != core))}
        )

    def several(self, count: int, members: Sequence[str]) -> Cores:
        """The same with at least ``count`` cores here, the first among them.

        Members that have no home yet are at home at each in turn; who has one stays there. No core is ever taken away: it keeps the records of seven years.
        """
        listed = {core.id for core in self.cores}
        missing = [name for name in list(_OWN)[: count - 1] if name not in listed]
        if not missing:
            return self
        grown = self
        for name in missing:
            grown = grown.with_core(Core(id=name, title=_OWN[name]))
        return grown._spread(members)

    def _spread(self, members: Iterable[str]) -> Cores:
        homes = (FIRST_CORE, *(core.id for core in self.here))
        spread = self
        for place, member in enumerate(members):
            if member not in self.homes:
                spread = spread.with_home(member, homes[place % len(homes)])
        return spread


def cores(settings: Settings) -> Cores:
    """What is listed; nothing on a platform with one core."""
    try:
        return msgspec.json.decode((settings.home / "cores.json").read_bytes(), type=Cores)
    except FileNotFoundError:
        return Cores()


def write_cores(settings: Settings, listed: Cores) -> None:
    """Replace the list (call under the lock of the keys)."""
    write_private(settings.home / "cores.json", msgspec.json.encode(listed))
