"""Is this process alive (`/healthz`), and can it do its work (`/readyz`)? Both public, neither tells a secret.

Answers are JSON. `/readyz` is 503 with the names of what is missing: `database`, `migrations`, `keys`.
"""

from threading import Lock

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mynumber.foundation.keyring import KeyRing, KeyRingRefused
from mynumber.webkit import metrics
from mynumber.webkit.access import public
from mynumber.webkit.environment import Environment

DUMMY = "django.db.backends.dummy"


@public  # a supervisor has no identity, and the answer says nothing
@never_cache
@require_safe
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"alive": True, "institution": settings.MYNUMBER_INSTITUTION})


@public  # as above
@never_cache
@require_safe
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, migrations and keys are there; else 503 with `missing`, a list of names."""
    missing = what_is_missing()
    return JsonResponse(
        {"ready": not missing, "institution": settings.MYNUMBER_INSTITUTION, "missing": missing},
        status=503 if missing else 200,
    )


@public  # counts and durations of this process; the front refuses the address
@never_cache
@require_safe
@transaction.non_atomic_requests
def figures(request: HttpRequest) -> HttpResponse:
    """What this process counts, in Prometheus' text form."""
    body, content_type = metrics.exposition()
    return HttpResponse(body, content_type=content_type)


def what_is_missing() -> list[str]:
    """The names of what this process cannot work without and does not have."""
    missing: list[str] = []
    # Django puts an alias without an engine where an institution has no database.
    if settings.DATABASES.get(DEFAULT_DB_ALIAS, {}).get("ENGINE", DUMMY) != DUMMY:
        if not _database_answers():
            missing.append("database")
        elif not _migrations.applied():
            missing.append("migrations")
    environment: Environment = settings.MYNUMBER
    if environment.keys is not None and not _keys_are_there(environment):
        missing.append("keys")
    return missing


def _database_answers() -> bool:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


class _Migrations:
    """Whether every migration of the code is applied. Once so, it stays so for the life of the process."""

    def __init__(self) -> None:
        self._applied = False
        self._lock = Lock()

    def forget(self) -> None:
        with self._lock:
            self._applied = False

    def applied(self) -> bool:
        with self._lock:
            if not self._applied:
                try:
                    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
                    self._applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
                except DatabaseError:
                    return False
            return self._applied


_migrations = _Migrations()


def forget() -> None:
    """Look at the migrations anew (a process that changes its database; tests)."""
    _migrations.forget()


def _keys_are_there(environment: Environment) -> bool:
    """The key ring exists, is closed to everybody else and is not empty."""
    if environment.keys is None:
        return False
    try:
        return bool(KeyRing.open(environment.keys).names())
    except (KeyRingRefused, OSError):
        return False
