"""Addresses of わたしの情報."""

from django.urls import URLPattern, URLResolver, path

from mynumber.institutions.portal.information import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.overview, name="information"),
    path("held", views.held, name="information-held"),
    path("values", views.values, name="information-values"),
    path("export", views.export, name="information-export"),
    path("schema.json", views.schema, name="information-schema"),
    path("waiting/<uuid:request_id>", views.waiting, name="information-waiting"),
    path("dispute/<uuid:request_id>/<str:kind>", views.dispute, name="information-dispute"),
    path("cases/<uuid:ident>", views.case, name="own-case"),
]
