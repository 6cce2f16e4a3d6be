"""Routes of the gallery, where the guide has them: the report of pages takes them for what they are."""

from django.urls import include, path

from mynumber.webkit.face.language import choose_language
from tests.webkit.face_gallery import views

handler400 = "mynumber.webkit.face.errors.bad_request"
handler403 = "mynumber.webkit.face.errors.forbidden"
handler404 = "mynumber.webkit.face.errors.not_found"
handler500 = "mynumber.webkit.face.errors.server_error"

urlpatterns = [
    path("face/", include("mynumber.webkit.face.gallery.urls")),
    path("face/refused", views.refused, name="refused"),
    path("face/broken", views.broken, name="broken"),
    path("language", choose_language, name="language"),
]
