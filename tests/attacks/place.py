"""Faces on databases of their own for attackers, without anybody beside them: no other institution answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from inspect import ismethod, unwrap
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from psycopg import sql

from mynumber.platform.databases import InstitutionDatabase
from mynumber.platform.postgres import Server
from mynumber.platform.registry import institution
from mynumber.webkit.marks import Mark, mark_of
from tests.support.directory import Systems
from tests.webkit import faces

OURS, THEIRS = "131229", "272124"
"""Two towns: the one that is attacked, and the one whose staff attacks."""
CHANGING = frozenset({"django_session", "staff_session", "proxy_event", "support_wrong_code"})
"""Tables that a refused request may write."""


@dataclass(frozen=True)
class Way:
    """One address of a face."""

    pattern: str
    app: str
    """`portal.notices`, `webkit.staff`: the package of the view."""
    parameters: frozenset[str]
    mark: Mark
    is_exempt: bool
    """From the token against forged requests."""

    @property
    def uuids(self) -> list[str]:
        """The parameters that are UUIDs."""
        return re.findall(r"<uuid:(\w+)>", self.pattern)

    def path(self, **given: object) -> str:
        """The address with its parameters filled in."""
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(given[found[1]]), self.pattern)


def ways() -> list[Way]:
    """Every address of the face that Django is now."""
    return list(_ways(get_resolver(settings.ROOT_URLCONF), ""))


def _ways(resolver: URLResolver, prefix: str) -> Iterator[Way]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _ways(entry, pattern)
        elif isinstance(entry, URLPattern):
            view, mark = entry.callback, mark_of(entry.callback)
            assert mark is not None
            words = _home(view).removeprefix("mynumber.").removeprefix("institutions.").split(".")
            yield Way(
                pattern,
                ".".join(words[:2]),
                frozenset(re.findall(r"<(?:\w+:)?(\w+)>", pattern)),
                mark,
                bool(getattr(view, "csrf_exempt", False)),
            )


def _home(view: object) -> str:
    """The module of a view; of a method that several houses share, that of the house's own class."""
    inner: Any = unwrap(view)  # type: ignore[arg-type]  # a view can be called
    return str(type(inner.__self__).__module__ if ismethod(inner) else inner.__module__)


@contextmanager
def standing(name: str, database: InstitutionDatabase | None, systems: Systems) -> Iterator[None]:
    """Django as this face."""
    with faces.face(
        institution(name).settings_module,
        database,
        MYNUMBER_PUBLIC_URL=f"http://{name.replace('_', '-')}.localhost:8000",
        **systems.environment(name),
    ):
        yield


class Attacker(Client):
    """A browser; a view that breaks answers 500 as it does in earnest."""

    def __init__(self, house: str) -> None:
        host = f"{house.replace('_', '-')}.localhost:8000"
        super().__init__(enforce_csrf_checks=True, raise_request_exception=False, headers={"host": host})
        self.house = house
        self.token = ""

    def with_token(self, page: str) -> Attacker:
        """Read the token against forged requests from a page that may be seen."""
        text = self.get(page).content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
        assert found is not None, text
        self.token = found[1]
        return self

    def ask(self, method: str, path: str, **fields: str) -> Any:
        """One request; a form brings its token."""
        if method == "GET":
            return self.get(path)
        return self.post(path, {"csrfmiddlewaretoken": self.token, **fields})


def staff_at(town: str = "", house: str = "municipality") -> Attacker:
    """A browser of a member of staff; `town`: where the house has tenants."""
    from mynumber.webkit.staff.models import StaffMember
    from mynumber.webkit.tenancy import acting_as

    with acting_as(town) if town else nullcontext():
        member = StaffMember.objects.create(
            username=f"s{uuid4().hex[:12]}", password="!", display_name="田中　花子", role="supervisor"
        )
        store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
        at = datetime.now(UTC).timestamp()
        store.update({"member": member.pk, "hash": member.session_hash(), "since": at, "seen": at})
        store.create()
    browser = Attacker(house)
    browser.cookies[f"{house}_session"] = store.session_key
    return browser


def contents(server: Server, database: InstitutionDatabase) -> dict[str, str]:
    """A digest of every table, as the database's superuser reads it: with what a wall of rows hides."""
    with server.connect_admin(database.name) as admin:
        found = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [str(name) for (name,) in found if name not in CHANGING]
        one = sql.SQL("SELECT {}, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t")
        parts = [one.format(sql.Literal(name), sql.Identifier(name)) for name in names]
        return {str(name): str(digest) for name, digest in admin.execute(sql.SQL(" UNION ALL ").join(parts))}
