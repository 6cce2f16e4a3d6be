"""Addresses of the identity provider."""

from django.urls import path

from mynumber.institutions.portal.identity import api, developers, link_views, moving_on, views
from mynumber.institutions.portal.identity.addresses import ENDPOINTS, REALM

urlpatterns = [
    # What every sign-in passes stands first.
    path(f"{ENDPOINTS}/auth", views.authorize, name="oidc-auth"),
    path(f"{ENDPOINTS}/token", api.token, name="oidc-token"),
    path("connect/<str:interaction_id>/card", views.use_card, name="interaction-card"),
    path(f"{REALM}/.well-known/openid-configuration", api.discovery, name="oidc-discovery"),
    path(f".well-known/oauth-authorization-server/{REALM}", api.discovery, name="oidc-metadata"),
    path(f"{ENDPOINTS}/userinfo", api.userinfo, name="oidc-userinfo"),
    path(f"{ENDPOINTS}/certs", api.certs, name="oidc-certs"),
    path(f"{ENDPOINTS}/par", api.par, name="oidc-par"),
    path(f"{ENDPOINTS}/revoke", api.revoke, name="oidc-revoke"),
    path(f"{ENDPOINTS}/introspect", api.introspect, name="oidc-introspect"),
    path("api/sign-transactions", api.create_sign_transaction, name="sign-transactions"),
    path(
        "api/sign-transactions/<str:transaction_id>/result", api.sign_transaction_result, name="sign-result"
    ),
    path("developers/", developers.developers, name="developers"),
    path("developers/remove", developers.remove, name="developers-remove"),
    path("connect/<str:interaction_id>", views.interaction_page, name="interaction"),
    path("connect/<str:interaction_id>/answer", views.answer, name="interaction-answer"),
    path("account/services", views.services, name="services"),
    path("account/services/<str:client_id>/end", views.end_service, name="service-end"),
    path("account/services/<str:client_id>/go", moving_on.go, name="service-go"),
    path("account/links/", link_views.links, name="links"),
    path("account/links/<slug:site_key>/begin", link_views.begin, name="link-begin"),
    path("account/links/<slug:site_key>/back", link_views.back, name="link-back"),
    path("account/links/<slug:site_key>/end", link_views.end, name="link-end"),
    *link_views.routes,
]
