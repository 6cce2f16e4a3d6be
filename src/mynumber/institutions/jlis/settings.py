"""Django settings of J-LIS."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "jlis",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.institutions.jlis.residents",
            "mynumber.institutions.jlis.acquisition",
            "mynumber.institutions.jlis.certification",
            "mynumber.institutions.jlis.cards",
            "mynumber.institutions.jlis.status",
            "mynumber.institutions.jlis.pages",
        ],
        urlconf="mynumber.institutions.jlis.urls",
        staff=True,
    )
)
