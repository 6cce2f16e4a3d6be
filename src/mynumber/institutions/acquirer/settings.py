"""Django settings of the payment agent (決済代行) and of the bank's window beside it."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "acquirer",
        apps=[
            "mynumber.webkit.inbox",
            "mynumber.institutions.acquirer.payments",
            "mynumber.institutions.acquirer.transfers",
        ],
        urlconf="mynumber.institutions.acquirer.urls",
        # The form with the card leads back to the site that sent the browser.
        form_actions=["portal"],
    )
)
