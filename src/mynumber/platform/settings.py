"""Where the platform keeps its state and on which ports it listens: read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOME = "var"
DEFAULT_PORT = 8000
DEFAULT_PORT_BASE = 8101
DEFAULT_RESIDENTS = 3000
MOST_CORES = 4
MOST_CORE_PROCESSES = 8
DEFAULT_TOWNS = ("131229", "272124")
"""Katsushika City of Tokyo (葛飾区) and Yao City of Osaka (八尾市): real codes and names, synthetic residents."""


class SettingsError(ValueError):
    """An environment variable cannot be used. The message names the variable and says what it must be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one platform on one machine. Every value has an environment variable and a good default."""

    home: Path
    """`MYNUMBER_HOME`: the folder that holds databases, keys and logs (absolute; default ./var)."""
    port: int
    """`MYNUMBER_PORT`: the port of the front, the only one a visitor sees (default 8000)."""
    port_base: int
    """`MYNUMBER_PORT_BASE`: first port of the processes, which listen on 127.0.0.1 only (default 8101)."""
    residents: int
    """`MYNUMBER_RESIDENTS`: synthetic residents of each town (default 3000)."""
    towns: tuple[str, ...] = DEFAULT_TOWNS
    """`MYNUMBER_TOWNS`: local government codes (6 digits, comma between) of the towns that are created."""
    blind: bool = False
    """`MYNUMBER_NETWORK_BLIND`: 1 makes and lists keys for blind exchanges, which the core then takes (docs/protocols/blind.md)."""
    cores: int = 1
    """`MYNUMBER_CORES`: how many cores of the network `mynumber up` runs at least, each with a database and a log of its own (default 1)."""
    core_processes: int = 1
    """`MYNUMBER_CORE_PROCESSES`: how many processes of each core share its database (default 1)."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings. Raises SettingsError naming the variable that is wrong."""
        env = os.environ if environment is None else environment
        return cls(
            home=Path(env.get("MYNUMBER_HOME") or DEFAULT_HOME).expanduser().absolute(),
            port=_whole(env, "MYNUMBER_PORT", DEFAULT_PORT, 1, 65535),
            port_base=_whole(env, "MYNUMBER_PORT_BASE", DEFAULT_PORT_BASE, 1, 65000),
            residents=_whole(env, "MYNUMBER_RESIDENTS", DEFAULT_RESIDENTS, 1, 1_000_000),
            towns=_towns(env.get("MYNUMBER_TOWNS")),
            blind=_whole(env, "MYNUMBER_NETWORK_BLIND", 0, 0, 1) == 1,
            cores=_whole(env, "MYNUMBER_CORES", 1, 1, MOST_CORES),
            core_processes=_whole(env, "MYNUMBER_CORE_PROCESSES", 1, 1, MOST_CORE_PROCESSES),
        )

    @property
    def keys(self) -> Path:
        """Folder of the key rings, one folder an institution (0700)."""
        return self.home / "keys"

    @property
    def directory(self) -> Path:
        """The signed directory of systems."""
        return self.home / "directory.jws"

    @property
    def directory_key(self) -> Path:
        """The public key that signs the directory."""
        return self.home / "directory.pub"

    @property
    def log_key(self) -> Path:
        """The verifier key (vkey text) of the network's log; the network writes it when it first starts."""
        return self.home / "log.vkey"

    @property
    def log_policy(self) -> Path:
        """The trust policy (C2SP tlog-policy): keys and addresses of the log and of its witnesses, and how many of these must sign."""
        return self.home / "log.policy"

    @property
    def logs(self) -> Path:
        """Folder of the log files, one a process."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """Folder of lock, state and notes of the supervisor."""
        return self.home / "run"

    @property
    def cards(self) -> Path:
        """Folder in which the card files for the residents' devices are handed over."""
        return self.home / "wallet"

    def public_url(self, host: str | None) -> str:
        """Address of a face as a visitor's browser sees it; `None` is the landing page."""
        name = "localhost" if host is None else f"{host}.localhost"
        return f"http://{name}:{self.port}"


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
        raise SettingsError(f"{name} must be a whole number from {low} to {high}")
    return int(text)


def _towns(text: str | None) -> tuple[str, ...]:
    if not text:
        return DEFAULT_TOWNS
    towns = tuple(part.strip() for part in text.split(","))
    if len(set(towns)) != len(towns) or not all(len(t) == 6 and t.isascii() and t.isdigit() for t in towns):
        raise SettingsError(
            "MYNUMBER_TOWNS must be different local government codes of 6 digits, comma between"
        )
    return towns
