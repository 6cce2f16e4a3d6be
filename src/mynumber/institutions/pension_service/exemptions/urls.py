"""Routes of the applications, under `applications/`."""

from django.urls import path

from mynumber.institutions.pension_service.exemptions import views

app_name = "exemptions"
urlpatterns = [
    path("", views.home, name="home"),
    path("statistics", views.figures, name="figures"),
    path("<int:number>", views.application, name="application"),
    path("<int:number>/correction", views.correction, name="correction"),
    path("<int:number>/decision", views.decide, name="decide"),
    path("<int:number>/letter", views.letter, name="letter"),
    path("<int:number>/letter.pdf", views.letter_paper, name="letter-paper"),
    path("<int:number>/papers/<int:paper_id>", views.paper, name="paper"),
    path("<int:number>/second/<slug:what>", views.second, name="second"),
    path("<int:number>/facts", views.confirm, name="confirm"),
    path("<int:number>/<slug:what>", views.act, name="act"),
]
