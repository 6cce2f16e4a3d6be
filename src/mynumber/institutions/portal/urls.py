"""Routes of マイナポータル: pages, the device's two addresses, health, and the messages it receives."""

from django.urls import include, path

from mynumber.institutions.portal.account import device, passkey_views, views
from mynumber.institutions.portal.account import messages as account_messages
from mynumber.institutions.portal.applications import urls as applications
from mynumber.institutions.portal.card import urls as card
from mynumber.institutions.portal.deliveries import urls as deliveries
from mynumber.institutions.portal.home import urls as home
from mynumber.institutions.portal.identity import urls as identity
from mynumber.institutions.portal.information import messages as information_messages
from mynumber.institutions.portal.notices import arriving as notice_messages
from mynumber.institutions.portal.payments import messages as payment_messages
from mynumber.institutions.portal.phones import views as phones
from mynumber.institutions.portal.proxies import claiming as claims_of_representation
from mynumber.institutions.portal.records import urls as records
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    # Django looks from the top: what every sign-in passes stands first.
    path("", include(identity)),
    path("sign-in/", views.sign_in_page, name="sign-in"),
    path("sign-in/start", views.start, name="sign-in-start"),
    path("sign-in/requests/<str:request_id>", device.show_request, name="sign-in-request"),
    path("sign-in/requests/<str:request_id>/response", device.take_response, name="sign-in-response"),
    path("sign-in/finish", views.finish, name="sign-in-finish"),
    path("signing/requests/<str:request_id>", device.show_signing, name="signing-request"),
    path("signing/requests/<str:request_id>/response", device.take_signatures, name="signing-response"),
    path("signing/finish", views.finish, name="signing-finish"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("account/history", views.history, name="history"),
    path("account/passkeys", passkey_views.passkey_list, name="passkeys"),
    path("account/passkeys/begin", passkey_views.begin, name="passkey-begin"),
    path("account/passkeys/new", passkey_views.new_passkey, name="passkey-new"),
    path("account/passkeys/<int:passkey_id>/remove", passkey_views.remove_passkey, name="passkey-remove"),
    path("sign-in/passkey", passkey_views.passkey_sign_in, name="passkey-sign-in"),
    path("account/code", views.obtain_code, name="obtain-code"),
    *account_messages.routes,
    *information_messages.routes,
    *deliveries.routes,
    *notice_messages.routes,
    *payment_messages.routes,
    *claims_of_representation.routes,
    path("phone-certificates", phones.apply, name="phone-certificates"),
    path("", include(home)),
    path("language", choose_language, name="language"),
    path("", include("mynumber.webkit.urls")),
    path("records/", include(records)),
    path("card/", include(card)),
    path("", include(applications)),
    path("account/", include("mynumber.institutions.portal.contacts.urls")),
    path("notices/", include("mynumber.institutions.portal.notices.urls")),
    path("payments/", include("mynumber.institutions.portal.payments.urls")),
    path("deliveries/", include("mynumber.institutions.portal.deliveries.urls")),
    path("information/", include("mynumber.institutions.portal.information.urls")),
    path("", include("mynumber.institutions.portal.employers.urls")),
    path("events/", include("mynumber.institutions.portal.bundles.urls")),
    path("proxies/", include("mynumber.institutions.portal.proxies.urls")),
    path("", include("mynumber.institutions.portal.helpdesk.urls")),
]
