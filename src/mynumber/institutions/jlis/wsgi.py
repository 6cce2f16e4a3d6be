"""The WSGI application that Granian serves: pages and messages of J-LIS, and beside them the worker of the production queue and the timer of certification."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("jlis")

# Models exist only once the application is made.
from mynumber.institutions.jlis.cards import worker  # noqa: E402
from mynumber.institutions.jlis.certification import timer  # noqa: E402

worker.start()
timer.start()
