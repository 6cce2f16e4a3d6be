"""A system check: an institution with an unmarked route does not pass `check`, hence neither `migrate` nor start-up."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from mynumber.webkit.access import walk_routes


@register("security")
def every_route_is_marked(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """One error for each route of the project that has no explicit access mark."""
    return [
        Error(f"the route {route.pattern!r} ({route.view}) has no access mark", id="mynumber.E001")
        for route in walk_routes(settings.ROOT_URLCONF)
        if route.mark is None
    ]
