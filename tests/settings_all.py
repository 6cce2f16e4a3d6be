"""Every Django app of every institution in one settings module: only for the type checker's Django plugin."""

from mynumber.webkit.environment import Environment

SECRET_KEY = "type-checking-only"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "unused"}}
ROOT_URLCONF = "mynumber.webkit.urls"
INSTITUTION = "municipality"
SIMULATION = True
PUBLIC_URL = "http://municipality.localhost:8000"
PUBLIC_URLS: dict[str, str] = {}
MYNUMBER: Environment
MYNUMBER_INSTITUTION = "municipality"
MYNUMBER_TENANTED = True
MYNUMBER_STAFF = True
MYNUMBER_RESIDENT_CHECKER: str | None = None
MYNUMBER_FORM_ACTIONS: tuple[str, ...] = ()
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "mynumber.webkit",
]
