"""Views that do what views must not, and some that do it right."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynumber.webkit.access import public, resident_only, staff_only
from mynumber.webkit.errors import PageRefused
from tests.webkit.project.models import Entry


@public
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def forgotten(request: HttpRequest) -> HttpResponse:
    Entry.objects.create(text="this must never run")
    return HttpResponse("secret")


@public
def entries(request: HttpRequest, tenant: str) -> HttpResponse:
    if request.method == "POST":
        Entry.objects.create(text=request.POST["text"])
    return HttpResponse("\n".join(Entry.objects.order_by("text").values_list("text", flat=True)))


@public
def write_and_fail(request: HttpRequest, tenant: str) -> HttpResponse:
    Entry.objects.create(text="half done")
    raise RuntimeError(f"田中花子 123456789018 {request.GET.get('q')}")


@public
def write_and_refuse(request: HttpRequest, tenant: str) -> HttpResponse:
    Entry.objects.create(text="half done")
    raise PageRefused("できません", "理由です。", "こうしてください。", reason="not_possible", status=409)


@public
def duplicate(request: HttpRequest, tenant: str) -> HttpResponse:
    for _ in range(2):
        Entry.objects.create(text="北区太郎 1980年1月1日")
    return HttpResponse("unreachable")


@staff_only
def desk(request: HttpRequest, tenant: str) -> HttpResponse:
    return render(request, "webkit_project/desk.html")


@staff_only("supervisor")
def decide(request: HttpRequest, tenant: str) -> HttpResponse:
    return HttpResponse("decided")


@resident_only
def mine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("mine")


@public
def lose(request: HttpRequest, tenant: str) -> HttpResponse:
    Entry.objects.create(text="half done")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("unreachable")
