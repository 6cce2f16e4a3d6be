"""Settings of the information network (情報提供ネットワークシステム)."""

from mynumber.webkit.face import language
from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "network",
        apps=[
            "mynumber.institutions.network.core",
            "mynumber.institutions.network.mesh",
            "mynumber.institutions.network.corrections",
            "mynumber.institutions.network.cosignatures",
            "mynumber.institutions.network.siblings",
            "mynumber.institutions.network.table",
            "mynumber.institutions.network.statistics",
            "mynumber.institutions.network.own_use",
            "mynumber.institutions.network.blind",
            "mynumber.institutions.network.information",
        ],
        urlconf="mynumber.institutions.network.urls",
        middleware=[language.MIDDLEWARE],
    )
)
