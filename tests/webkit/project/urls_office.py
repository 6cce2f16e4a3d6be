from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from mynumber.webkit.access import staff_only


@staff_only
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


urlpatterns = [
    path("", include("mynumber.webkit.urls")),
    path("", include("mynumber.webkit.staff.urls")),
    path("desk", desk),
]
