"""The language switch: Japanese is the source, English where a page offers it. Works without script."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

LANGUAGES = (("ja", "日本語"), ("en", "English"))


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language in a cookie and return to the page (`next` is checked to be of this host)."""
    return set_language(request)
