"""Routes of life events."""

from django.urls import path

from mynumber.institutions.portal.bundles import views

urlpatterns = [
    path("", views.events, name="bundles"),
    path("sets/<uuid:ident>/", views.bundle, name="bundle"),
    path("sets/<uuid:ident>/consent", views.consent, name="bundle-consent"),
    path("sets/<uuid:ident>/questions", views.questions, name="bundle-questions"),
    path("sets/<uuid:ident>/sign", views.sign, name="bundle-sign"),
    path("sets/<uuid:ident>/close", views.close, name="bundle-close"),
    path("<slug:name>/", views.event, name="bundle-event"),
    path("<slug:name>/begin", views.begin, name="bundle-begin"),
]
