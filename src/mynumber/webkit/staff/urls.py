"""Routes of staff: include under `<tenant:tenant>/`, or at the root where the institution has no tenants."""

from django.urls import path

from mynumber.webkit.staff.views import sign_in_page, sign_out

app_name = "staff"
urlpatterns = [
    path("sign-in", sign_in_page, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
]
