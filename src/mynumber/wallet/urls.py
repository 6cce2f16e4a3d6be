"""Routes of the resident's device."""

from django.urls import include, path

from mynumber.wallet.views import cards, device, documents, phone, reader, sign_in, signing
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", cards.my_cards, name="my-cards"),
    path("cards/<str:card_id>", cards.card_page, name="card"),
    path("cards/<str:card_id>/remove", cards.remove_card, name="remove-card"),
    path("cards/<str:card_id>/pins/<str:pin>", cards.change_pin_page, name="change-pin"),
    path("sign-in", sign_in.sign_in_page, name="sign-in"),
    path("signing", signing.signing_page, name="signing"),
    path("signing/content", signing.document_content, name="signing-content"),
    path("readers", reader.readers_page, name="readers"),
    path("readers/<str:session_id>", reader.reader_page, name="reader"),
    path("documents", documents.documents_page, name="documents"),
    path("documents/<str:draft_id>", documents.document_page, name="document"),
    path("documents/<str:draft_id>/signed", documents.signed_file, name="signed-file"),
    path("phone", phone.phone_page, name="phone"),
    path("language", choose_language, name="language"),
    path("device", device.device_page, name="device"),
    path("", include("mynumber.webkit.urls")),
]
