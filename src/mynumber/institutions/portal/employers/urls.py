"""Routes of certificates of employment: the applicant's page and the employer's."""

from django.urls import path

from mynumber.institutions.portal.employers import views

urlpatterns = [
    path("applications/<uuid:ident>/employers", views.asking, name="application-employers"),
    path("employers/<uuid:ident>/", views.opening, name="employer"),
    path("employers/<uuid:ident>/form/<slug:section_id>", views.section, name="employer-section"),
    path("employers/<uuid:ident>/check", views.check, name="employer-check"),
]
