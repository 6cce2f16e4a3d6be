"""Routes of customers and of the OpenID provider."""

from django.urls import path

from mynumber.institutions.courier.customers import views

urlpatterns = [
    path("", views.home, name="home"),
    path("enter", views.enter, name="enter"),
    path("leave", views.leave, name="leave"),
    path("mine", views.mine, name="mine"),
    path("mine/unlink", views.unlink, name="unlink"),
    path("portal", views.with_portal, name="with-portal"),
    path("portal/back", views.portal_back, name="portal-back"),
    path(".well-known/openid-configuration", views.discovery, name="oidc-discovery"),
    path("oidc/keys", views.keys, name="oidc-keys"),
    path("oidc/token", views.token, name="oidc-token"),
    path("oidc/authorize", views.authorize, name="oidc-authorize"),
    path("oidc/consent", views.consent, name="oidc-consent"),
]
