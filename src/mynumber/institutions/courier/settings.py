"""Settings of 民間送達サービス."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "courier",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.institutions.courier.customers",
            "mynumber.institutions.courier.dispatch",
        ],
        urlconf="mynumber.institutions.courier.urls",
        staff=True,
        form_actions=["portal"],
    ),
    MYNUMBER_RESIDENT_CHECKER="mynumber.institutions.courier.customers.visits.check_customer",
)
