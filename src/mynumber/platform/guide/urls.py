"""Routes of the guide. All are public: it knows no person and no secret that is not shown on purpose."""

from django.urls import include, path

from mynumber.platform.guide import views
from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from mynumber.webkit.face.language import choose_language

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", views.welcome, name="welcome"),
    path("docs/", views.documents, name="documents"),
    path("docs/<path:name>", views.document, name="document"),
    path("log-key", views.log_key, name="log-key"),
    path("operations", views.operations, name="operations"),
    path("face/", include("mynumber.webkit.face.gallery.urls")),
    path("language", choose_language, name="language"),
    path("", include("mynumber.webkit.urls")),
]
