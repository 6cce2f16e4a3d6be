"""Routes of mailings, under `<tenant:tenant>/notices/`."""

from django.urls import path

from mynumber.institutions.municipality.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.home, name="home"),
    path("new", views.new, name="new"),
    path("switch", views.switch, name="switch"),
    path("<int:number>", views.mailing, name="mailing"),
    path("<int:number>/edit", views.edit, name="edit"),
    path("<int:number>/register", views.aim_register, name="aim-register"),
    path("<int:number>/file", views.aim_file, name="aim-file"),
    path("<int:number>/add", views.add, name="add"),
    path("<int:number>/drop", views.drop, name="drop"),
    path("<int:number>/propose", views.propose, name="propose"),
    path("<int:number>/approve", views.approve, name="approve"),
    path("<int:number>/return", views.send_back, name="return"),
    path("<int:number>/stop", views.stop, name="stop"),
    path("<int:number>/by-post", views.by_post, name="by-post"),
    path("<int:number>/by-post.csv", views.by_post_file, name="by-post-file"),
]
