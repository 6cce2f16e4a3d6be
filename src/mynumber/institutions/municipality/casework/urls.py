"""Routes of case work, under `<tenant:tenant>/`."""

from django.urls import path

from mynumber.institutions.municipality.casework import views

app_name = "casework"
urlpatterns = [
    path("", views.home, name="home"),
    path("residents", views.residents, name="residents"),
    path("residents/<str:addressee>/open", views.open_page, name="open"),
    path("cases/<int:number>", views.case_page, name="case"),
    path("cases/<int:number>/ask", views.ask, name="ask"),
    path("cases/<int:number>/inquiries/<uuid:request_id>/again", views.ask_again, name="again"),
    path("cases/<int:number>/by-hand", views.by_hand, name="by-hand"),
    path("cases/<int:number>/records", views.records, name="records"),
]
