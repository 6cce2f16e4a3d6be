"""Addresses of the table. An address with a day can be cited: it shows the same words for ever."""

from django.urls import path

from mynumber.institutions.network.table import own_use, views

urlpatterns = [
    path("table/", views.table, name="table"),
    path("table.json", views.table_json, name="table-json"),
    path("table/changes", views.changes, name="table-changes"),
    path("table/own-use", own_use.own_use, name="table-own-use"),
    path("table/special", views.special, name="table-special"),
    path("table/layouts/<slug:layout_id>", views.layout, name="table-layout"),
    path("table/layouts/<slug:layout_id>.json", views.layout_schema, name="table-layout-json"),
    path("table/<str:row_id>.json", views.row_json, name="table-row-json"),
    path("table/<str:row_id>", views.row, name="table-row"),
]
