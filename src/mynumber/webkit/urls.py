"""Routes every institution includes at its root: `path("", include("mynumber.webkit.urls"))`."""

from django.urls import path

from mynumber.webkit.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
