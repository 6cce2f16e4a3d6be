"""Routes of the applications, under `<tenant:tenant>/applications/`."""

from django.urls import path

from mynumber.institutions.municipality.applications.views import desk, figures

app_name = "applications"
urlpatterns = [path("statistics", figures, name="figures"), *desk.urls()]
