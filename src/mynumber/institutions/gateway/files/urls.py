"""Routes of files, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.files import views

app_name = "files"
urlpatterns = [
    path("files", views.files_page, name="files"),
    path("files/<uuid:file>", views.file_page, name="file"),
]
