"""The same routes and one that nobody marked."""

from django.urls import path

from tests.webkit.project import urls, views

urlpatterns = [*urls.urlpatterns, path("forgotten", views.forgotten)]
