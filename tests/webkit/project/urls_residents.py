from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from mynumber.webkit.access import public, resident_only


def check_resident(request: HttpRequest) -> HttpResponse | None:
    return None if request.session.get("resident") else HttpResponseRedirect("/welcome")


@public
@csrf_exempt
def welcome(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        request.session["resident"] = "somebody"
    return HttpResponse("welcome")


@resident_only
def mine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("mine")


urlpatterns = [
    path("", include("mynumber.webkit.urls")),
    path("welcome", welcome),
    path("mine", mine),
]
