"""Routes of the first page and the menu."""

from django.urls import path

from mynumber.institutions.portal.home import offer_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("menu", views.menu_page, name="menu"),
    path("offers/<uuid:notice>/", offer_views.offer, name="offer"),
]
