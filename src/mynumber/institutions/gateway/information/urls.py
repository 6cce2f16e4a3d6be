"""Routes of residents' cases, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.information import views

app_name = "information"
urlpatterns = [
    path("cases", views.cases, name="cases"),
    path("cases/<uuid:ident>", views.case, name="case"),
]
