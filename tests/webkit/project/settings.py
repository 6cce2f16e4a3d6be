"""A small institution for the tests of the web kit. It borrows the name, hence the roles, of the municipalities."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "municipality",
        apps=["mynumber.webkit.inbox", "tests.webkit.project"],
        urlconf="tests.webkit.project.urls",
        tenanted=True,
        staff=True,
        form_actions=["wallet"],
    )
)
