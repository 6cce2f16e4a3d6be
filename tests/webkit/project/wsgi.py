"""The WSGI application, for the tests that need a real process."""

import os

from mynumber.webkit.wsgi import institution_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.webkit.project.settings"
application = institution_application("municipality")
