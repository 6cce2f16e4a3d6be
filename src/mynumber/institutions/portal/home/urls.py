"""Routes of the first page and the menu."""

from django.urls import path

from mynumber.institutions.portal.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("menu", views.menu_page, name="menu"),
]
