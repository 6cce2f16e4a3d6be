"""Settings of the gateway platform (中間サーバー・プラットフォーム)."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "gateway",
        apps=[
            "mynumber.institutions.gateway.tenants",
            "mynumber.institutions.gateway.mesh",
            "mynumber.institutions.gateway.desk",
            "mynumber.institutions.gateway.files",
            "mynumber.institutions.gateway.letters",
            "mynumber.institutions.gateway.corrections",
            "mynumber.institutions.gateway.rotation",
            "mynumber.institutions.gateway.notices",
            "mynumber.institutions.gateway.information",
        ],
        urlconf="mynumber.institutions.gateway.urls",
        tenanted=True,
        staff=True,
    )
)
