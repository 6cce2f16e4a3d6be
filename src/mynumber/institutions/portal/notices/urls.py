"""Addresses of the inbox, below /notices/."""

from django.urls import path

from mynumber.institutions.portal.notices import views

urlpatterns = [
    path("", views.notices, name="notices"),
    path("<uuid:ident>", views.notice, name="notice"),
    path("<uuid:ident>/letter.pdf", views.letter, name="notice-letter"),
    path("<uuid:ident>/done", views.done, name="notice-done"),
    path("<uuid:ident>/put-away", views.put_away, name="notice-put-away"),
]
