from django.urls import include, path

from mynumber.webkit.errors import handler400, handler403, handler404, handler500
from tests.webkit.project import parcels, views

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("", include("mynumber.webkit.urls")),
    *parcels.urlpatterns,
    path("hello", views.hello),
    path("mine", views.mine),
    path("<tenant:tenant>/", include("mynumber.webkit.staff.urls")),
    path("<tenant:tenant>/entries", views.entries),
    path("<tenant:tenant>/write-and-fail", views.write_and_fail),
    path("<tenant:tenant>/write-and-refuse", views.write_and_refuse),
    path("<tenant:tenant>/duplicate", views.duplicate),
    path("<tenant:tenant>/lose", views.lose),
    path("<tenant:tenant>/desk", views.desk),
    path("<tenant:tenant>/decide", views.decide),
]
