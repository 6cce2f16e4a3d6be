"""Settings of デジタル庁."""

from mynumber.webkit.face import language
from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "digital_agency",
        apps=[
            "mynumber.institutions.digital_agency.accounts",
            "mynumber.institutions.digital_agency.validation",
        ],
        urlconf="mynumber.institutions.digital_agency.urls",
        middleware=[language.MIDDLEWARE],
    )
)
