"""Routes of J-LIS: the public page, health, and one address for each kind of message."""

from django.urls import include, path

from mynumber.institutions.jlis.acquisition import messages as acquisition
from mynumber.institutions.jlis.cards import messages as cards
from mynumber.institutions.jlis.cards import urls as card_pages
from mynumber.institutions.jlis.certification import messages as certification
from mynumber.institutions.jlis.pages import views
from mynumber.institutions.jlis.residents import messages as residents

handler400 = "mynumber.webkit.errors.handler400"
handler403 = "mynumber.webkit.errors.handler403"
handler404 = "mynumber.webkit.errors.handler404"
handler500 = "mynumber.webkit.errors.handler500"

urlpatterns = [
    path("", views.home, name="home"),
    path("verifiers", views.verifiers, name="verifiers"),
    path("certification/practice-statement", views.practice_statement, name="practice-statement"),
    path("", include("mynumber.webkit.urls")),
    *residents.routes,
    *acquisition.routes,
    *certification.routes,
    *cards.routes,
    path("", include("mynumber.webkit.staff.urls")),
    path("cards/", include(card_pages)),
]
