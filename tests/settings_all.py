"""Every Django app of every institution in one settings module: only for the type checker's Django plugin."""

from importlib.util import find_spec
from pathlib import Path

from mynumber.protocols.sign_in import PortalClient
from mynumber.wallet.portals import Place
from mynumber.webkit.environment import Environment

SECRET_KEY = "type-checking-only"
USE_TZ = True
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "unused"}}
ROOT_URLCONF = "mynumber.webkit.urls"
INSTITUTION = "municipality"
SIMULATION = True
PUBLIC_URL = "http://municipality.localhost:8000"
PUBLIC_URLS: dict[str, str] = {}
MYNUMBER: Environment
MYNUMBER_INSTITUTION = "municipality"
MYNUMBER_TENANTED = True
MYNUMBER_STAFF = True
MYNUMBER_RESIDENT_CHECKER: str | None = None
MYNUMBER_FORM_ACTIONS: tuple[str, ...] = ()
WALLET_CARDS: Path
WALLET_READERS: Path
WALLET_DOCUMENTS: Path
WALLET_PORTALS: tuple[PortalClient, ...]
WALLET_PLACES: tuple[Place, ...]
_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "mynumber.webkit",
    "mynumber.webkit.staff",
    "mynumber.webkit.inbox",
    "mynumber.webkit.mesh",
    "mynumber.institutions.jlis.residents",
    "mynumber.institutions.jlis.acquisition",
    "mynumber.institutions.jlis.certification",
    "mynumber.institutions.jlis.cards",
    "mynumber.institutions.jlis.status",
    "mynumber.institutions.jlis.pages",
    "mynumber.wallet",
    "mynumber.institutions.gateway.tenants",
    "mynumber.institutions.gateway.mesh",
    "mynumber.institutions.gateway.desk",
    "mynumber.institutions.gateway.files",
    "mynumber.institutions.gateway.letters",
    "mynumber.institutions.gateway.corrections",
    "mynumber.institutions.gateway.rotation",
    "mynumber.institutions.gateway.notices",
    "mynumber.institutions.gateway.information",
    "mynumber.institutions.network.corrections",
    "mynumber.institutions.municipality.register",
    "mynumber.institutions.municipality.tax",
    "mynumber.institutions.municipality.casework",
    "mynumber.institutions.municipality.counter",
    "mynumber.institutions.municipality.applications",
    "mynumber.institutions.municipality.desk",
    "mynumber.institutions.municipality.notices",
    "mynumber.institutions.municipality.billing",
    "mynumber.institutions.municipality.payouts",
    "mynumber.institutions.municipality.offers",
    "mynumber.institutions.municipality.own_use",
    "mynumber.institutions.municipality.representation",
    "mynumber.institutions.network.core",
    "mynumber.institutions.network.mesh",
    "mynumber.institutions.network.cosignatures",
    "mynumber.institutions.network.table",
    "mynumber.institutions.network.statistics",
    "mynumber.institutions.network.own_use",
    "mynumber.institutions.network.information",
    "mynumber.institutions.commission.witness",
    "mynumber.institutions.commission.monitor",
    "mynumber.institutions.commission.supervision",
    "mynumber.institutions.commission.own_use",
    "mynumber.institutions.network.blind",
    "mynumber.institutions.commission.sameness",
    "mynumber.institutions.portal.account",
    "mynumber.institutions.portal.identity",
    "mynumber.institutions.portal.records",
    "mynumber.institutions.portal.applications",
    "mynumber.institutions.portal.contacts",
    "mynumber.institutions.portal.notices",
    "mynumber.institutions.portal.payments",
    "mynumber.institutions.portal.deliveries",
    "mynumber.institutions.portal.information",
    "mynumber.institutions.portal.home",
    "mynumber.institutions.portal.bundles",
    "mynumber.institutions.portal.employers",
    "mynumber.institutions.portal.proxies",
    "mynumber.institutions.portal.helpdesk",
    "mynumber.institutions.portal.card",
    "mynumber.institutions.acquirer.payments",
    "mynumber.institutions.acquirer.transfers",
    "mynumber.institutions.courier.customers",
    "mynumber.institutions.courier.dispatch",
    "mynumber.institutions.digital_agency.accounts",
    "mynumber.institutions.digital_agency.validation",
    "mynumber.institutions.pension_service.pensions",
    "mynumber.institutions.pension_service.exemptions",
    "mynumber.institutions.pension_service.offers",
    "tests.webkit.project",
]


def _is_here(app: str) -> bool:
    """Whether the package exists: the checker's plugin dies of an absent one without naming it."""
    parent = app.rpartition(".")[0]
    return (not parent or _is_here(parent)) and find_spec(app) is not None


INSTALLED_APPS = [app for app in _APPS if _is_here(app)]
