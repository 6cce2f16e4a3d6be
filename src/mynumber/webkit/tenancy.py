"""Walls between tenants of one institution, held by PostgreSQL and not by the care of whoever writes a query.

Each tenant is a role `<institution>_<tenant>`, a member of the group `<institution>_tenant`. A walled table has a column
`tenant` and a forced row-level policy `tenant = mynumber_tenant()`; that function reads the tenant off `current_user`.
A request of a tenant runs in one transaction under `SET LOCAL ROLE`; outside of it the process sees no tenant's row.

The tenant's key is its id with dots as underscores (`municipality.131229` is `municipality_131229`); the column holds the key.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.utils import DataError, ProgrammingError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, register_converter, resolve
from psycopg.sql import SQL, Identifier
from structlog.contextvars import bound_contextvars

from mynumber.webkit.errors import DATABASE_AWAY, database_away

TENANT_KEY: Final = re.compile(r"[a-z0-9_]{1,50}", re.ASCII)
RESERVED: Final = frozenset({"owner", "tenant"})
"""`<institution>_owner` and `<institution>_tenant` are other roles."""
MAX_TENANT: Final = 50

if TYPE_CHECKING:
    _TextField = models.CharField[str, str]
else:
    # Django's fields cannot be subscripted when the program runs.
    _TextField = models.CharField

_acting: ContextVar[str | None] = ContextVar("mynumber_tenant", default=None)


class NotATenant(ValueError):
    """Text that cannot be the key of a tenant, or a tenant this institution does not have."""


class NoTenant(RuntimeError):
    """Something that belongs to a tenant was asked for outside `acting_as`."""


class OtherTenant(RuntimeError):
    """`acting_as` one tenant inside `acting_as` another: a request never works for two."""


def tenant_key(tenant_id: str) -> str:
    """The key of a tenant id (`municipality.131229` gives `municipality_131229`). Raises NotATenant."""
    key = tenant_id.replace(".", "_")
    if not TENANT_KEY.fullmatch(key) or key in RESERVED:
        raise NotATenant("a tenant's key has lower-case letters, digits and _")
    return key


def tenant_role(tenant_id: str, institution: str | None = None) -> str:
    """The database role of a tenant of this (or another named) institution. Raises NotATenant."""
    return f"{institution or settings.MYNUMBER_INSTITUTION}_{tenant_key(tenant_id)}"


def current_tenant() -> str:
    """The key of the tenant this work is for. Raises NoTenant outside `acting_as`."""
    tenant = _acting.get()
    if tenant is None:
        raise NoTenant("no tenant: wrap the work in acting_as(tenant)")
    return tenant


@contextmanager
def acting_as(tenant_id: str, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction in which the database shows exactly this tenant's rows and takes no other's.

    Commits at the end, rolls back on an exception. Raises NotATenant if the institution has no such tenant,
    OtherTenant inside another tenant's work; inside the same tenant's it is a savepoint.
    """
    tenant = tenant_key(tenant_id)
    outer = _acting.get()
    if outer not in {None, tenant}:
        raise OtherTenant("already acting as another tenant")
    connection = connections[using]
    nested_in_transaction = connection.in_atomic_block
    with transaction.atomic(using):
        if outer is None:
            _set_role(tenant_role(tenant), using)
        token = _acting.set(tenant)
        try:
            yield
        finally:
            _acting.reset(token)
        if outer is None and nested_in_transaction:
            # The transaction goes on after us (a test's, a command's): give the role back. On an exception the
            # savepoint's rollback has done it.
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE NONE")


def _set_role(role: str, using: str) -> None:
    connection = connections[using]
    statement = SQL("SET LOCAL ROLE {}").format(Identifier(role))
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except (ProgrammingError, DataError):
        # 22023 no such role, 42501 not ours: to the caller both mean there is no such tenant here.
        raise NotATenant("no such tenant") from None


class TenantMiddleware:
    """Runs a request of `/<tenant>/...` inside `acting_as(tenant)`.

    Lies outside sessions and views. A view that fails is rolled back to where it began (ATOMIC_REQUESTS), while what the
    middlewares inside wrote, such as the session, is kept. Cookies set under a tenant's path stay under it, so that a
    person may work for two tenants in one browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tenant = _tenant_of(request)
        if tenant is None:
            return self._get_response(request)
        try:
            with acting_as(tenant), bound_contextvars(tenant=tenant):
                request.tenant = tenant  # type: ignore[attr-defined]
                response = self._get_response(request)
        except NotATenant:
            raise Http404 from None
        except DATABASE_AWAY as exception:
            return database_away(request, exception)
        for cookie in response.cookies.values():
            cookie["path"] = f"/{tenant}/"
        return response


def _tenant_of(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).kwargs.get("tenant")
    except Resolver404:
        return None


class TenantConverter:
    """URL converter; importing `mynumber.webkit.tenancy` registers it as `<tenant:tenant>`."""

    regex = r"[a-z0-9_]{1,50}"

    def to_python(self, value: str) -> str:
        """The key as it stands. Raises ValueError (no match) for a reserved word."""
        return tenant_key(value)

    def to_url(self, value: str) -> str:
        """The key as it stands."""
        return tenant_key(value)


register_converter(TenantConverter, "tenant")


def default_tenant() -> str:
    """The current tenant; empty where the institution has no tenants. Raises NoTenant."""
    return current_tenant() if settings.MYNUMBER_TENANTED else ""


class TenantField(_TextField):
    """The column `tenant` of a walled table: filled from the current tenant, never edited."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=MAX_TENANT, default=default_tenant, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """For migrations: the fixed arguments stay out."""
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "default", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs


class TenantWall(Operation):
    """Migration operation: walls the tables of some models and lets the tenants' group use them.

        operations = [..., TenantWall("register", "person", "household")]

    Needs a column `tenant` in each. No-op where the institution has no tenants (apps such as staff serve both).
    `insert_only=True` grants reading and inserting alone (records).
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, app_label: str, *model_names: str, insert_only: bool = False) -> None:
        self.app_label = app_label
        self.model_names = model_names
        self.insert_only = insert_only

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, object]]:
        """Arguments that make this operation again."""
        return type(self).__name__, (self.app_label, *self.model_names), {"insert_only": self.insert_only}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the function, force the policies, grant to the group."""
        if not settings.MYNUMBER_TENANTED:
            return
        for statement in tenant_function_sql(settings.MYNUMBER_INSTITUTION):
            schema_editor.execute(statement)
        for table in self._tables(to_state):
            for statement in wall_sql(settings.MYNUMBER_INSTITUTION, table, insert_only=self.insert_only):
                schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Take the policies and grants away; the function stays, other tables may use it."""
        if not settings.MYNUMBER_TENANTED:
            return
        for table in self._tables(from_state):
            for statement in unwall_sql(settings.MYNUMBER_INSTITUTION, table):
                schema_editor.execute(statement)

    def _tables(self, state: ProjectState) -> list[str]:
        return [state.apps.get_model(self.app_label, name)._meta.db_table for name in self.model_names]

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Wall {', '.join(self.model_names)} by tenant"


class SharedWithTenants(TenantWall):
    """Migration operation: lets every tenant read tables that belong to nobody (code lists)."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Grant SELECT to the group."""
        if settings.MYNUMBER_TENANTED:
            for table in self._tables(to_state):
                schema_editor.execute(
                    f"GRANT SELECT ON {_quote(table)} TO {_group(settings.MYNUMBER_INSTITUTION)}"
                )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Revoke it."""
        if settings.MYNUMBER_TENANTED:
            for table in self._tables(from_state):
                schema_editor.execute(
                    f"REVOKE ALL ON {_quote(table)} FROM {_group(settings.MYNUMBER_INSTITUTION)}"
                )

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Share {', '.join(self.model_names)} with tenants"


def tenant_function_sql(institution: str) -> tuple[str, ...]:
    """SQL that creates `mynumber_tenant()` for an institution; repeatable.

    The names are resolved when it is created, so nothing in a caller's search_path can take their place.
    A member of the group alone counts: `<institution>_owner` begins alike but is no tenant; nor is the group itself.
    """
    group = f"{institution}_tenant"
    create = (
        "CREATE OR REPLACE FUNCTION mynumber_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE RETURN "
        f"CASE WHEN pg_catalog.starts_with(current_user::text, '{institution}_') "
        f"AND current_user::text <> '{group}' "
        f"AND pg_catalog.pg_has_role(current_user, '{group}', 'MEMBER') "
        f"THEN pg_catalog.substr(current_user::text, {len(institution) + 2}) END"
    )
    return create, f"GRANT EXECUTE ON FUNCTION mynumber_tenant() TO {_group(institution)}"


def wall_sql(institution: str, table: str, *, insert_only: bool = False) -> tuple[str, ...]:
    """SQL that walls one table. The sub-select makes PostgreSQL ask for the tenant once a statement, not once a row."""
    privileges = "SELECT, INSERT" if insert_only else "SELECT, INSERT, UPDATE, DELETE"
    quoted = _quote(table)
    mine = "tenant = (SELECT mynumber_tenant())"
    return (
        f"ALTER TABLE {quoted} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {quoted} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_wall ON {quoted} USING ({mine}) WITH CHECK ({mine})",
        f"GRANT {privileges} ON {quoted} TO {_group(institution)}",
    )


def unwall_sql(institution: str, table: str) -> tuple[str, ...]:
    """SQL that undoes `wall_sql`."""
    quoted = _quote(table)
    return (
        f"REVOKE ALL ON {quoted} FROM {_group(institution)}",
        f"DROP POLICY tenant_wall ON {quoted}",
        f"ALTER TABLE {quoted} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {quoted} DISABLE ROW LEVEL SECURITY",
    )


def _group(institution: str) -> str:
    return _quote(f"{institution}_tenant")


def _quote(identifier: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", identifier):
        raise ValueError("an identifier of the database has lower-case letters, digits and _")
    return f'"{identifier}"'
