"""Settings of デジタル庁."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "digital_agency",
        apps=["mynumber.institutions.digital_agency.accounts"],
        urlconf="mynumber.institutions.digital_agency.urls",
    )
)
