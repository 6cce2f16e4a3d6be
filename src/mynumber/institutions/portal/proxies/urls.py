"""Routes below /proxies/."""

from django.urls import path

from mynumber.institutions.portal.proxies import views

urlpatterns = [
    path("", views.overview, name="proxies"),
    path("new", views.offer, name="proxy-offer"),
    path("accept", views.enter_code, name="proxy-enter-code"),
    path("represent", views.represent, name="proxy-represent"),
    path("<uuid:proxy_id>/claim", views.claim, name="proxy-claim"),
    path("acting", views.acting_page, name="proxies-acting"),
    path("acting/stop", views.stop, name="proxies-stop"),
    path("applications/<uuid:ident>/take-over", views.take_over, name="application-take-over"),
    path("<uuid:proxy_id>/", views.one, name="proxy"),
    path("<uuid:proxy_id>/code", views.code, name="proxy-code"),
    path("<uuid:proxy_id>/accept", views.accept, name="proxy-accept"),
    path("<uuid:proxy_id>/act", views.act, name="proxy-act"),
    path("<uuid:proxy_id>/renew", views.renew, name="proxy-renew"),
    path("<uuid:proxy_id>/end", views.end, name="proxy-end"),
]
