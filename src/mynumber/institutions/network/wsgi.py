"""The pages of the network; its messages are served by :mod:`mynumber.institutions.network.api`."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("network")
