"""The WSGI application of 日本年金機構."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("pension_service")
