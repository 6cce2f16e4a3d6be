"""Pages of card production, under `cards/`."""

from django.urls import path

from mynumber.institutions.jlis.cards import views

app_name = "cards"
urlpatterns = [
    path("", views.home, name="home"),
    path("apply", views.apply_page, name="apply"),
    path("status", views.status_page, name="status"),
    path("desk", views.desk, name="desk"),
    path("desk/applications/<int:number>", views.application_page, name="application"),
    path("desk/applications/<int:number>/photo", views.photo, name="photo"),
    path("desk/applications/<int:number>/again", views.try_again, name="again"),
    path("desk/loss", views.loss_page, name="loss"),
]
