"""The WSGI application that Granian serves: the pages of all municipalities."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("municipality")
