"""Routes of procedures and applications."""

from django.urls import path

from mynumber.institutions.portal.applications import finding, messages, views

urlpatterns = [
    *messages.routes,
    path("procedures/", finding.find, name="procedures"),
    path("procedures/fit", finding.fit, name="procedures-fit"),
    path("procedures/<slug:procedure_id>/", finding.guide, name="procedure"),
    path("procedures/<slug:procedure_id>/begin", views.begin, name="procedure-begin"),
    path("applications/", views.mine, name="applications"),
    path("applications/refresh", views.refresh, name="applications-refresh"),
    path("applications/<uuid:ident>/", views.application, name="application"),
    path("applications/<uuid:ident>/consent", views.consent, name="application-consent"),
    path("applications/<uuid:ident>/prefill", views.prefill, name="application-prefill"),
    path("applications/<uuid:ident>/form/<slug:section_id>", views.section, name="application-section"),
    path("applications/<uuid:ident>/documents", views.documents, name="application-documents"),
    path("applications/<uuid:ident>/documents/<uuid:paper_id>", views.paper, name="application-paper"),
    path("applications/<uuid:ident>/check", views.check, name="application-check"),
    path("applications/<uuid:ident>/sign", views.sign, name="application-sign"),
    path("applications/<uuid:ident>/receipt", views.receipt, name="application-receipt"),
    path("applications/<uuid:ident>/receipt.pdf", views.receipt_paper, name="application-receipt-paper"),
    path("applications/<uuid:ident>/amend", views.amend, name="application-amend"),
    path("applications/<uuid:ident>/withdraw", views.withdraw, name="application-withdraw"),
    path("applications/<uuid:ident>/question", views.question, name="application-question"),
    path("applications/<uuid:ident>/letters/<int:number>", views.letter, name="application-letter"),
    path("applications/<uuid:ident>/code", views.code, name="application-code"),
]
