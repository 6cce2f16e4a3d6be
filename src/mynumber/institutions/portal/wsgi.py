"""The WSGI application that Granian serves: pages and messages of マイナポータル, and beside them the outboxes of applications, e-mails and reports."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("portal")

# Models exist only once the application is made.
from mynumber.institutions.portal.applications import outbox  # noqa: E402
from mynumber.institutions.portal.contacts import outbox as e_mails  # noqa: E402
from mynumber.institutions.portal.deliveries import outbox as deliveries  # noqa: E402
from mynumber.institutions.portal.information import settling  # noqa: E402
from mynumber.institutions.portal.notices import reporting  # noqa: E402
from mynumber.institutions.portal.proxies import claiming  # noqa: E402

outbox.start()
e_mails.start()
deliveries.start()
reporting.start()
settling.start()
claiming.start()
