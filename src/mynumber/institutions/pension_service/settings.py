"""Settings of 日本年金機構."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "pension_service",
        apps=["mynumber.webkit.mesh", "mynumber.institutions.pension_service.pensions"],
        urlconf="mynumber.institutions.pension_service.urls",
    )
)
