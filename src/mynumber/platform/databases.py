"""One database and a few least-privileged roles for each institution: the wall in PostgreSQL.

Database NAME belongs to role NAME_owner, which runs migrations. Role NAME is what the institution's processes log in
as: it reads and writes rows and cannot change tables. Where tenants share a database each has a login role
NAME_TENANT in the group NAME_tenant; the application enters one with `SET LOCAL ROLE` for a transaction and has no
right to a tenant's rows outside of it. Nobody can connect to another institution's database: neither the access
rules of the server nor the right CONNECT allow it.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import LiteralString, Protocol
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from mynumber.platform.postgres import Access, Server
from mynumber.platform.registry import Institution, institutions, tenants
from mynumber.platform.secret_files import Passwords
from mynumber.platform.settings import Settings

AdminConnection = psycopg.Connection[tuple[object, ...]]
_TENANT = re.compile(r"[a-z0-9_]{1,40}\Z")
_LOCK = 0x6D796E756D626572
"""Key of the advisory lock under which roles are created ("mynumber" in ASCII)."""


_WHO = frozenset({"user", "password", "passfile", "sslcert", "sslkey", "sslpassword"})
"""Options of an address that say who connects: PostgreSQL takes them for more than what stands before the host."""


class BadTenant(ValueError):
    """A tenant's id has signs other than a-z, 0-9 and _ (dots become underscores) or is too long."""


class Place(Protocol):
    """A PostgreSQL on which databases and roles are made: the embedded :class:`Server`, or one :class:`Elsewhere`."""

    @property
    def passwords(self) -> Passwords:
        """Of the roles that are made."""

    def url(self, role: str, database: str) -> str:
        """Connection address of a role with its password (a secret: never print it)."""

    def connect_admin(self, database: str = "postgres") -> AdminConnection:
        """A connection of who may make them, each statement its own transaction."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An operator's own PostgreSQL."""

    admin_url: str = field(repr=False)
    """As a superuser (a secret). Roles reach the server by the same way: host, port and options are taken over, but none that say who connects."""
    passwords: Passwords

    def url(self, role: str, database: str) -> str:
        """As in :class:`Place`."""
        there = urlsplit(self.admin_url)
        way = there.netloc.rpartition("@")[2]
        netloc = f"{role}:{quote(self.passwords.of(role), safe='')}@{way}"
        return urlunsplit(
            ("postgresql", netloc, f"/{database}", _without(there.query, {*_WHO, "dbname"}), "")
        )

    def connect_admin(self, database: str = "postgres") -> AdminConnection:
        """As in :class:`Place`."""
        there = urlsplit(self.admin_url)
        there = there._replace(path=f"/{database}", query=_without(there.query, {"dbname"}))
        return psycopg.connect(urlunsplit(there), autocommit=True)


def _without(query: str, names: Set[str]) -> str:
    """The options of an address but these."""
    return "&".join(option for option in query.split("&") if unquote(option.partition("=")[0]) not in names)


@dataclass(frozen=True, slots=True)
class InstitutionDatabase:
    """Connection addresses of one institution's database (secrets: never print them)."""

    name: str
    """Name of the database."""
    url: str
    """Role NAME: the institution's processes."""
    owner_url: str
    """Role NAME_owner: migrations."""
    tenant_urls: dict[str, str]
    """By tenant id as in the role's name: the login role of each tenant."""


def owner_role(institution: str) -> str:
    return f"{institution}_owner"


def tenant_group(institution: str) -> str:
    return f"{institution}_tenant"


def tenant_role(institution: str, tenant: str) -> str:
    """Role of a tenant, e.g. gateway_municipality_131229. Raises BadTenant."""
    suffix = tenant.replace(".", "_")
    if not _TENANT.match(suffix) or suffix in ("owner", "tenant"):
        raise BadTenant("a tenant's id consists of a-z, 0-9 and _")
    return f"{institution}_{suffix}"


def access_of(institution: Institution, database: str | None = None) -> Access:
    """Who may enter an institution's database; `database` may be a `/pattern` (used by tests)."""
    name = institution.name
    group = (f"+{tenant_group(name)}",) if institution.tenants else ()
    return Access(database or name, (name, owner_role(name), *group))


def embedded_server(settings: Settings) -> Server:
    """The embedded server of a platform (not started)."""
    return Server(
        settings.home / "postgres",
        Passwords(settings.home / "passwords.json"),
        tuple(access_of(i) for i in institutions(settings) if i.database),
    )


def ensure_all(server: Server, settings: Settings) -> None:
    """Create every institution's database and roles that do not exist yet."""
    with server.connect_admin() as admin:
        for institution in institutions(settings):
            if institution.database:
                ensure_institution(server, admin, institution, tenants(institution.name, settings))


def ensure_institution(
    server: Place,
    admin: AdminConnection,
    institution: Institution,
    tenant_ids: Iterable[str] = (),
    database: str | None = None,
    *,
    close: Iterable[str] = ("postgres", "template1"),
) -> InstitutionDatabase:
    """Create an institution's roles and database unless they exist. Only `database` differs from its name in tests.

    `close`: databases beside it that its roles may not connect to either.
    """
    name = institution.name
    target = database or name
    admin.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        _ensure_login(server, admin, name)
        _ensure_login(server, admin, owner_role(name))
        if institution.tenants and not _exists(admin, tenant_group(name)):
            admin.execute(_sql("CREATE ROLE {} NOLOGIN", tenant_group(name)))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [target]).fetchone():
            admin.execute(_sql("CREATE DATABASE {} TEMPLATE template0 OWNER {}", target, owner_role(name)))
        for closed in (target, *close):
            admin.execute(_sql("REVOKE ALL ON DATABASE {} FROM PUBLIC", closed))
        admin.execute(_sql("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", target, name))
        urls = {t: ensure_tenant(server, admin, institution, t) for t in tenant_ids}
        if institution.tenants:
            admin.execute(_sql("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", target, tenant_group(name)))
        with server.connect_admin(target) as inside:
            _grant_default_privileges(inside, institution)
    finally:
        admin.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return InstitutionDatabase(
        target,
        server.url(name, target),
        server.url(owner_role(name), target),
        {tenant: server.url(role, target) for tenant, role in urls.items()},
    )


def ensure_tenant(server: Place, admin: AdminConnection, institution: Institution, tenant: str) -> str:
    """Create a tenant's login role unless it exists, and let the application enter it. Returns the role's name.

    INHERIT FALSE: the application has none of the tenant's rights until it says SET ROLE (PostgreSQL 16).
    Raises BadTenant.
    """
    role = tenant_role(institution.name, tenant)
    _ensure_login(server, admin, role)
    admin.execute(_sql("GRANT {} TO {}", tenant_group(institution.name), role))
    admin.execute(_sql("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", role, institution.name))
    return role


def _grant_default_privileges(inside: AdminConnection, institution: Institution) -> None:
    """What every table gets when the owner creates it: rows may be read and written, by the application.

    Tenants' roles get nothing by default; the migration that makes a tenant's table gives the group NAME_tenant its
    rights together with the row-level policy.
    """
    name, owner = institution.name, owner_role(institution.name)
    inside.execute(_sql("ALTER SCHEMA public OWNER TO {}", owner))
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    groups = [name, tenant_group(name)] if institution.tenants else [name]
    for role in groups:
        inside.execute(_sql("GRANT USAGE ON SCHEMA public TO {}", role))
    for right, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
        inside.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}").format(
                sql.Identifier(owner), sql.SQL(right), sql.SQL(kind), sql.Identifier(name)
            )
        )


def _ensure_login(server: Place, admin: AdminConnection, role: str) -> None:
    if _exists(admin, role):
        return
    # Only the verifier of the password goes to the server, never the password.
    verifier = admin.pgconn.encrypt_password(
        server.passwords.of(role).encode(), role.encode(), b"scram-sha-256"
    )
    admin.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


def _exists(admin: AdminConnection, role: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def _sql(statement: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))
