"""Routes below /account/."""

from django.urls import path

from mynumber.institutions.portal.account import self_views
from mynumber.institutions.portal.contacts import views

urlpatterns = [
    path("contacts", views.contacts, name="contacts"),
    path("contacts/address", views.address, name="contacts-address"),
    path("contacts/prove", views.prove, name="contacts-prove"),
    path("contacts/confirm", views.confirm, name="contacts-confirm"),
    path("contacts/remove", views.remove, name="contacts-remove"),
    path("contacts/preferences", views.preferences, name="contacts-preferences"),
    path("sessions", self_views.session_list, name="sessions"),
    path("sessions/end", self_views.end_sessions, name="sessions-end"),
    path("sessions/stay", self_views.stay, name="sessions-stay"),
    path("close", self_views.close_account, name="close-account"),
    path("closed", self_views.closed, name="account-closed"),
]
