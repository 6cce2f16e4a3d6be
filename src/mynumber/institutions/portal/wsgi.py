"""The WSGI application that Granian serves: pages and messages of マイナポータル, and beside them the outbox of applications."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("portal")

# Models exist only once the application is made.
from mynumber.institutions.portal.applications import outbox  # noqa: E402
from mynumber.institutions.portal.deliveries import outbox as deliveries  # noqa: E402
from mynumber.institutions.portal.information import settling  # noqa: E402
from mynumber.institutions.portal.notices import reporting  # noqa: E402

outbox.start()
deliveries.start()
reporting.start()
settling.start()
