"""Django settings of the municipalities."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "municipality",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.webkit.mesh",
            "mynumber.institutions.municipality.register",
            "mynumber.institutions.municipality.tax",
            "mynumber.institutions.municipality.casework",
            "mynumber.institutions.municipality.counter",
            "mynumber.institutions.municipality.applications",
            "mynumber.institutions.municipality.notices",
            "mynumber.institutions.municipality.billing",
            "mynumber.institutions.municipality.payouts",
            "mynumber.institutions.municipality.offers",
            "mynumber.institutions.municipality.own_use",
            "mynumber.institutions.municipality.desk",
            "mynumber.institutions.municipality.representation",
        ],
        urlconf="mynumber.institutions.municipality.urls",
        tenanted=True,
        staff=True,
    )
)
