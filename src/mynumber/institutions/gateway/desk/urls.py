"""Routes of the desk, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.gateway.desk import hours_views, obtaining_views, views

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("items/<str:digest>", views.item_page, name="item"),
    path("holds", views.holds_page, name="holds"),
    path("holds/<int:number>/lift", views.lift, name="lift"),
    path("hours", hours_views.hours_page, name="hours"),
    path("hours/<str:what>/<str:key>/delete", hours_views.delete, name="delete-hours"),
    path("obtain", obtaining_views.obtain_page, name="obtain"),
    path("obtain/<str:inquirer>/<uuid:request_id>", obtaining_views.answer, name="answer-obtain"),
]
