"""The WSGI application of an institution: `application = institution_application("jlis")` in its `wsgi.py`."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from mynumber.webkit.garbage import spare_what_stands
from mynumber.webkit.manage import settings_module


def institution_application(name: str) -> WSGIHandler:
    """Django with the settings of `name`, for a process that serves it from now on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module(name))
    application = get_wsgi_application()
    spare_what_stands()
    return application
