"""Routes of the municipalities: the list of towns, and everything of a town under its code."""

from django.urls import include, path

from mynumber.institutions.municipality.applications import supervised
from mynumber.institutions.municipality.applications.messages import message_urlpatterns
from mynumber.institutions.municipality.billing import messages as billing
from mynumber.institutions.municipality.casework.views import towns
from mynumber.institutions.municipality.counter.urls import device_urlpatterns
from mynumber.institutions.municipality.payouts import messages as payouts
from mynumber.institutions.municipality.representation import messages as representation

handler400 = "mynumber.webkit.errors.handler400"
handler403 = "mynumber.webkit.errors.handler403"
handler404 = "mynumber.webkit.errors.handler404"
handler500 = "mynumber.webkit.errors.handler500"

urlpatterns = [
    path("", towns, name="towns"),
    path("", include("mynumber.webkit.urls")),
    *device_urlpatterns,
    *message_urlpatterns,
    *billing.message_urlpatterns,
    *payouts.message_urlpatterns,
    *representation.message_urlpatterns,
    *supervised.message_urlpatterns,
    path("<tenant:tenant>/", include("mynumber.webkit.staff.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.municipality.casework.urls")),
    path("<tenant:tenant>/", include("mynumber.institutions.municipality.counter.urls")),
    path("<tenant:tenant>/applications/", include("mynumber.institutions.municipality.applications.urls")),
    path("<tenant:tenant>/notices/", include("mynumber.institutions.municipality.notices.urls")),
    path("<tenant:tenant>/billing/", include("mynumber.institutions.municipality.billing.urls")),
    path("<tenant:tenant>/payouts/", include("mynumber.institutions.municipality.payouts.urls")),
    path("<tenant:tenant>/desk/", include("mynumber.institutions.municipality.desk.urls")),
    path("<tenant:tenant>/own-use/", include("mynumber.institutions.municipality.own_use.urls")),
    path("<tenant:tenant>/offers/", include("mynumber.institutions.municipality.offers.urls")),
    path(
        "<tenant:tenant>/representation/", include("mynumber.institutions.municipality.representation.urls")
    ),
]
