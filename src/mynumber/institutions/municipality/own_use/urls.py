"""Routes of the own-use affairs, under `<tenant:tenant>/own-use/`."""

from django.urls import path

from mynumber.institutions.municipality.own_use import views

app_name = "own-use"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.choose, name="choose"),
    path("new/<str:equivalent>", views.write, name="write"),
    path("<uuid:notice>", views.filing, name="filing"),
    path("<uuid:notice>/again", views.again, name="again"),
    path("<uuid:notice>/change", views.change, name="change"),
    path("<uuid:notice>/end", views.end, name="end"),
]
