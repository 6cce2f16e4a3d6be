"""Routes of the applications, under `applications/`."""

from django.urls import path

from mynumber.institutions.pension_service.exemptions.views import desk, figures

app_name = "exemptions"
urlpatterns = [path("statistics", figures, name="figures"), *desk.urls()]
