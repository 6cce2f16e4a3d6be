"""Routes of payouts, under `<tenant:tenant>/payouts/`."""

from django.urls import path

from mynumber.institutions.municipality.payouts import views

app_name = "payouts"
urlpatterns = [
    path("", views.home, name="home"),
    path("files/<int:number>", views.file, name="file"),
    path("files/<int:number>/file.txt", views.download, name="download"),
    path("files/<int:number>/comparison", views.comparison, name="comparison"),
    path("files/<int:number>/<slug:what>", views.second, name="second"),
    path("orders/<int:order>/<slug:what>", views.act, name="act"),
]
