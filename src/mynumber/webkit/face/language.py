"""In which words a page speaks: Japanese is the source; easy Japanese, English and readings (ふりがな) are chosen by the reader. Works without script.

A face that offers them adds `LanguageMiddleware` to its middleware and `path("language", choose_language)` to its URLs; its pages say each
sentence with `{% tr "日本語" "English" easy="やさしい にほんご" %}`. Only the visitor chooses: what a browser says of itself is no choice (many browsers
in Japan say English). Readings are put over key words by `face/furigana.py`; easy Japanese brings them along unless they were turned off.
"""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from mynumber.webkit.face import words
from mynumber.webkit.marks import public

SOURCE: Final = "ja"
EASY: Final = "ja-x-easy"
"""Easy Japanese (やさしい日本語) as a private tag of BCP 47; for the browser it is `ja`."""
ENGLISH: Final = "en"
LANGUAGES: Final = ((SOURCE, "日本語"), (EASY, "やさしい日本語"), (ENGLISH, "English"))
MIDDLEWARE: Final = "mynumber.webkit.face.language.LanguageMiddleware"

_furigana: ContextVar[bool] = ContextVar("furigana", default=False)


class LanguageMiddleware:
    """Speaks the chosen language, with readings where wished, while a page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wished = self.wished(request)
        language = wished if wished in dict(LANGUAGES) else SOURCE
        readings = request.COOKIES.get(furigana_cookie(), "on" if language == EASY else "off")
        kept = _furigana.set(readings == "on" and language != ENGLISH)
        try:
            with translation.override(language):
                response = self._get_response(request)
        finally:
            _furigana.reset(kept)
        patch_vary_headers(response, ["Cookie"])
        return response

    def wished(self, request: HttpRequest) -> str:
        """What was chosen, as the browser sends it."""
        return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, SOURCE)


def furigana_cookie() -> str:
    """Name of the cookie that keeps whether readings are shown."""
    return settings.LANGUAGE_COOKIE_NAME.removesuffix("language") + "furigana"


@public  # a preference, not a person
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language or the wish for readings in a cookie and return to the page (`next` is checked to be of this host)."""
    following = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(following if is_here else "/")
    choices = {
        settings.LANGUAGE_COOKIE_NAME: request.POST.get("language"),
        furigana_cookie(): request.POST.get("furigana"),
    }
    for cookie, choice in choices.items():
        if choice in {*dict(LANGUAGES), "on", "off"}:
            # Until the browser closes: nothing of a visitor stays behind on a shared device.
            response.set_cookie(
                cookie, choice, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
    return response


def is_english() -> bool:
    """Whether the page now being made is to speak English."""
    return (translation.get_language() or SOURCE).startswith(ENGLISH)


def is_easy() -> bool:
    """Whether the page now being made is to speak easy Japanese."""
    return translation.get_language() == EASY


def spoken() -> str:
    """The chosen words as the catalogue names them: `ja`, `easy` or `en`."""
    return "en" if is_english() else "easy" if is_easy() else "ja"


def with_furigana() -> bool:
    """Whether key words of the page now being made carry their reading."""
    return _furigana.get()


def say(japanese: str, english: str, easy: str = "") -> str:
    """The words of the chosen language; Japanese where there are no easy ones."""
    if is_english():
        return english
    return easy if easy and is_easy() else japanese


def say_day(on: date) -> str:
    """A calendar day within a sentence of the chosen language: 2026年11月3日, or 3 November 2026."""
    return words.plain_day(on, english=is_english())


def say_yen(amount: int) -> str:
    """Integer yen within a sentence of the chosen language: 50,000円, or 50,000 yen."""
    return words.yen(amount, english=is_english())


say_later = lazy(say, str)
"""The same for what is written once and shown often: labels and help of declared fields."""
