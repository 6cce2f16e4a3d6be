"""A face where residents sign in."""

from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "portal", apps=[], urlconf="tests.webkit.project.urls_residents", sessions="database"
    )
)
MYNUMBER_RESIDENT_CHECKER = "tests.webkit.project.urls_residents.check_resident"
