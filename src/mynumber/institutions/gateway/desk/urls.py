"""Routes of the desk, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("items/<str:digest>", views.item_page, name="item"),
    path("holds", views.holds_page, name="holds"),
    path("holds/<int:number>/lift", views.lift, name="lift"),
]
