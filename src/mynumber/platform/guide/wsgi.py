"""The guide as a WSGI application."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("guide")
