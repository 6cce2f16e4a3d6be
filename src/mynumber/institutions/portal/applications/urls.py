"""Routes of procedures and applications."""

from django.urls import path

from mynumber.institutions.portal.applications import (
    after_views,
    fill_views,
    finding,
    messages,
    send_views,
    views,
)

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
    path("applications/<uuid:ident>/form/<slug:section_id>", fill_views.section, name="application-section"),
    path("applications/<uuid:ident>/documents", fill_views.documents, name="application-documents"),
    path("applications/<uuid:ident>/documents/<uuid:paper_id>", fill_views.paper, name="application-paper"),
    path("applications/<uuid:ident>/check", send_views.check, name="application-check"),
    path("applications/<uuid:ident>/sign", send_views.sign, name="application-sign"),
    path("applications/<uuid:ident>/receipt", after_views.receipt, name="application-receipt"),
    path(
        "applications/<uuid:ident>/receipt.pdf", after_views.receipt_paper, name="application-receipt-paper"
    ),
    path("applications/<uuid:ident>/amend", after_views.amend, name="application-amend"),
    path("applications/<uuid:ident>/withdraw", after_views.withdraw, name="application-withdraw"),
    path("applications/<uuid:ident>/question", after_views.question, name="application-question"),
    path("applications/<uuid:ident>/letters/<int:number>", after_views.letter, name="application-letter"),
    path("applications/<uuid:ident>/code", send_views.code, name="application-code"),
    path("applications/<uuid:ident>/take-back", send_views.take_back, name="application-take-back"),
]
