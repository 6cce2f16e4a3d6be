"""The WSGI application that Granian serves: the payment pages, the messages, and beside them the workers that capture, carry out and tell."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("acquirer")

# Models exist only once the application is made.
from mynumber.institutions.acquirer.payments import worker  # noqa: E402
from mynumber.institutions.acquirer.transfers import worker as transfers  # noqa: E402

worker.start()
transfers.start()
