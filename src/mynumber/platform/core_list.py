"""Which cores the network has beside the first, and which members are at home there: a file beside the directory, which is made from it."""

from __future__ import annotations

import msgspec

from mynumber.platform.secret_files import write_private
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import FIRST_CORE, is_core_id


class BadCore(ValueError):
    """A core cannot be listed; the message says why."""


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """One core that runs on a database of its own."""

    id: str
    """``network.west``; also the name of its key ring's folder."""
    title: str
    """Its name for people."""
    url: str
    """Where messages to it go."""
    log_url: str
    """Where its log is served, for whoever watches it."""

    def __post_init__(self) -> None:
        if not is_core_id(self.id) or self.id == FIRST_CORE:
            raise BadCore(f"a further core is called {FIRST_CORE}.NAME")


class Cores(msgspec.Struct, frozen=True, kw_only=True):
    """The further cores, and where members are at home: the first of a member's cores is the present one."""

    cores: tuple[Core, ...] = ()
    homes: dict[str, tuple[str, ...]] = {}

    def with_core(self, core: Core) -> Cores:
        """The same with one more, or with another address of one."""
        others = (one for one in self.cores if one.id != core.id)
        return msgspec.structs.replace(self, cores=(*others, core))

    def with_home(self, member: str, core: str) -> Cores:
        """The same with a member at home at another core; those before are still asked about what they keep. Raises BadCore."""
        if core not in (FIRST_CORE, *(one.id for one in self.cores)):
            raise BadCore(f"no core is called {core!r}")
        before = self.homes.get(member, (FIRST_CORE,))
        return msgspec.structs.replace(
            self, homes={**self.homes, member: (core, *(one for one in before if one != core))}
        )


def cores(settings: Settings) -> Cores:
    """What is listed; nothing on a platform with one core."""
    try:
        return msgspec.json.decode((settings.home / "cores.json").read_bytes(), type=Cores)
    except FileNotFoundError:
        return Cores()


def write_cores(settings: Settings, listed: Cores) -> None:
    """Replace the list (call under the lock of the keys)."""
    write_private(settings.home / "cores.json", msgspec.json.encode(listed))
