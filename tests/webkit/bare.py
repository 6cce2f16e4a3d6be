"""Settings of no institution: where Django starts in a process of tests, before a face is put on (see faces.py)."""

SECRET_KEY = "tests-only"
USE_TZ = True
DATABASES: dict[str, object] = {}
INSTALLED_APPS = ["mynumber.webkit"]
MYNUMBER_TENANTED = False
