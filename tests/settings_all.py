"""Every Django app of every institution in one settings module: only for the type checker's Django plugin."""

SECRET_KEY = "type-checking-only"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "unused"}}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
