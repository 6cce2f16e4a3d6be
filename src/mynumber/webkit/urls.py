"""Routes every institution includes at its root: `path("", include("mynumber.webkit.urls"))`."""

from django.urls import path

from mynumber.webkit.health import figures, healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", figures, name="metrics"),
]
