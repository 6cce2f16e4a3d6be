"""An institution with staff and without tenants."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings("pension_service", apps=[], urlconf="tests.webkit.project.urls_office", staff=True)
)
