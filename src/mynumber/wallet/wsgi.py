"""The WSGI application that Granian serves: the pages of the resident's device."""

from mynumber.webkit.wsgi import institution_application

application = institution_application("wallet")

from mynumber.wallet.tidying import keep_tidy  # noqa: E402 - Django must be set up first

keep_tidy()
