"""The WSGI application of デジタル庁."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("digital_agency")
