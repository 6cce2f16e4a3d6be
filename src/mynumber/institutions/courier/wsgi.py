"""The WSGI application that Granian serves: pages and messages of 民間送達サービス, and beside them its outbox."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("courier")

# Models exist only once the application is made.
from mynumber.institutions.courier.dispatch import outbox  # noqa: E402

outbox.start()
