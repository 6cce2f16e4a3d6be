"""The WSGI application that Granian serves: the pages of the resident's device."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("wallet")
