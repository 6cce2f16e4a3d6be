"""The language of the page that sent the holder here goes on at the device, until the holder chooses one here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mynumber.webkit.face.language import LANGUAGES, LanguageMiddleware

PARAMETER = "ui_locales"
"""As OpenID Connect Core names it (section 3.1.2.1): tags by preference, with spaces between them."""
COOKIE = "wallet_begun_language"
"""What was asked last, for the pages that follow; it is no choice of the holder, which goes before it."""


class BegunLanguage(LanguageMiddleware):
    """Speaks the language chosen here, else the one in which the portal was read."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = super().__call__(request)
        if language := _asked(request):
            response.set_cookie(
                COOKIE, language, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
            )
        return response

    def wished(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return chosen or _asked(request) or request.COOKIES.get(COOKIE, "")


def _asked(request: HttpRequest) -> str:
    """The first language of the address that is spoken here; "" for none."""
    wanted = request.GET.get(PARAMETER, "").split()
    return next((each for each in wanted if each in dict(LANGUAGES)), "")
