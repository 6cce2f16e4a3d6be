"""The WSGI application that Granian serves: pages and messages of マイナポータル."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("portal")
