"""Routes of the gallery: `path("face/", include("mynumber.webkit.face.gallery.urls"))`."""

from django.urls import path

from mynumber.webkit.face.gallery import views

app_name = "gallery"

urlpatterns = [
    path("", views.index, name="index"),
    path("words", views.words, name="words"),
    path("fields", views.fields, name="fields"),
    path("pickers", views.pickers, name="pickers"),
    path("procedure", views.procedure, name="procedure"),
    path("card", views.card, name="card"),
    path("values", views.values, name="values"),
    path("stay", views.stay, name="stay"),
]
