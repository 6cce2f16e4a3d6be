"""Django settings of the guide. It has no database, no keys and no sessions: it only explains and points."""

from mynumber.webkit.face import language
from mynumber.webkit.settings import institution_settings

globals().update(
    institution_settings(
        "guide",
        apps=["mynumber.platform.guide"],
        urlconf="mynumber.platform.guide.urls",
        database=False,
        middleware=[language.MIDDLEWARE],
    )
)
