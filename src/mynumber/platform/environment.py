"""The environment of one institution's process: its own settings and nobody else's secrets."""

import json
import os
from collections.abc import Mapping

from mynumber.platform.registry import INSTITUTIONS, PROCESSES, Institution, Process
from mynumber.platform.settings import Settings
from mynumber.protocols.directory import is_core_id

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "SSL_CERT_FILE")
"""What a process keeps of the environment of whoever started the platform, besides MYNUMBER_ variables."""

_OF_MESH = frozenset({"network", "gateway"})
_MESH = ("MESH_URL", "MESH_REPLICAS")
"""The road of events, for the institutions at its ends alone: the address may hold a password."""

OWNER_URL = "MYNUMBER_OWNER_DATABASE_URL"
ADMIN_URL = "MYNUMBER_ADMIN_DATABASE_URL"
"""An institution's database on a PostgreSQL of its own, as a role that sees every row and may create databases: for commands that an operator types
(`create-database`, `backup`, `restore`), and never for a process that they start."""
_NEVER_INHERITED = {
    ADMIN_URL,
    OWNER_URL,
    "MYNUMBER_KEYS",
    "MYNUMBER_INSTITUTION",
    "MYNUMBER_LISTEN",
    "MYNUMBER_PUBLIC_URL",
}


def base_environment(settings: Settings, outer: Mapping[str, str] | None = None) -> dict[str, str]:
    """What every process of the platform gets."""
    env = os.environ if outer is None else outer
    kept = {
        name: value
        for name, value in env.items()
        if name in _INHERITED or (name.startswith("MYNUMBER_") and name not in _NEVER_INHERITED)
    }
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "MYNUMBER_HOME": str(settings.home),
        "MYNUMBER_PORT": str(settings.port),
        "MYNUMBER_PORT_BASE": str(settings.port_base),
        "MYNUMBER_RESIDENTS": str(settings.residents),
        "MYNUMBER_TOWNS": ",".join(settings.towns),
    }


def public_urls(settings: Settings) -> dict[str, str]:
    """The address of every face, by the name of the institution."""
    return {i.name: settings.public_url(i.host) for i in INSTITUTIONS}


def internal_urls(settings: Settings) -> dict[str, str]:
    """Where a process reaches another face itself: by port, as only browsers resolve `NAME.localhost`."""
    return {p.name: f"http://{p.listen(settings)}" for p in PROCESSES if p.name == p.institution or p.paths}


def institution_environment(
    settings: Settings,
    institution: Institution,
    *,
    database_url: str | None = None,
    owner_url: str | None = None,
    process: Process | None = None,
    outer: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The environment of an institution's process or command. It holds the database password: never print it."""
    env = {
        **base_environment(settings, outer),
        "MYNUMBER_INSTITUTION": institution.house,
        "MYNUMBER_PUBLIC_URL": settings.public_url(institution.host),
        "MYNUMBER_PUBLIC_URLS": json.dumps(public_urls(settings)),
        "MYNUMBER_INTERNAL_URLS": json.dumps(internal_urls(settings)),
        "MYNUMBER_KEYS": str(settings.keys / institution.name),
        "MYNUMBER_DIRECTORY": str(settings.directory),
        "MYNUMBER_DIRECTORY_KEY": str(settings.directory_key),
        "MYNUMBER_LOG_KEY": str(settings.log_key),
        "MYNUMBER_LOG_POLICY": str(settings.log_policy),
        "DJANGO_SETTINGS_MODULE": institution.settings_module,
    }
    if institution.house in _OF_MESH:
        own = os.environ if outer is None else outer
        env |= {name: own[name] for name in _MESH if name in own}
    if is_core_id(institution.name):
        env["MYNUMBER_CORE"] = institution.name
    env.setdefault("MYNUMBER_SIMULATION", "1")
    if process is not None:
        env["MYNUMBER_LISTEN"] = process.listen(settings)
    if database_url is not None:
        env["DATABASE_URL"] = database_url
    if owner_url is not None:
        env[OWNER_URL] = owner_url
    return env


def command_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The same for a short command: one connection instead of a pool."""
    return {**env, "MYNUMBER_POOL": "0"}


def migration_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The same for `migrate`: it connects as the owner of the tables."""
    return {**command_environment(env), "DATABASE_URL": env.get(OWNER_URL) or env["DATABASE_URL"]}
