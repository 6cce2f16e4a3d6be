"""Routes of the municipalities."""

from django.urls import include, path

handler400 = "mynumber.webkit.errors.handler400"
handler403 = "mynumber.webkit.errors.handler403"
handler404 = "mynumber.webkit.errors.handler404"
handler500 = "mynumber.webkit.errors.handler500"

urlpatterns = [
    path("", include("mynumber.webkit.urls")),
    path("<tenant:tenant>/", include("mynumber.webkit.staff.urls")),
]
