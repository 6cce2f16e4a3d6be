"""The table of institutions and their processes: who exists, what runs, in which order.

The platform starts institutions as processes by the names of their modules; it never imports one (the wall).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from mynumber.platform.core_list import TITLE, Core, cores
from mynumber.platform.sandbox_list import sandbox_members
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import FIRST_CORE


class Interface(Enum):
    """How a process is served."""

    WSGI = "wsgi"
    """Django, synchronous, under Granian: pages and rare messages."""
    ASGI = "asgi"
    """raw ASGI under uvicorn: what is asked too often for Django."""


@dataclass(frozen=True, slots=True)
class Institution:
    """One wall: a Django project with its own database, roles and key ring."""

    name: str
    title: str
    """Japanese name, for people."""
    package: str
    """Python package of the Django project."""
    host: str | None
    """Left part of its host name `HOST.localhost`; None is plain `localhost`."""
    database: bool = True
    tenants: bool = False
    """Whether its database is shared by tenants that are walled by row-level security."""

    @property
    def settings_module(self) -> str:
        return f"{self.package}.settings"

    @property
    def house(self) -> str:
        """The institution that it is one of: `network` for each core of the network, its own name for all others."""
        return self.package.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Process:
    """One operating-system process of an institution."""

    name: str
    institution: str
    interface: Interface
    application: str
    """`module:attribute` of the WSGI or ASGI application."""
    slot: int
    """Its port is the first port of the platform plus this."""
    paths: tuple[str, ...] = ()
    """First words of the paths that the front sends here instead of to the institution's pages. An ASGI process without any is there for
    signed messages, which never come through the front."""
    messages: tuple[str, ...] = ()
    """Names of the messages that come here instead of to the process of the institution's messages."""
    workers: int = 1
    """How many operating-system processes share its port."""

    def port(self, settings: Settings) -> int:
        return settings.port_base + self.slot

    def listen(self, settings: Settings) -> str:
        """ADDRESS:PORT, on this machine only."""
        return f"127.0.0.1:{self.port(settings)}"


def _institution(name: str, title: str, *, tenants: bool = False) -> Institution:
    # Host names take no underscore (Django refuses them).
    return Institution(name, title, f"mynumber.institutions.{name}", name.replace("_", "-"), tenants=tenants)


INSTITUTIONS: tuple[Institution, ...] = (
    _institution("network", TITLE),
    _institution("jlis", "地方公共団体情報システム機構"),
    _institution("gateway", "中間サーバー", tenants=True),
    _institution("municipality", "市区町村", tenants=True),
    _institution("pension_service", "日本年金機構"),
    _institution("digital_agency", "デジタル庁(公金受取口座)"),
    _institution("portal", "マイナポータル"),
    _institution("commission", "個人情報保護委員会"),
    _institution("acquirer", "決済代行"),
    _institution("courier", "民間送達サービス"),
    Institution("wallet", "住民の端末", "mynumber.wallet", "wallet", database=False),
    Institution("guide", "この模型の案内", "mynumber.platform.guide", None, database=False),
)
"""In order of dependency: an institution is started after those whose messages it needs."""


def _web(slot: int, institution: Institution) -> Process:
    name = institution.name
    return Process(name, name, Interface.WSGI, f"{institution.package}.wsgi:application", slot)


def _api(slot: int, institution: str, *paths: str, messages: tuple[str, ...] = ()) -> Process:
    app = f"mynumber.institutions.{institution}.api:app"
    return Process(f"{institution}-api", institution, Interface.ASGI, app, slot, paths, messages)


_API_SLOT, _CORE_SLOT = 20, 25
PROCESSES: tuple[Process, ...] = (
    _api(_API_SLOT, "network"),
    _api(_API_SLOT + 1, "gateway"),
    _api(
        _API_SLOT + 2,
        "jlis",
        *("ocsp", "timestamp", "revocation-lists", "certificates"),
        messages=("certificate-status.v1",),
    ),
    _api(_API_SLOT + 3, "commission", "witness"),
    Process(
        "commission-monitor",
        "commission",
        Interface.ASGI,
        "mynumber.institutions.commission.monitoring:app",
        _API_SLOT + 4,
        ("monitor",),
    ),
    *(_web(slot, institution) for slot, institution in enumerate(INSTITUTIONS)),
)
FRONT = "front"
"""Name of the front's process in status and logs."""


class UnknownName(KeyError):
    """No institution or process has this name. The message lists the names there are."""

    def __init__(self, name: str, known: Iterable[Institution]) -> None:
        super().__init__(name)
        self.name = name
        self.known = ", ".join(one.name for one in known)

    def __str__(self) -> str:
        return f"no institution is called {self.name!r}; there are: {self.known}"


def institutions(settings: Settings) -> tuple[Institution, ...]:
    """All that this platform runs: those of the table, and the network's further cores, each behind a wall of its own."""
    return (*INSTITUTIONS, *map(_of_core, cores(settings).here))


def processes(settings: Settings) -> tuple[Process, ...]:
    """The processes of all of them."""
    shared = settings.core_processes
    further = (
        process
        for place, core in enumerate(cores(settings).here)
        for process in (
            replace(_api(_CORE_SLOT + 2 * place, "network"), name=f"{core.id}-api", institution=core.id),
            _web(_CORE_SLOT + 2 * place + 1, _of_core(core)),
        )
    )
    return tuple(
        replace(process, workers=shared) if process.application == PROCESSES[0].application else process
        for process in (*PROCESSES, *further)
    )


def _of_core(core: Core) -> Institution:
    return replace(
        institution(FIRST_CORE),
        name=core.id,
        title=core.title,
        host=core.id.replace(".", "-").replace("_", "-"),
    )


def institution(name: str, settings: Settings | None = None) -> Institution:
    """Look an institution up by name, with `settings` among all that this platform runs. Raises UnknownName."""
    there = INSTITUTIONS if settings is None else institutions(settings)
    for candidate in there:
        if candidate.name == name:
            return candidate
    raise UnknownName(name, there)


def processes_of(name: str, settings: Settings | None = None) -> tuple[Process, ...]:
    """The processes of an institution, or the one process of that name. Raises UnknownName."""
    there = PROCESSES if settings is None else processes(settings)
    exact = tuple(p for p in there if p.name == name != p.institution)
    found = exact or tuple(p for p in there if p.institution == name)
    if not found:
        raise UnknownName(name, INSTITUTIONS if settings is None else institutions(settings))
    return found


def message_process(name: str, settings: Settings | None = None) -> Process:
    """The process that receives an institution's messages: its api where it has one for them, otherwise its web."""
    own = processes_of(name, settings)
    for_messages = (p for p in own if p.interface is Interface.ASGI and not p.paths)
    return next(for_messages, own[-1])


def message_doors(name: str) -> dict[str, Process]:
    """Names of an institution's messages that another of its processes receives."""
    return {message: process for process in processes_of(name) for message in process.messages}


def gateway_tenants(settings: Settings) -> tuple[str, ...]:
    """Member ids of the institutions that ask and answer through a gateway of their own."""
    return (*(f"municipality.{code}" for code in settings.towns), "pension_service", "digital_agency")


def tenants(name: str, settings: Settings) -> tuple[str, ...]:
    """The tenants of an institution's database as the suffix of their roles (dots become underscores)."""
    if name == "municipality":
        return settings.towns
    if name == "gateway":
        members = (*gateway_tenants(settings), *sandbox_members(settings))
        return tuple(member.replace(".", "_") for member in members)
    return ()
