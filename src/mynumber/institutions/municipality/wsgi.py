"""The WSGI application that Granian serves: the pages of all municipalities, and beside them the worker of the mesh and those of the applications."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("municipality")

# Models exist only once the application is made.
from mynumber.institutions.municipality.applications import chasing, telling  # noqa: E402
from mynumber.institutions.municipality.billing import worker as billing  # noqa: E402
from mynumber.institutions.municipality.desk import reporting  # noqa: E402
from mynumber.institutions.municipality.notices import sending  # noqa: E402
from mynumber.institutions.municipality.offers import working as offers  # noqa: E402
from mynumber.institutions.municipality.payouts import worker as payouts  # noqa: E402
from mynumber.institutions.municipality.representation import telling as representation  # noqa: E402
from mynumber.institutions.municipality.systems import members  # noqa: E402
from mynumber.webkit.mesh import worker  # noqa: E402

worker.start(members)
telling.start(lambda: [member.tenant for member in members()])
reporting.start(lambda: [member.tenant for member in members()])
billing.start(lambda: [member.tenant for member in members()])
payouts.start(lambda: [member.tenant for member in members()])
chasing.start(lambda: [member.tenant for member in members()])
offers.start(lambda: [member.tenant for member in members()])
sending.start(lambda: [member.tenant for member in members()])
representation.start(lambda: [member.tenant for member in members()])
