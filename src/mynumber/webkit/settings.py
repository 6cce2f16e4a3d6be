"""The Django settings every institution starts from.

An institution's `settings.py` is two lines: its name and what it consists of.

    from mynumber.webkit.settings import institution_settings
    globals().update(institution_settings("jlis", apps=[...], urlconf="mynumber.institutions.jlis.urls"))
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from mynumber.foundation.keyring import KeyRing
from mynumber.webkit import logs
from mynumber.webkit.environment import DatabaseAddress, Environment, default_public_url, origin

CONNECT_TIMEOUT_SECONDS = 5
PREPARE_AFTER_USES = 5
MAX_BODY_BYTES = 1024 * 1024
MAX_UPLOAD_FILES = 10
MAX_FORM_FIELDS = 500
STATIC_MAX_AGE_SECONDS = 60
HSTS_SECONDS = 365 * 24 * 3600

Sessions = Literal["none", "database", "signed_cookie"]


def institution_settings(
    name: str,
    *,
    apps: Sequence[str],
    urlconf: str,
    database: bool = True,
    tenanted: bool = False,
    staff: bool = False,
    sessions: Sessions = "none",
    form_actions: Sequence[str] = (),
    middleware: Sequence[str] = (),
) -> dict[str, object]:
    """Every setting of institution `name`, from the environment (docs/webkit.md lists the variables).

    apps: its Django apps, in order. urlconf: its URL module.
    database: whether it has one. tenanted: its URLs start with `/<tenant>/` and its tables are walled by tenant.
    staff: case workers sign in (adds the staff app with its own walled sessions).
    sessions: plain Django sessions, for faces where somebody else than staff signs in; not together with staff.
    form_actions: names of other faces whose URLs forms of this face may post to (Content-Security-Policy).
    middleware: appended after the common ones.

    Raises BadEnvironment, naming the variable at fault, and KeyRingRefused.
    """
    if staff and sessions != "none":
        raise ValueError("staff brings its own sessions")
    if (staff or tenanted or sessions == "database") and not database:
        raise ValueError("staff, tenants and stored sessions need a database")
    environment = Environment.read(name)
    secure = environment.public_url.startswith("https://")
    installed = [
        "django.contrib.staticfiles",
        "mynumber.webkit",
        *(["django.contrib.sessions"] if sessions == "database" else []),
        *(["mynumber.webkit.staff"] if staff else []),
        *apps,
    ]
    settings: dict[str, object] = {
        "MYNUMBER": environment,
        "MYNUMBER_INSTITUTION": name,
        "MYNUMBER_TENANTED": tenanted,
        "MYNUMBER_STAFF": staff,
        "INSTITUTION": name,
        "SIMULATION": environment.simulation,
        "PUBLIC_URL": environment.public_url,
        "PUBLIC_URLS": environment.public_urls,
        # The frame of each page (face/context.py) reads these two.
        "MYNUMBER_SIMULATION": environment.simulation,
        "MYNUMBER_PUBLIC_URLS": environment.public_urls,
        # Dotted name of `(request) -> HttpResponse | None` that lets a signed-in resident through; see access.py.
        "MYNUMBER_RESIDENT_CHECKER": None,
        "SECRET_KEY": _secret_key(environment),
        "DEBUG": False,
        "ROOT_URLCONF": urlconf,
        "INSTALLED_APPS": installed,
        "MIDDLEWARE": _middleware(tenanted=tenanted, staff=staff, sessions=sessions, extra=middleware),
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "APPEND_SLASH": False,
        **_hosts(environment),
        **_databases(environment, database=database),
        **_language(),
        **_templates(),
        **_static(),
        **_cookies(name, secure=secure, engine=_session_engine(staff=staff, sessions=sessions)),
        **_headers(environment, form_actions=form_actions, secure=secure),
        **_limits(),
        # The log is set up by logs.configure, which masks; Django's own mails and handlers stay off.
        "LOGGING_CONFIG": None,
        "ADMINS": [],
        "MANAGERS": [],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
        "CSRF_FAILURE_VIEW": "mynumber.webkit.errors.csrf_failure",
    }
    logs.configure(name)
    return settings


def _secret_key(environment: Environment) -> str:
    """The key ring's secret "django"; else MYNUMBER_SECRET_KEY; else a fresh one that no other process knows."""
    if environment.keys is not None and environment.keys.is_dir():
        ring = KeyRing.open(environment.keys)
        if ring.has("django"):
            return ring.secret("django").hex()
    return os.environ.get("MYNUMBER_SECRET_KEY") or secrets.token_urlsafe(48)


def _middleware(*, tenanted: bool, staff: bool, sessions: Sessions, extra: Sequence[str]) -> list[str]:
    """Outside in. The tenant's transaction lies around sessions, staff and views: all of them read walled tables."""
    return [
        "mynumber.webkit.requestlog.RequestLogMiddleware",
        "mynumber.webkit.headers.SecurityHeadersMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        *(["mynumber.webkit.tenancy.TenantMiddleware"] if tenanted else []),
        *(["django.contrib.sessions.middleware.SessionMiddleware"] if staff or sessions != "none" else []),
        "django.middleware.csrf.CsrfViewMiddleware",
        *(["mynumber.webkit.staff.sign_in.StaffMiddleware"] if staff else []),
        "mynumber.webkit.errors.RefusalMiddleware",
        *extra,
        # Last, so that nothing stands between the check and the view.
        "mynumber.webkit.access.AccessMiddleware",
    ]


def _hosts(environment: Environment) -> dict[str, object]:
    host = urlsplit(environment.public_url).hostname
    return {
        "ALLOWED_HOSTS": [*([host] if host else []), "127.0.0.1", "localhost"],
        "CSRF_TRUSTED_ORIGINS": [origin(environment.public_url)],
    }


def _databases(environment: Environment, *, database: bool) -> dict[str, object]:
    if not database:
        return {"DATABASES": {}}
    address = environment.database or DatabaseAddress(
        name=os.environ.get("MYNUMBER_INSTITUTION", "mynumber"), user="", password="", host="", port=""
    )
    return {"DATABASES": {"default": database_settings(address)}}


def database_settings(address: DatabaseAddress) -> dict[str, object]:
    """One entry of DATABASES: server-side binding, prepared statements, one transaction a view.

    Each thread of the server keeps its connection and looks whether it still works before a request. psycopg's pool was
    tried and left: after a restart of PostgreSQL it waits 1, 2, 4 s from one broken connection to the next, and requests fail meanwhile
    (tests/webkit/test_process.py).
    """
    options: dict[str, object] = {
        "server_side_binding": True,
        "prepare_threshold": PREPARE_AFTER_USES,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        **address.tls,
    }
    return {
        "ENGINE": "mynumber.webkit.postgresql",
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": None,
        "OPTIONS": options,
    }


def _language() -> dict[str, object]:
    return {
        "LANGUAGE_CODE": "ja",
        "LANGUAGES": [("ja", "日本語"), ("en", "English")],
        "TIME_ZONE": "Asia/Tokyo",
        "USE_TZ": True,
        "USE_I18N": True,
    }


def _templates() -> dict[str, object]:
    return {
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "mynumber.webkit.face.context.face",
                        "mynumber.webkit.context.signed_in",
                    ],
                },
            }
        ],
    }


def _static() -> dict[str, object]:
    """Files come straight from the packages: nothing to collect, no network, the same on a laptop and installed."""
    return {
        "STATIC_URL": "/static/",
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "WHITENOISE_MAX_AGE": STATIC_MAX_AGE_SECONDS,
        "WHITENOISE_ALLOW_ALL_ORIGINS": False,
    }


def _session_engine(*, staff: bool, sessions: Sessions) -> str:
    if staff:
        return "mynumber.webkit.staff.sessions"
    return f"django.contrib.sessions.backends.{'signed_cookies' if sessions == 'signed_cookie' else 'db'}"


def _cookies(name: str, *, secure: bool, engine: str) -> dict[str, object]:
    return {
        "SESSION_ENGINE": engine,
        "SESSION_COOKIE_NAME": f"{name}_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_COOKIE_AGE": 30 * 60,
        "CSRF_COOKIE_NAME": f"{name}_csrf",
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": secure,
        "LANGUAGE_COOKIE_NAME": f"{name}_language",
    }


def _headers(environment: Environment, *, form_actions: Sequence[str], secure: bool) -> dict[str, object]:
    settings: dict[str, object] = {
        "MYNUMBER_FORM_ACTIONS": _form_action_origins(environment.public_urls, form_actions),
        "SECURE_HSTS_SECONDS": HSTS_SECONDS if secure else 0,
    }
    if secure:
        # With https outside, the front ends TLS and sets this header itself, dropping what a visitor sent.
        settings["SECURE_PROXY_SSL_HEADER"] = ("HTTP_X_FORWARDED_PROTO", "https")
    return settings


def _form_action_origins(public_urls: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(origin(public_urls.get(name, default_public_url(name))) for name in names)


def _limits() -> dict[str, object]:
    return {
        "DATA_UPLOAD_MAX_MEMORY_SIZE": MAX_BODY_BYTES,
        "FILE_UPLOAD_MAX_MEMORY_SIZE": MAX_BODY_BYTES,
        "FILE_UPLOAD_HANDLERS": ["mynumber.webkit.uploads.BoundedUpload"],
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": MAX_FORM_FIELDS,
        "DATA_UPLOAD_MAX_NUMBER_FILES": MAX_UPLOAD_FILES,
    }
