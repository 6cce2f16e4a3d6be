"""The WSGI application of an institution: `application = institution_application("jlis")` in its `wsgi.py`."""

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module

import msgspec
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

from mynumber.webkit.garbage import spare_what_stands
from mynumber.webkit.manage import settings_module


def institution_application(name: str) -> WSGIHandler:
    """Django with the settings of `name`, for a process that serves it from now on."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module(name))
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # the views, and with them what they read
    prepare_types()
    spare_what_stands()
    return application


def prepare_types() -> None:
    """Let msgspec prepare all types that are loaded, while there is one thread.

    msgspec 0.22 prepares a type when it is first read, and ends the process when two threads do so at once.
    """
    for struct in _below(msgspec.Struct):
        with suppress(TypeError):  # one that holds what JSON has not is never read from it
            msgspec.json.Decoder(struct)


def _below(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in struct.__subclasses__():
        yield one
        yield from _below(one)
