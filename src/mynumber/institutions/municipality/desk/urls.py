"""Routes of the counter for applications, under `<tenant:tenant>/desk/`."""

from django.urls import path

from mynumber.institutions.municipality.desk import sign_views, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.begin, name="begin"),
    path("<uuid:ident>/", views.draft, name="draft"),
    path("<uuid:ident>/take", views.take, name="take"),
    path("<uuid:ident>/form/<slug:section_id>", views.section, name="section"),
    path("<uuid:ident>/documents", views.documents, name="documents"),
    path("<uuid:ident>/documents/<uuid:paper_id>", views.paper, name="paper"),
    path("<uuid:ident>/check", sign_views.check, name="check"),
    path("<uuid:ident>/sign", sign_views.sign, name="sign"),
    path("<uuid:ident>/signature", sign_views.signature, name="signature"),
    path("<uuid:ident>/signature/cancel", sign_views.cancel, name="cancel"),
    path("<uuid:ident>/hand-in", sign_views.hand_in, name="hand-in"),
    path("<uuid:ident>/by-hand", sign_views.by_hand, name="by-hand"),
    path("<uuid:ident>/return", sign_views.hand_back, name="return"),
    path("<uuid:ident>/drop", sign_views.drop, name="drop"),
]
