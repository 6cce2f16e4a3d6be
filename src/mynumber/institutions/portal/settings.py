"""Django settings of マイナポータル."""

from mynumber.webkit.face import language
from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "portal",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.webkit.staff",
            "mynumber.institutions.portal.account",
            "mynumber.institutions.portal.identity",
            "mynumber.institutions.portal.records",
            "mynumber.institutions.portal.card",
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
        ],
        urlconf="mynumber.institutions.portal.urls",
        sessions="database",
        form_actions=["wallet", "acquirer"],
        middleware=[
            language.MIDDLEWARE,
            "mynumber.institutions.portal.helpdesk.staff_pages.PortalStaffMiddleware",
        ],
    ),
    MYNUMBER_RESIDENT_CHECKER="mynumber.institutions.portal.account.sessions.check_resident",
    # Documents of applications: as much as their forms say (`LARGEST_DOCUMENT` of protocols/applications.py).
    MYNUMBER_LARGEST_FILE=9 * 1024 * 1024,
    SESSION_ENGINE="mynumber.institutions.portal.account.session_store",
    # The idle limit of account/sessions.py decides; the cookie and the stored session end with the longest visit.
    SESSION_COOKIE_AGE=60 * 60,
)
