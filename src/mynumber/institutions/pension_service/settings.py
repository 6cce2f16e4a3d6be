"""Settings of 日本年金機構."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "pension_service",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.webkit.mesh",
            "mynumber.institutions.pension_service.pensions",
            "mynumber.institutions.pension_service.exemptions",
            "mynumber.institutions.pension_service.offers",
        ],
        urlconf="mynumber.institutions.pension_service.urls",
        staff=True,
    )
)
