"""Routes of J-LIS: the public page, health, and one address for each kind of message."""

from django.urls import URLPattern, include, path

from mynumber.institutions.jlis.acquisition import messages as acquisition
from mynumber.institutions.jlis.certification import messages as certification
from mynumber.institutions.jlis.inbox.endpoint import View
from mynumber.institutions.jlis.pages import views
from mynumber.institutions.jlis.residents import messages as residents
from mynumber.protocols.acquisition import REQUEST_CODE_BY_CERTIFICATE, REQUEST_CODES
from mynumber.protocols.certification import ISSUE_CARD, QUERY_TRUST, REVOKE_CERTIFICATE
from mynumber.protocols.residents import LOOK_UP, LOOK_UP_BY_NUMBER, REGISTER_RESIDENTS

handler400 = "mynumber.webkit.errors.handler400"
handler403 = "mynumber.webkit.errors.handler403"
handler404 = "mynumber.webkit.errors.handler404"
handler500 = "mynumber.webkit.errors.handler500"


def _message(address: str, view: View) -> URLPattern:
    return path(address.removeprefix("/"), view)


urlpatterns = [
    path("", views.home, name="home"),
    path("", include("mynumber.webkit.urls")),
    _message(REGISTER_RESIDENTS.path, residents.register),
    _message(LOOK_UP.path, residents.by_attributes),
    _message(LOOK_UP_BY_NUMBER.path, residents.by_number),
    _message(REQUEST_CODES.path, acquisition.request_codes),
    _message(REQUEST_CODE_BY_CERTIFICATE.path, acquisition.request_code_by_certificate),
    _message(ISSUE_CARD.path, certification.issue),
    _message(REVOKE_CERTIFICATE.path, certification.revocation),
    _message(QUERY_TRUST.path, certification.query_trust),
]
