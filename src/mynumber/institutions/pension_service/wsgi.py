"""The WSGI application of 日本年金機構, and beside it the worker of the mesh and those of the applications."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("pension_service")

# Models exist only once the application is made.
from mynumber.institutions.pension_service.exemptions import chasing, telling  # noqa: E402
from mynumber.institutions.pension_service.offers import offering  # noqa: E402
from mynumber.institutions.pension_service.pensions.awarding import members  # noqa: E402
from mynumber.webkit.mesh import worker  # noqa: E402

worker.start(members)
telling.start()
chasing.start()
offering.start()
