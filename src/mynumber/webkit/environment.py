"""What one institution's process reads from its environment, parsed once and strictly."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

INSTITUTION_NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
DEFAULT_HOME = "var"
DEFAULT_LISTEN = "127.0.0.1:8000"
_TLS = ("sslmode", "sslrootcert")
_TLS_MODES = frozenset({"require", "verify-ca", "verify-full"})
"""Those that cannot end without TLS."""


class BadEnvironment(ValueError):
    """A variable of the environment is missing or malformed; the message names it and never shows its value."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a PostgreSQL database is and who connects; the password never prints."""

    name: str
    user: str
    password: str = field(repr=False)
    host: str
    port: str
    tls: Mapping[str, str] = field(default_factory=dict)
    """`sslmode` and `sslrootcert` as libpq takes them; empty: TLS where the server offers it, without a look at who it is."""

    @classmethod
    def parse(cls, url: str, *, variable: str = "DATABASE_URL") -> "DatabaseAddress":
        """Read `postgresql://USER:PASSWORD@HOST:PORT/NAME`; `?host=FOLDER` names the folder of a Unix socket,
        `?sslmode=verify-ca&sslrootcert=FILE` the authority that the server's certificate is from.

        Raises BadEnvironment, naming the variable but never the address (it holds a password).
        """
        try:
            parts = urlsplit(url)
            port = parts.port
            query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        except ValueError:
            raise BadEnvironment(f"{variable} is not a URL") from None
        if parts.scheme not in {"postgresql", "postgres"}:
            raise BadEnvironment(f"{variable} must start with postgresql://")
        unknown = set(query) - {"host", "port", *_TLS}
        if unknown or (query.keys() & set(_TLS) and query.get("sslmode") not in _TLS_MODES):
            raise BadEnvironment(f"{variable} has options this program does not know")
        name = unquote(parts.path.removeprefix("/"))
        if not name or "/" in name:
            raise BadEnvironment(f"{variable} must name one database")
        return cls(
            name=name,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=query.get("host") or unquote(parts.hostname or ""),
            port=query.get("port") or (str(port) if port else ""),
            tls={name: query[name] for name in _TLS if name in query},
        )


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one process (see docs/operations); every default suits a laptop."""

    home: Path
    listen: str
    public_url: str
    public_urls: Mapping[str, str]
    database: DatabaseAddress | None
    keys: Path | None
    directory: Path | None
    directory_key: Path | None
    log_key: Path | None
    log_policy: Path | None
    simulation: bool

    @classmethod
    def read(cls, name: str, variables: Mapping[str, str] = os.environ) -> "Environment":
        """Read the environment of institution `name`. Raises BadEnvironment naming the variable at fault."""
        if not INSTITUTION_NAME.fullmatch(name):
            raise BadEnvironment("an institution's name has lower-case letters, digits and _")
        declared = variables.get("MYNUMBER_INSTITUTION")
        if declared and declared != name:
            raise BadEnvironment(
                f"MYNUMBER_INSTITUTION names another institution than these settings ({name})"
            )
        public_urls = _urls(variables.get("MYNUMBER_PUBLIC_URLS", "{}"))
        public_url = variables.get("MYNUMBER_PUBLIC_URL") or public_urls.get(name) or default_public_url(name)
        _origin_or_fail(public_url, "MYNUMBER_PUBLIC_URL")
        database_url = variables.get("DATABASE_URL")
        return cls(
            home=Path(variables.get("MYNUMBER_HOME") or DEFAULT_HOME).absolute(),
            listen=variables.get("MYNUMBER_LISTEN") or DEFAULT_LISTEN,
            public_url=public_url.rstrip("/"),
            public_urls=public_urls,
            database=DatabaseAddress.parse(database_url) if database_url else None,
            keys=_path(variables, "MYNUMBER_KEYS"),
            directory=_path(variables, "MYNUMBER_DIRECTORY"),
            directory_key=_path(variables, "MYNUMBER_DIRECTORY_KEY"),
            log_key=_path(variables, "MYNUMBER_LOG_KEY"),
            log_policy=_path(variables, "MYNUMBER_LOG_POLICY"),
            simulation=_switch(variables, "MYNUMBER_SIMULATION", default="1"),
        )


def default_public_url(name: str) -> str:
    """Where a face is on a laptop; host names take no underscore."""
    return f"http://{name.replace('_', '-')}.localhost:8000"


def origin(url: str) -> str:
    """`scheme://host[:port]` of an absolute http(s) URL. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise ValueError("not an absolute http or https URL")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _origin_or_fail(url: str, variable: str) -> str:
    try:
        return origin(url)
    except ValueError:
        raise BadEnvironment(f"{variable} must hold absolute http or https URLs") from None


def _urls(text: str) -> Mapping[str, str]:
    try:
        urls = msgspec.json.decode(text, type=dict[str, str])
    except msgspec.DecodeError:
        raise BadEnvironment("MYNUMBER_PUBLIC_URLS must be a JSON object of names and URLs") from None
    for url in urls.values():
        _origin_or_fail(url, "MYNUMBER_PUBLIC_URLS")
    return {name: url.rstrip("/") for name, url in urls.items()}


def _path(variables: Mapping[str, str], variable: str) -> Path | None:
    text = variables.get(variable)
    return Path(text).absolute() if text else None


def _switch(variables: Mapping[str, str], variable: str, *, default: str) -> bool:
    value = variables.get(variable, default)
    if value not in {"0", "1"}:
        raise BadEnvironment(f"{variable} is 0 or 1")
    return value == "1"
