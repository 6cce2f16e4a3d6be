"""Addresses of the supervision desk."""

from django.urls import path

from mynumber.institutions.commission.supervision import views

urlpatterns = [
    path("supervision", views.supervision, name="supervision"),
    path("supervision/clerks", views.clerks, name="supervision-clerks"),
    path("supervision/permissions", views.permissions, name="supervision-permissions"),
]
