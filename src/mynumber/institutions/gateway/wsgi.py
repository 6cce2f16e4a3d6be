"""The pages of the gateway platform; its messages are served by :mod:`mynumber.institutions.gateway.api`."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("gateway")
