"""The WSGI application of an institution: `application = institution_application("jlis")` in its `wsgi.py`."""

import gc
import os
from typing import Final

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from mynumber.webkit.manage import settings_module

GARBAGE_AFTER: Final = 10_000
"""New objects after which cycles are looked for. A request leaves few: Python's own 700 come several times in each."""


def institution_application(name: str) -> WSGIHandler:
    """Django with the settings of `name`, for a process that serves it from now on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module(name))
    application = get_wsgi_application()
    gc.collect()
    gc.freeze()  # what is there now stays
    gc.set_threshold(GARBAGE_AFTER)
    return application
