"""Django in the process of the tests, as one face at a time.

    # conftest.py of an institution, so that its tests may import models
    faces.install("mynumber.institutions.jlis.settings")

    # a fixture
    with faces.face("mynumber.institutions.jlis.settings", database):
        response = Client().get("/healthz")

Within the block apps, URLs, middlewares, database and cookies are those of the face, read from its own settings module with the
environment that the platform would give it; that environment lasts as long as the block. Views run for real on a real database; nothing is rolled back afterwards, so take a
fresh database a module.
"""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module, reload

import django
from django.apps import apps
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings, setup_test_environment

from mynumber.platform.databases import InstitutionDatabase
from mynumber.webkit import messages

# Named for a moment only: processes that the tests start name their own.
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.webkit.bare"
django.setup()
setup_test_environment()
del os.environ["DJANGO_SETTINGS_MODULE"]

OWN = frozenset({"LOGGING_CONFIG"})
"""Settings that stay as they are."""


def install(settings_module: str) -> None:
    """Add the apps of a face to those this process knows; apps cannot be unloaded and do not mind each other."""
    with _variables({}):
        listed: list[str] = import_module(settings_module).INSTALLED_APPS
    missing = [app for app in listed if app not in settings.INSTALLED_APPS]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *missing]
    apps.set_installed_apps(settings.INSTALLED_APPS)


def environment(database: InstitutionDatabase | None, **variables: str) -> dict[str, str]:
    """The variables of a face: the database's address and whatever else the test gives."""
    return {
        **({"DATABASE_URL": database.url} if database else {}),
        "MYNUMBER_PUBLIC_URLS": json.dumps({}),
        **variables,
    }


def migrate(settings_module: str, database: InstitutionDatabase) -> None:
    """Run the migrations of a face as the owner, in a process of its own."""
    command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity=0", "--skip-checks"]
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": settings_module, "DATABASE_URL": database.owner_url}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def face(settings_module: str, database: InstitutionDatabase | None, **variables: str) -> Iterator[None]:
    """Django as this face until the end of the block."""
    with _variables(environment(database, **variables)):
        already = settings_module in sys.modules
        module = import_module(settings_module)
        values = vars(reload(module) if already else module)
        messages.this_node.cache_clear()
        chosen = {name: value for name, value in values.items() if name.isupper() and name not in OWN}
        before = connections.settings
        connections.close_all()
        with warnings.catch_warnings():
            # Overriding DATABASES alone is the unexpected thing; `_point_at` does the rest.
            warnings.simplefilter("ignore", UserWarning)
            overridden = override_settings(**chosen)
            overridden.enable()
        try:
            _point_at(chosen["DATABASES"])
            yield
        finally:
            connections.close_all()
            overridden.disable()
            _point_at(before)
        messages.this_node.cache_clear()


def _point_at(databases: Mapping[str, object]) -> None:
    for alias in connections:
        if hasattr(connections._connections, alias):  # type: ignore[attr-defined]
            del connections[alias]
    connections.settings = connections.configure_settings(dict(databases))


@contextmanager
def _variables(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("MYNUMBER_") and name != "MYNUMBER_TEST_POSTGRES":
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
