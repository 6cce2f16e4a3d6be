"""The language switch: Japanese is the source, English where a page offers it. Works without script.

A face that offers English adds `LanguageMiddleware` to its middleware and `path("language", choose_language)` to its
URLs; its pages say each sentence with `{% tr "日本語" "English" %}`. The language changes only when the visitor chooses
it: what a browser says of itself is no choice (many browsers in Japan say English).
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from mynumber.webkit.marks import public

SOURCE: Final = "ja"
LANGUAGES: Final = (("ja", "日本語"), ("en", "English"))
MIDDLEWARE: Final = "mynumber.webkit.face.language.LanguageMiddleware"


class LanguageMiddleware:
    """Speaks the chosen language while a page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, SOURCE)
        with translation.override(chosen if chosen in dict(LANGUAGES) else SOURCE):
            response = self._get_response(request)
        patch_vary_headers(response, ["Cookie"])
        return response


@public  # a preference, not a person
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language in a cookie and return to the page (`next` is checked to be of this host)."""
    return set_language(request)


def is_english() -> bool:
    """Whether the page now being made is to speak English."""
    return (translation.get_language() or SOURCE).startswith("en")
