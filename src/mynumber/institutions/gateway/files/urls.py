"""Routes of files, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.files import copies_views, views

app_name = "files"
urlpatterns = [
    path("files", views.files_page, name="files"),
    path("copies", copies_views.copies_page, name="copies"),
    path("files/<uuid:file>", views.file_page, name="file"),
]
