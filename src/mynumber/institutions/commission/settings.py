"""Settings of 個人情報保護委員会."""

from mynumber.webkit.face import language
from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "commission",
        apps=[
            "mynumber.institutions.commission.witness",
            "mynumber.institutions.commission.monitor",
            "mynumber.institutions.commission.supervision",
            "mynumber.institutions.commission.own_use",
            "mynumber.institutions.commission.sameness",
            "mynumber.webkit.inbox",
        ],
        urlconf="mynumber.institutions.commission.urls",
        staff=True,
        middleware=[language.MIDDLEWARE],
    )
)
